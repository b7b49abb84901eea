"""The ledger of audience packages: who was put into which package, when, by whom, and what became
of it.

`<audiences>/ledger.duckdb` lies outside the warehouse and outlives it. Rows are only ever added.
People stand in it by customer number (as of that day) and keyed hash of the identifier, lines of a
package by a keyed hash of the line, so that the file can be matched without naming anybody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from pipelines.audiences.errors import AudienceError
from pipelines.settings import Settings

WITHDRAWN = "withdrawn"
"""Single people were taken out; the audience stays."""
REPLACED = "replaced"
CLOSED = "closed"
"""The platform holds it no longer, or must not."""
NEVER_UPLOADED = "never_uploaded"
MEMBERS = pl.Schema(
    {
        "customer_id": pl.Int64(),
        "identifier_type": pl.String(),
        "identifier_key": pl.String(),
        "line_key": pl.String(),
    }
)
_TABLES = """
create table if not exists packages (
    package_id bigint primary key, audience varchar not null, label_zh varchar not null,
    purpose varchar not null, platform varchar not null, format varchar not null, account varchar,
    consent_channel varchar not null, snapshot_version varchar not null,
    built_at timestamp not null, built_date date not null, built_by varchar not null,
    note varchar not null, people bigint not null, ids bigint not null, file_name varchar not null,
    file_bytes bigint not null, file_sha256 varchar not null, replaces bigint
);
create table if not exists members (
    package_id bigint not null, customer_id bigint not null, identifier_type varchar not null,
    identifier_key varchar not null, line_key varchar not null
);
create table if not exists events (
    event_id bigint primary key, package_id bigint not null, event varchar not null,
    happened_at timestamp not null, happened_by varchar not null, note varchar not null,
    ids bigint not null, file_name varchar, file_sha256 varchar, package_file_sha256 varchar
);
create table if not exists withdrawals (
    event_id bigint not null, package_id bigint not null, line_key varchar not null,
    reason varchar not null
);
"""


@dataclass(frozen=True)
class Package:
    """One file that was handed over."""

    package_id: int
    audience: str
    label_zh: str
    purpose: str
    platform: str
    format: str
    account: str | None
    consent_channel: str
    snapshot_version: str
    built_at: datetime
    """UTC, naive."""
    built_date: date
    """Local day, Asia/Shanghai."""
    built_by: str
    note: str
    people: int
    ids: int
    file_name: str
    file_bytes: int
    file_sha256: str
    replaces: int | None = None


@dataclass(frozen=True)
class Event:
    """What became of a package."""

    package_id: int
    event: str
    happened_at: datetime
    """UTC, naive."""
    happened_by: str
    note: str = ""
    ids: int = 0
    file_name: str | None = None
    """The file that was written for the platform."""
    file_sha256: str | None = None
    package_file_sha256: str | None = None
    """Hash of the package's own file, where it was written anew."""


def ledger_path(settings: Settings) -> Path:
    """Where the ledger lies."""
    return settings.audiences_folder / "ledger.duckdb"


@contextmanager
def open_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger for reading and adding; it is made when absent, for its owner's eyes only.

    Raises:
        AudienceError: another process has it open.
    """
    path = ledger_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        connection = duckdb.connect(str(path))
    except duckdb.IOException as error:
        raise AudienceError(
            f"{path} is open in another process ({error}). Remedy: wait for the other `siyu "
            "audience` to end"
        ) from None
    try:
        os.chmod(path, 0o600)
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(_TABLES)
        yield Ledger(connection)
    finally:
        connection.close()


@contextmanager
def reading_ledger(settings: Settings) -> Iterator[Ledger | None]:
    """As `open_ledger`, but None where nothing was ever handed over."""
    if not ledger_path(settings).exists():
        yield None
        return
    with open_ledger(settings) as ledger:
        yield ledger


class Ledger:
    """Questions to the ledger, and what may be added to it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is added within, or nothing."""
        self._connection.begin()
        try:
            yield
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise

    @property
    def next_id(self) -> int:
        """Number of the next package."""
        return self._number("select coalesce(max(package_id), 0) + 1 from packages")

    def add_package(self, package: Package, members: pl.DataFrame) -> None:
        """Note a package and who is in it; `members` has the columns of MEMBERS."""
        values = list(vars(package).values())
        marks = ", ".join("?" for _ in values)
        self._connection.execute(
            f"insert into packages ({', '.join(vars(package))}) values ({marks})", values
        )
        frame = members.select(*MEMBERS).cast(MEMBERS)
        self._connection.register("added_members", frame.to_arrow())
        self._connection.execute(
            f"insert into members select {package.package_id}, * from added_members"
        )
        self._connection.unregister("added_members")

    def add_event(self, event: Event, withdrawn: pl.DataFrame | None = None) -> None:
        """Note what became of a package; `withdrawn`: line_key and reason of lines taken out."""
        event_id = self._number("select coalesce(max(event_id), 0) + 1 from events")
        values = list(vars(event).values())
        marks = ", ".join("?" for _ in values)
        self._connection.execute(
            f"insert into events (event_id, {', '.join(vars(event))}) values ({event_id}, {marks})",
            values,
        )
        if withdrawn is not None and withdrawn.height:
            frame = withdrawn.select("line_key", "reason")
            self._connection.register("withdrawn", frame.to_arrow())
            self._connection.execute(
                f"insert into withdrawals select {event_id}, {event.package_id}, * from withdrawn"
            )
            self._connection.unregister("withdrawn")

    def packages(self) -> list[Package]:
        """Every package that was ever built, oldest first; file_sha256 as the file is now."""
        names = ", ".join(Package.__dataclass_fields__)
        rows = self._connection.execute(
            f"select {names} from packages order by package_id"
        ).fetchall()
        packages = {row[0]: Package(*row) for row in rows}
        for event in self.events():
            if event.package_file_sha256 is not None:
                known = packages[event.package_id]
                packages[event.package_id] = replace(known, file_sha256=event.package_file_sha256)
        return list(packages.values())

    def events(self) -> list[Event]:
        """Everything that became of packages, oldest first."""
        names = ", ".join(Event.__dataclass_fields__)
        rows = self._connection.execute(f"select {names} from events order by event_id").fetchall()
        return [Event(*row) for row in rows]

    def handed_over(self) -> list[Package]:
        """Every package but those that were never uploaded."""
        never = {e.package_id for e in self.events() if e.event == NEVER_UPLOADED}
        return [package for package in self.packages() if package.package_id not in never]

    def handed_over_people(self) -> pl.DataFrame:
        """handed_over_date, customer_id (as of that day) and packages that he was put into.

        Who was taken out later was handed over all the same; a package without them that replaces
        an earlier one hands over nobody anew.
        """
        return self._connection.sql(
            "select built_date as handed_over_date, customer_id, "
            "count(distinct package_id) as packages "
            "from members join packages using (package_id) "
            "where replaces is null and package_id not in "
            "(select package_id from events where event = $1) group by all order by all",
            params=[NEVER_UPLOADED],
        ).pl()

    def live_packages(self) -> list[Package]:
        """Packages that a platform may hold: not replaced, closed or never uploaded."""
        ended = {e.package_id for e in self.events() if e.event != WITHDRAWN}
        return [package for package in self.packages() if package.package_id not in ended]

    def members(self, package_ids: list[int]) -> pl.DataFrame:
        """package_id and the columns of MEMBERS of the lines that were not taken out since."""
        return self._connection.sql(
            "select members.* from members anti join withdrawals using (package_id, line_key) "
            "where package_id in (select unnest($1::bigint[]))",
            params=[package_ids],
        ).pl()

    def holding(self, identifier_keys: list[str]) -> list[Package]:
        """Packages that platforms may hold and that hold one of these identifiers."""
        rows = self._connection.execute(
            "select distinct package_id from members anti join withdrawals "
            "using (package_id, line_key) "
            "where identifier_key in (select unnest($1::varchar[]))",
            [identifier_keys],
        ).fetchall()
        found = {row[0] for row in rows}
        return [package for package in self.live_packages() if package.package_id in found]

    def withdrawn_ids(self) -> dict[int, int]:
        """Lines taken out of each package since."""
        rows = self._connection.execute(
            "select package_id, count(*) from withdrawals group by all"
        ).fetchall()
        return dict(rows)

    def _number(self, sql: str) -> int:
        [(number,)] = self._connection.execute(sql).fetchall()
        return int(number)


def find_package(ledger: Ledger | None, package_id: int) -> Package:
    """The package of that number. Raises AudienceError."""
    packages = ledger.packages() if ledger else []
    for package in packages:
        if package.package_id == package_id:
            return package
    known = f"there are 1 to {len(packages)}" if packages else "none was ever built"
    raise AudienceError(f"there is no package {package_id}; {known}: siyu audience list")
