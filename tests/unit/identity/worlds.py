"""Small warehouses whose evidence, rules and decisions a test states in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.identity import IdentitySummary, ensure_identity_tables, resolve_identities
from pipelines.identity.correct.decisions import Decision, DecisionKind, Decisions, Identifier
from pipelines.identity.rules.seeds import Rules, RuleSeeds, build_rules
from pipelines.identity.sql import transaction
from pipelines.identity.tables import TABLES
from pipelines.privacy.hashing import KIND_PHONE, identifier_key

KEY = b"k" * 32
NOW = datetime(2026, 1, 31, 22, 0, 0, tzinfo=UTC)
START = datetime(2026, 1, 1)
TYPES = {
    "c": "crm_member_id",
    "p": "phone",
    "u": "unionid",
    "o": "wechat_openid",
    "w": "wecom_external_userid",
    "t": "tmall_nick",
    "d": "device_id",
}
RULES = {"uw": 1, "uo": 2, "cp": 3, "cu": 4, "cc": 6, "tp": 8, "ud": 50, "cd": 51, "pd": 52}
"""Letters of the two types: the rule that such a pair follows unless a test says otherwise."""
HISTORY = {"identity_log", "identity_history", "identity_runs", "identity_changed_customers"}
"""Tables that say how the others came to be; they differ from path to path."""


@dataclass
class Pair:
    """A row of evidence: two identifiers (`c1`, `p7`, …: the first letter is the type)."""

    a: str
    b: str
    first: int = 0
    """Day, counted from START; None: unknown."""
    last: int | None = None
    rule: int | None = None
    times: int = 1


Edge = tuple[str, str] | Pair


def phone_key(number: str) -> str:
    """The key under which the loader delivers a mainland number."""
    return identifier_key(KIND_PHONE, f"+86{number}", KEY)


def identifier(name: str) -> Identifier:
    """`c1` as type and value."""
    return Identifier(TYPES[name[0]], name[1:])


@dataclass
class Conditions:
    """Rules and decisions, as rows that a test may change."""

    types: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            letter: {"guard_min": 5, "guard_max": 5, "is_shared_device": letter == "d"}
            for letter in TYPES
        }
    )
    rules: dict[int, dict[str, Any]] = field(
        default_factory=lambda: {
            rule: {
                "strength": "weak" if rule == 8 else "strong",
                "priority": 10,
                "is_active": rule != 8,
                "is_alias": rule == 6,
                "ends": ends,
            }
            for ends, rule in RULES.items()
        }
    )
    blocked: list[dict[str, str]] = field(default_factory=list)
    patterns: list[dict[str, str]] = field(default_factory=list)
    decided: list[Decision] = field(default_factory=list)

    def build(self) -> Rules:
        """These rules, checked."""
        types = [
            {"identifier_type": TYPES[letter], "priority": 1, "normaliser": "issued", **row}
            for letter, row in self.types.items()
        ]
        types[1]["normaliser"] = "phone"
        rules = [
            {"rule_id": rule, "rule_name": f"rule_{rule}", "identifier_type_a": TYPES[ends[0]],
             "identifier_type_b": TYPES[ends[1]], **row}
            for rule, (ends, row) in (
                (rule, (row["ends"], {k: v for k, v in row.items() if k != "ends"}))
                for rule, row in self.rules.items()
            )
        ]  # fmt: skip
        return build_rules(RuleSeeds(types, rules, self.blocked, self.patterns), key=KEY)

    def decide(self, kind: str, a: str | None, b: str | None = None, revokes: int = 0) -> int:
        """Add a decision; return its id."""
        number = len(self.decided) + 1
        self.decided.append(
            Decision(
                decision_id=number,
                decided_at=NOW,
                decided_by="test",
                decision=DecisionKind(kind),
                a=identifier(a) if a else None,
                b=identifier(b) if b else None,
                revokes=revokes or None,
            )
        )
        return number


class World:
    """The inputs of one warehouse, and the outputs to look at."""

    def __init__(self, path: Path | None = None, conditions: Conditions | None = None) -> None:
        self.connection = duckdb.connect(path or ":memory:")
        self.conditions = conditions or Conditions()
        self.evidence_version = "1"
        self.login_days: int | None = None
        evidence = (
            "rule_id integer, identifier_value_a varchar, identifier_value_b varchar, "
            "source varchar, first_seen_at timestamp, last_seen_at timestamp, file_id bigint, "
            "line_number bigint"
        )
        sightings = (
            "identifier_type varchar, identifier_value varchar, source varchar, "
            "seen_at timestamp, file_id bigint, line_number bigint"
        )
        self.connection.execute(
            f"""
            create schema if not exists intermediate;
            create schema if not exists ledger;
            create table if not exists ledger.files
                (file_id bigint, status varchar, is_current boolean);
            create table if not exists intermediate.all_sightings ({sightings});
            create table if not exists intermediate.all_evidence ({evidence});
            create table if not exists intermediate.int_identity__derived_sightings ({sightings});
            create table if not exists intermediate.int_identity__derived_evidence ({evidence});
            create or replace view intermediate.int_identity__sightings as
                from intermediate.all_sightings
                where file_id in (select file_id from ledger.files where is_current);
            create or replace view intermediate.int_identity__evidence as
                from intermediate.all_evidence
                where file_id in (select file_id from ledger.files where is_current);
            """
        )
        ensure_identity_tables(self.connection)

    def execute(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, parameters).fetchall()

    def deliver(
        self, edges: Iterable[Edge], alone: Iterable[str] = (), source: str = "crm_members"
    ) -> int:
        """Deliver a file with these rows, in this order; return its number."""
        [(file,)] = self.execute("select coalesce(max(file_id), 0) + 1 from ledger.files")
        self.execute("insert into ledger.files values ($1, 'loaded', true)", [file])
        self._insert("all", edges, alone, source, file)
        return file

    def derive(self, edges: Iterable[Edge], alone: Iterable[str] = ()) -> None:
        """Replace what joins across files found."""
        self.execute("delete from intermediate.int_identity__derived_sightings")
        self.execute("delete from intermediate.int_identity__derived_evidence")
        self._insert("int_identity__derived", edges, alone, "derived", 1)

    def withdraw(self, *files: int) -> None:
        """Take files back; all of them without arguments."""
        self.execute(
            "update ledger.files set is_current = false where $1 = [] or file_id in "
            "(select unnest($1::bigint[]))",
            [list(files)],
        )

    def replace(self, edges: Iterable[Edge], alone: Iterable[str] = ()) -> int:
        """Take everything back and deliver this instead."""
        self.withdraw()
        return self.deliver(edges, alone)

    def resolve(self, now: datetime = NOW, *, full: bool = False) -> IdentitySummary:
        with transaction(self.connection):
            return resolve_identities(
                self.connection,
                rules=self.conditions.build(),
                decisions=self.decisions(),
                now=now,
                evidence_version=self.evidence_version,
                full=full,
                device_login_days=self.login_days,
            )

    def decisions(self) -> Decisions:
        """What people decided so far."""
        return Decisions(tuple(self.conditions.decided))

    def customers(self) -> dict[str, int]:
        """Customer of each identifier, by its short name; of its last period."""
        return dict(
            self.execute(
                f"select {SHORT_NAME}, customer_id from identity.identity_map "
                "join identity.identifiers using (identifier_id) order by valid_from"
            )
        )

    def partition(self) -> set[frozenset[str]]:
        """Who is with whom; later periods of an identifier are `p1@1`, `p1@2`."""
        groups: dict[int, set[str]] = {}
        for name, period, customer in self.execute(
            f"select {SHORT_NAME}, row_number() over (partition by identifier_id "
            "order by valid_from) - 1, customer_id from identity.identity_map "
            "join identity.identifiers using (identifier_id)"
        ):
            groups.setdefault(customer, set()).add(f"{name}@{period}" if period else name)
        return {frozenset(group) for group in groups.values()}

    def reasons(self) -> dict[str | None, int]:
        """How many edges are unused for each reason; used ones under None."""
        return dict(
            self.execute(
                "select u.reason, count(*) from identity.identity_edges "
                "left join identity.identity_unused_edges u "
                "using (identifier_id_a, identifier_id_b, rule_id, source) group by all"
            )
        )

    def log(self, event: str, columns: str = "customer_id, other_customer_id, reason") -> list[Any]:
        """Columns of the events of one kind."""
        return self.execute(
            f"select {columns} from identity.identity_log where event = $1 order by all", [event]
        )

    def state(self, without: Sequence[str] | set[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of the identity tables."""
        return {
            table: self.execute(f"select * from identity.{table} order by all")
            for table in TABLES
            if table not in without
        }

    def _insert(
        self, feed: str, edges: Iterable[Edge], alone: Iterable[str], source: str, file: int
    ) -> None:
        pairs = [edge if isinstance(edge, Pair) else Pair(*edge) for edge in edges]
        rows = []
        for pair in pairs:
            rule = pair.rule or RULES[pair.a[0] + pair.b[0]]
            last = pair.first if pair.last is None else pair.last
            row = (rule, pair.a[1:], pair.b[1:], source, _day(pair.first), _day(last), file)
            rows += [row] * pair.times
        names = [(name, _day(pair.first)) for pair in pairs for name in (pair.a, pair.b)]
        names += [(name, START) for name in alone]
        sighted = [(TYPES[name[0]], name[1:], source, seen, file) for name, seen in names]
        self._append(feed, "evidence", rows)
        self._append(feed, "sightings", sighted)

    def _append(self, feed: str, kind: str, rows: list[tuple[Any, ...]]) -> None:
        table = f"intermediate.{feed}_{kind}"
        if rows:
            numbered = [(*row, line) for line, row in enumerate(rows, start=1)]
            frame = pl.DataFrame(numbered, orient="row", infer_schema_length=None).to_arrow()
            self.connection.register("delivered", frame)
            self.execute(f"insert into {table} from delivered")
            self.connection.unregister("delivered")


SHORT_NAME = (
    "case identifier_type "
    + " ".join(f"when '{name}' then '{letter}'" for letter, name in TYPES.items())
    + " end || identifier_value"
)


def _day(day: int | None) -> datetime | None:
    return None if day is None else START + timedelta(days=day)


def groups(*names: str) -> set[frozenset[str]]:
    """`"c1 p1", "c2"` as a partition."""
    return {frozenset(group.split()) for group in names}
