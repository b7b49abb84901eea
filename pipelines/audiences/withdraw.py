"""Taking people back out of packages that were handed over.

Everybody in a package is judged again by the rules of building, as identity has them now: erased,
left, consent refused, or no consent that stands. Their lines are found in the package's own file by
the keyed hash of the line; without that file they are made again from what was delivered.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.audiences import files
from pipelines.audiences.build import check_number, handing_over, lines_of
from pipelines.audiences.formats import PHONE, Format, load_formats
from pipelines.audiences.ledger import (
    CLOSED,
    MEMBERS,
    REPLACED,
    WITHDRAWN,
    Event,
    Package,
    reading_ledger,
)
from pipelines.audiences.maker import Maker
from pipelines.audiences.people import (
    ERASED,
    LEFT,
    erased_customers,
    erased_keys,
    identifiers_now,
    not_allowed,
)
from pipelines.audiences.plain_phones import PlainPhones, plain_phones
from pipelines.exports.contract_files import load_contracts
from pipelines.identity.correct.decision_file import decisions_file, read_decisions
from pipelines.identity.correct.decisions import Decisions
from pipelines.privacy.keys import load_or_create_key
from pipelines.publishing.reader import SnapshotConnection, connect
from pipelines.settings import Settings
from pipelines.warehouse import reading_warehouse

REDUCE = "reduce"
REPLACE = "replace"
DELETE = "delete"


@dataclass(frozen=True)
class Withdrawal:
    """What becomes of one package."""

    package: Package
    upload: Format
    action: str
    """reduce (a file of those who leave), replace (a file of those who stay) or delete (too few
    stay, or their lines are lost: the audience must go from the platform whole)."""
    reasons: dict[str, int]
    """Ids to take out, by reason."""
    leaving: pl.DataFrame
    """Columns of the ledger's members, and reason."""
    staying: pl.DataFrame
    """Columns of the ledger's members."""
    lines: pl.Series
    """Lines of the file that is written; empty for delete."""
    rest: pl.Series | None = None
    """Lines of the package's own file that stay in it after a REDUCE; None: it has no file."""
    unreachable: int = 0
    """Ids whose line can neither be found nor made again."""

    @property
    def ids(self) -> int:
        """Ids to take out."""
        return self.leaving.height


@dataclass(frozen=True)
class Withdrawn:
    """What `siyu audience withdraw` did, or would do."""

    looked_at: int
    """Packages that platforms may hold."""
    withdrawals: list[Withdrawal]
    written: dict[int, str] = field(default_factory=dict)
    """File by number of the package that it is about."""
    replacements: dict[int, Package] = field(default_factory=dict)
    """New package by number of the old one."""


def withdraw(
    settings: Settings, maker: Maker, *, since: date | None = None, dry_run: bool = False
) -> Withdrawn:
    """Write what takes people out of packages built on or after `since`, and note it."""
    key = load_or_create_key(settings)
    packages, found = due_withdrawals(settings, key, since)
    made = Withdrawn(packages, found)
    if not dry_run and found:
        _write(settings, made, maker, key)
    return made


def due_withdrawals(
    settings: Settings, key: bytes, since: date | None = None
) -> tuple[int, list[Withdrawal]]:
    """How many packages platforms may hold, and what is due for those that hold somebody who may
    not be in them any more."""
    with reading_ledger(settings) as ledger:
        packages = [
            package
            for package in (ledger.live_packages() if ledger else [])
            if since is None or package.built_date >= since
        ]
        if ledger is None or not packages:
            return 0, []
        members = ledger.members([package.package_id for package in packages])
    decisions = read_decisions(decisions_file(settings))
    found = []
    with connect(settings, follow=False) as snapshot:
        judge = _Judge(snapshot, decisions, key)
        for package in packages:
            own = members.filter(pl.col("package_id") == package.package_id)
            judged = judge.judged(package, own.select(*MEMBERS))
            if judged["reason"].count():
                found.append(_withdrawal(settings, judge, package, judged))
    return len(packages), found


@dataclass
class _Judge:
    """Judges members of packages by who holds their identifiers now."""

    snapshot: SnapshotConnection
    decisions: Decisions
    key: bytes
    _held: dict[tuple[str, str | None], pl.DataFrame] = field(default_factory=dict)
    _barred: dict[str, pl.DataFrame] = field(default_factory=dict)

    def judged(self, package: Package, members: pl.DataFrame) -> pl.DataFrame:
        """The members with a column reason, null for those who may stay."""
        upload = load_formats()[package.format]
        holders = self.held(upload, package.account).select("identifier_key", holder="customer_id")
        barred = self._not_allowed(package.consent_channel).select(
            holder="customer_id", why="reason"
        )
        erased = erased_keys(self.decisions).get(upload.identifier_type, set())
        return (
            members.join(holders, on="identifier_key", how="left")
            .join(barred, on="holder", how="left")
            .with_columns(
                reason=pl.when(pl.col("identifier_key").is_in(list(erased)))
                .then(pl.lit(ERASED))
                .when(pl.col("holder").is_null())
                .then(pl.lit(LEFT))
                .otherwise("why")
            )
            .select(*MEMBERS, "reason")
        )

    def held(self, upload: Format, account: str | None) -> pl.DataFrame:
        """Identifiers that name somebody now; see `identifiers_now`."""
        kind = upload.identifier_type, account
        if kind not in self._held:
            self._held[kind] = identifiers_now(self.snapshot, kind[0], self.key, account)
        return self._held[kind]

    def _not_allowed(self, channel: str) -> pl.DataFrame:
        if channel not in self._barred:
            erased = erased_customers(self.snapshot, self.decisions, self.key)
            self._barred[channel] = not_allowed(self.snapshot, channel, erased)
        return self._barred[channel]


def _withdrawal(
    settings: Settings, judge: _Judge, package: Package, judged: pl.DataFrame
) -> Withdrawal:
    upload = load_formats()[package.format]
    leaving = judged.filter(pl.col("reason").is_not_null())
    staying = judged.filter(pl.col("reason").is_null()).drop("reason")
    wanted = leaving if upload.removal == REDUCE else staying
    own = _own_lines(settings, package, judge.key)
    lines = own.join(wanted, on="line_key", how="semi")["line"]
    missing = wanted.join(own, on="line_key", how="anti")
    if missing.height:
        lines = lines.append(_made_again(settings, judge, package, missing))
    rest = own.join(leaving, on="line_key", how="anti")["line"] if own.height else None
    withdrawal = Withdrawal(
        package, upload, upload.removal, dict(Counter(leaving["reason"].to_list())), leaving,
        staying, lines, rest if upload.removal == REDUCE else None, wanted.height - len(lines),
    )  # fmt: skip
    too_few = len(lines) < (upload.min_ids or 1)
    if (upload.removal == REPLACE and too_few) or not len(lines):
        return replace(withdrawal, action=DELETE, lines=lines.clear())
    return withdrawal


def _own_lines(settings: Settings, package: Package, key: bytes) -> pl.DataFrame:
    """line and line_key of the package's own file; no rows when it is gone or damaged."""
    try:
        read = files.read_lines(settings.audiences_folder / package.file_name)
    except (OSError, ValueError, zipfile.BadZipFile):
        read = []
    lines = pl.Series(read, dtype=pl.String)
    return pl.DataFrame({"line": lines, "line_key": files.line_keys(lines, key)})


def _made_again(
    settings: Settings, judge: _Judge, package: Package, members: pl.DataFrame
) -> pl.Series:
    upload = load_formats()[package.format]
    held = judge.held(upload, package.account)
    known = members.select("customer_id", "identifier_key").join(
        held.select("identifier_key", "issued_id"), on="identifier_key", how="left"
    )
    phones = PlainPhones()
    if upload.identifier_type == PHONE:
        with reading_warehouse(settings, "siyu audience withdraw") as warehouse:
            phones = plain_phones(
                warehouse, known["identifier_key"].to_list(), settings.landing_folder,
                load_contracts(settings), judge.key,
            )  # fmt: skip
    return lines_of(upload, known, phones)["line"]


def _write(settings: Settings, made: Withdrawn, maker: Maker, key: bytes) -> None:
    with reading_ledger(settings) as ledger:
        following = ledger.next_id if ledger else 1
    new: dict[int, files.Content] = {}
    rewritten: dict[int, files.Content] = {}
    for withdrawal in made.withdrawals:
        package, upload = withdrawal.package, withdrawal.upload
        if withdrawal.action == DELETE:
            continue
        number, change = package.package_id, f"_REDUCE_{maker.at:%H%M%S}"
        if withdrawal.action == REPLACE:
            number, change, following = following, "", following + 1
        stem = files.stem(package.audience, upload, maker.day, number, change)
        new[package.package_id] = files.content(stem, upload, withdrawal.lines)
        if withdrawal.rest is not None:
            stem = Path(package.file_name).stem
            rewritten[package.package_id] = files.content(stem, upload, withdrawal.rest)
    with handing_over(settings, new.values(), rewritten.values()) as ledger:
        for withdrawal in made.withdrawals:
            package_id = withdrawal.package.package_id
            content = new.get(package_id)
            if withdrawal.action == REPLACE and content is not None:
                replacement = _replacement(withdrawal, content, maker, ledger.next_id)
                check_number(replacement)
                ledger.add_package(replacement, _kept(withdrawal, key))
                made.replacements[package_id] = replacement
            taken_out = _taken_out(withdrawal, key)
            event = _event(withdrawal, taken_out.height, maker, content, rewritten.get(package_id))
            ledger.add_event(event, taken_out)
            if content is not None:
                made.written[package_id] = content.name
    for withdrawal in made.withdrawals:
        if withdrawal.action != REDUCE:  # who left must not stay in a file that nobody needs
            (settings.audiences_folder / withdrawal.package.file_name).unlink(missing_ok=True)


def _kept(withdrawal: Withdrawal, key: bytes) -> pl.DataFrame:
    """Members of a replacement: those whose line is in it."""
    keys = files.line_keys(withdrawal.lines, key).to_list()
    return withdrawal.staying.filter(pl.col("line_key").is_in(keys))


def _replacement(
    withdrawal: Withdrawal, content: files.Content, maker: Maker, package_id: int
) -> Package:
    return replace(
        withdrawal.package,
        package_id=package_id,
        built_at=maker.at_utc,
        built_date=maker.day,
        built_by=maker.name,
        note=maker.note,
        people=withdrawal.staying["customer_id"].n_unique(),
        ids=len(withdrawal.lines),
        file_name=content.name,
        file_bytes=len(content.data),
        file_sha256=content.sha256,
        replaces=withdrawal.package.package_id,
    )


def _taken_out(withdrawal: Withdrawal, key: bytes) -> pl.DataFrame:
    """Members whom the file takes out: who is not in a REDUCE file stays due."""
    if withdrawal.action != REDUCE:
        return withdrawal.leaving
    keys = files.line_keys(withdrawal.lines, key).to_list()
    return withdrawal.leaving.filter(pl.col("line_key").is_in(keys))


def _event(
    withdrawal: Withdrawal,
    ids: int,
    maker: Maker,
    content: files.Content | None,
    rest: files.Content | None,
) -> Event:
    kind = {REDUCE: WITHDRAWN, REPLACE: REPLACED, DELETE: CLOSED}[withdrawal.action]
    return Event(
        withdrawal.package.package_id, kind, maker.at_utc, maker.name, maker.note, ids,
        content.name if content else None, content.sha256 if content else None,
        rest.sha256 if rest else None,
    )  # fmt: skip
