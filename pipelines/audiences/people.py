"""Who may be in a package, asked of the published snapshot and of the decisions to forget."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pipelines.audiences.conditions import select
from pipelines.audiences.definition import Audience
from pipelines.audiences.errors import AudienceError
from pipelines.audiences.formats import Format, nearest
from pipelines.identity.correct.decisions import Decisions, Identifier
from pipelines.privacy.hashing import hash_series
from pipelines.privacy.tombstones import PREFIX, hides_value, recurring_value
from pipelines.publishing.errors import QueryError
from pipelines.publishing.reader import SnapshotConnection

ERASED = "erased"
LEFT = "left"
REFUSED = "refused"
NO_CONSENT = "no_consent"
_HELD_NOW = (
    "is_identified and not is_blocked and not is_guarded and not is_ambiguous "
    "and held_to = timestamp '9999-12-31 00:00:00'"
)
_KEYED = r"^[0-9a-f]{64}$"
"""A value that is stored as a keyed hash, and so is its own key."""


def select_customers(snapshot: SnapshotConnection, audience: Audience) -> pl.Series:
    """customer_id of everybody in the segment, each once, in the order of the definition.

    Raises:
        AudienceError: the definition does not give a column of customer numbers.
    """
    place = f"segment {audience.audience}"
    parameters = None
    if audience.sql is not None:
        sql = audience.sql
    else:
        columns = snapshot.query("from customer_center.dim_customers limit 0").columns
        try:
            sql, parameters = select(audience.conditions, audience.order_by, columns)
        except AudienceError as error:
            raise AudienceError(f"{place}: {error}") from None
    try:
        rows = snapshot.polars(sql, parameters)
    except QueryError as error:
        raise AudienceError(f"{place}: {error}") from None
    if "customer_id" not in rows.columns:
        raise AudienceError(
            f"{place}: sql gives the columns {', '.join(rows.columns)} and no customer_id. "
            "Remedy: select customer_id"
        )
    ids = rows["customer_id"]
    if not ids.dtype.is_integer():
        raise AudienceError(
            f"{place}: customer_id is of type {ids.dtype}. Remedy: select "
            "dim_customers.customer_id as it is"
        )
    return ids.cast(pl.Int64).drop_nulls().unique(maintain_order=True)


def consent_channel(purpose: str, upload: Format) -> str:
    """The channel that must agree. Raises AudienceError when none is set for the purpose."""
    if purpose not in upload.consent:
        raise AudienceError(
            f"purpose {purpose!r} has no consent channel for {upload.platform}; "
            f"{nearest(purpose, upload.consent)}, or add one in pipelines/audiences/formats.yml"
        )
    return upload.consent[purpose]


def not_allowed(snapshot: SnapshotConnection, channel: str, erased: Iterable[int]) -> pl.DataFrame:
    """customer_id and reason of everybody who may not be handed over on a channel.

    Of several reasons the first holds: erased, left (every membership has ended), refused,
    no_consent (nobody said anything).
    """
    judged = snapshot.polars(
        f"""
        with memberships as (
            select customer_id, bool_or(is_active) as has_membership
            from customer_center.fct_memberships where customer_id is not null group by all
        )
        select customer_id, case
            when list_contains($erased::bigint[], customer_id) then '{ERASED}'
            when not has_membership then '{LEFT}'
            when not has_consent then '{REFUSED}'
            when has_consent is null then '{NO_CONSENT}'
        end as reason
        from customer_center.dim_customers
        left join memberships using (customer_id)
        left join (
            from customer_center.customer_consents where channel = $channel
        ) using (customer_id)
        """,
        {"channel": channel, "erased": list(erased)},
    )
    return judged.select("customer_id", "reason").filter(pl.col("reason").is_not_null())


def identifiers_now(
    snapshot: SnapshotConnection, identifier_type: str, key: bytes, account: str | None = None
) -> pl.DataFrame:
    """customer_id, identifier_key and issued_id of the identifiers that name somebody now.

    Blocked, shared and contested ones, and those of earlier periods, are left out. issued_id is
    the platform's own id without its account; null where only a keyed hash is stored.
    """
    held = snapshot.polars(
        "select customer_id, identifier_value from customer_center.customer_identifiers "
        f"where identifier_type = $1 and {_HELD_NOW}",
        [identifier_type],
    )
    value, prefix = pl.col("identifier_value"), f"{account}:" if account else ""
    held = held.filter(value.str.starts_with(prefix))
    issued = pl.when(~value.str.contains(_KEYED)).then(value.str.strip_prefix(prefix))
    keyed = keyed_values(identifier_type, held["identifier_value"], key)
    return held.select("customer_id", identifier_key=keyed, issued_id=issued)


def keyed_values(identifier_type: str, values: pl.Series, key: bytes) -> pl.Series:
    """Keyed hashes of values as the warehouse stores them, such as tombstones hold."""
    if values.str.contains(_KEYED).all():
        return values
    recurring = [recurring_value(Identifier(identifier_type, value)) for value in values]
    return hash_series(identifier_type, pl.Series(values.name, recurring, dtype=pl.String), key)


def check_account(snapshot: SnapshotConnection, upload: Format, account: str | None) -> None:
    """Ids that a platform issued must be known, and those of an account need one that exists.

    Raises:
        AudienceError: they are not, or the account is absent or unknown.
    """
    if upload.hash is not None:
        return
    known = _accounts_of(snapshot, upload.identifier_type)
    if not known:
        raise AudienceError(
            f"{upload.name}: the snapshot holds no identifier of type {upload.identifier_type}. "
            f"Remedy: load an export whose contract says `identifies: {upload.identifier_type}`, "
            "or use another format"
        )
    if not upload.per_account or account in known:
        return
    given = f"there is no account {account!r}" if account else "its ids belong to an account"
    raise AudienceError(
        f"{upload.name}: {given}. Remedy: write under platforms {{format: {upload.name}, "
        f"account: …}} with one of {', '.join(known)}"
    )


def _accounts_of(snapshot: SnapshotConnection, identifier_type: str) -> list[str]:
    """Accounts that identifiers of a type belong to; any text where they belong to none."""
    _, rows = snapshot.fetch(
        "select distinct split_part(identifier_value, ':', 1) "
        "from customer_center.customer_identifiers where identifier_type = $1 order by all "
        "limit 20",
        [identifier_type],
    )
    return [row[0] for row in rows]


def erased_keys(decisions: Decisions) -> dict[str, set[str]]:
    """Keyed hashes of everything that was to be forgotten, by identifier type."""
    erased: dict[str, set[str]] = {}
    for identifier in decisions.erased:
        value = identifier.identifier_value
        value = value.removeprefix(PREFIX) if hides_value(identifier) else value
        erased.setdefault(identifier.identifier_type, set()).add(value)
    return erased


def erased_customers(snapshot: SnapshotConnection, decisions: Decisions, key: bytes) -> list[int]:
    """Customers whom somebody asked to forget and whom this version still holds."""
    customers: set[int] = set()
    for identifier_type, keys in erased_keys(decisions).items():
        held = snapshot.polars(
            "select customer_id, identifier_value from customer_center.customer_identifiers "
            "where identifier_type = $1 and is_identified",
            [identifier_type],
        )
        keyed = keyed_values(identifier_type, held["identifier_value"], key)
        customers |= set(held.filter(keyed.is_in(list(keys)))["customer_id"])
    return sorted(customers)
