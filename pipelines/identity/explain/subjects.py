"""Whom people mean: a customer, or an identifier as they would write it, found in the warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.identity.correct.decisions import Identifier
from pipelines.identity.errors import IdentityInputError
from pipelines.identity.rules.rows import IdentifierType
from pipelines.identity.rules.values import is_hashed, stored_value

CUSTOMER = "customer"
"""Prefix of a customer id: `customer:4711`. A bare number is tried as one too."""
_MAX_SHOWN = 10
_SHOWN_DIGITS = 12
_HEX_DIGITS = frozenset("0123456789abcdef")


class SubjectError(IdentityInputError):
    """What was typed names nobody, or more than one; the message lists what it may mean."""


@dataclass(frozen=True)
class KnownIdentifier:
    """An identifier of the dictionary."""

    identifier_id: int
    identifier: Identifier


@dataclass(frozen=True)
class Customer:
    """A customer that exists now."""

    customer_id: int
    typed_id: int
    """What was asked for: another id when that one was merged into this customer."""


Subject = Customer | KnownIdentifier


@dataclass(frozen=True)
class Finder:
    """Finds what people type. `types` are the rows of the seed by name; `key` hashes."""

    connection: duckdb.DuckDBPyConnection
    types: Mapping[str, IdentifierType]
    key: bytes

    def find(self, text: str) -> Subject:
        """The one customer or identifier that `text` names.

        `customer:4711` is a customer, `type:value` an identifier, `value` alone whatever carries
        it. Phones, e-mail addresses and accounts are typed in clear and looked up by their keyed
        hash, which may be typed as well. The account in front of a value may be left out.

        Raises:
            SubjectError: nothing, or more than one thing, has this name.
        """
        found = self._candidates(text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise SubjectError(self._nothing(text))
        raise SubjectError(
            f"{text!r} may mean:\n"
            + "\n".join(f"  {name_of(subject)}" for subject in found[:_MAX_SHOWN])
            + ("\n  …" if len(found) > _MAX_SHOWN else "")
            + "\nRemedy: write one of these."
        )

    def look_up(self, text: str) -> Subject | None:
        """As `find`; None for an identifier with its type in front that no file named yet."""
        prefix, _, value = text.partition(":")
        if prefix in self.types and not self._known(prefix, value):
            self._stored(prefix, value)
            return None
        return self.find(text)

    def find_identifier(self, text: str) -> Identifier:
        """The identifier that `text` names; with its type in front it need not be known yet.

        Raises:
            SubjectError: as `find`, and when a customer is named.
        """
        if self.look_up(text) is None:
            prefix, _, value = text.partition(":")
            return Identifier(prefix, self._stored(prefix, value))
        return self.find_known(text).identifier

    def find_known(self, text: str) -> KnownIdentifier:
        """The identifier of the dictionary that `text` names.

        Raises:
            SubjectError: as `find`, and when a customer is named.
        """
        subject = self.find(text)
        if isinstance(subject, Customer):
            raise SubjectError(
                f"{text!r} is a customer, and this needs one identifier. Remedy: "
                f"`siyu why {CUSTOMER}:{subject.customer_id}` lists those of the customer."
            )
        return subject

    def _candidates(self, text: str) -> list[Subject]:
        prefix, separator, value = text.partition(":")
        if separator and prefix == CUSTOMER:
            return [self._customer(value)]
        if separator and prefix in self.types:
            return list(self._known(prefix, value))
        found: list[Subject] = []
        if text.isascii() and text.isdigit():
            customer = _customer_now(self.connection, int(text))
            if customer is not None:
                found.append(Customer(customer, int(text)))
        return found + list(self._named(text, self.types))

    def _customer(self, value: str) -> Customer:
        if not (value.isascii() and value.isdigit()):
            raise SubjectError(f"{value!r} is no customer id: a customer id is a whole number.")
        now = _customer_now(self.connection, int(value))
        if now is None:
            raise SubjectError(_no_customer(self.connection, int(value)))
        return Customer(now, int(value))

    def _known(self, identifier_type: str, value: str) -> Iterable[KnownIdentifier]:
        return self._named(value, [identifier_type])

    def _named(self, value: str, types: Iterable[str]) -> list[KnownIdentifier]:
        """Identifiers of these types with this value, the account in front of it or not."""
        wanted = [
            (name, stored)
            for name in types
            if (stored := self._stored_or_none(name, value)) is not None
        ] + [(name, start) for name in types if (start := self._start_of_hash(name, value))]
        if not wanted:
            return []
        frame = pl.DataFrame(wanted, schema=["identifier_type", "wanted"], orient="row")
        self.connection.register("wanted_identifiers", frame.to_arrow())
        rows = self.connection.execute(
            """
            select any_value(identifier_id), identifier_type, identifier_value
            from identity.identifiers join wanted_identifiers using (identifier_type)
            where identifier_value = wanted or ends_with(identifier_value, ':' || wanted)
                or (ends_with(wanted, '…') and starts_with(identifier_value, rtrim(wanted, '…')))
            group by identifier_type, identifier_value
            order by identifier_type, identifier_value
            """
        ).fetchall()
        self.connection.unregister("wanted_identifiers")
        return [KnownIdentifier(row[0], Identifier(row[1], row[2])) for row in rows]

    def _stored_or_none(self, identifier_type: str, value: str) -> str | None:
        normaliser = self.types[identifier_type].normaliser
        if is_hashed(normaliser) and _is_hash(value):
            return value
        return stored_value(normaliser, value, self.key)

    def _start_of_hash(self, identifier_type: str, value: str) -> str | None:
        """The first digits of a hash, as `siyu why` prints them, with `…` at their end."""
        start = value.rstrip("…")
        is_start = _SHOWN_DIGITS <= len(start) < 64 and set(start) <= _HEX_DIGITS
        hashed = is_hashed(self.types[identifier_type].normaliser)
        return f"{start}…" if hashed and is_start and not start.isdigit() else None

    def _stored(self, identifier_type: str, value: str) -> str:
        stored = self._stored_or_none(identifier_type, value)
        if not stored:
            raise SubjectError(
                f"{value!r} is no value of the type {identifier_type}: the loader would turn it "
                "away. Remedy: check it for missing digits, stars and blanks."
            )
        return stored

    def _nothing(self, text: str) -> str:
        prefix, separator, value = text.partition(":")
        if separator and prefix in self.types:
            self._stored(prefix, value)
            return f"no file ever named {prefix} {value!r}. Remedy: check value and type."
        return (
            f"nothing is called {text!r}: no customer, and no identifier of any type. Write "
            f"{CUSTOMER}:NUMBER, TYPE:VALUE or a value; types are {', '.join(sorted(self.types))}."
        )


def name_of(subject: Subject) -> str:
    """The unmistakable form of a subject, which `Finder.find` takes."""
    if isinstance(subject, Customer):
        return f"{CUSTOMER}:{subject.customer_id}"
    return ":".join(subject.identifier)


def _is_hash(value: str) -> bool:
    return len(value) == 64 and set(value) <= _HEX_DIGITS


def _customer_now(connection: duckdb.DuckDBPyConnection, customer_id: int) -> int | None:
    """The customer itself, else the one that took it in; None when neither exists."""
    rows = connection.execute(
        """
        with recursive successors(customer_id) as (
            select $1::bigint
            union
            select l.customer_id from identity.identity_log l
            join successors s on l.other_customer_id = s.customer_id
            where l.event = 'merged'
        )
        select customer_id from successors
        where customer_id in (select customer_id from identity.identity_map)
        order by customer_id <> $1, customer_id
        """,
        [customer_id],
    ).fetchall()
    return int(rows[0][0]) if rows else None


def _no_customer(connection: duckdb.DuckDBPyConnection, customer_id: int) -> str:
    last = connection.execute(
        "select event, run_at, reason from identity.identity_log where customer_id = $1 "
        "and event in ('retired', 'erased') order by run_at desc limit 1",
        [customer_id],
    ).fetchone()
    if last is None:
        return f"there is no customer {customer_id}, and there never was one."
    event, run_at, reason = last
    return (
        f"customer {customer_id} was {event} on {run_at:%Y-%m-%d}"
        f"{f': {reason}' if reason else ''}. Its id is never used again."
    )
