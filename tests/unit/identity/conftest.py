"""A small warehouse whose identifiers and edges a test states in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.identity import IdentitySummary, ensure_identity_tables, resolve_identities
from pipelines.identity.tables import TABLES
from pipelines.privacy.hashing import KIND_PHONE, identifier_key

KEY = b"k" * 32
NOW = datetime(2026, 1, 31, 22, 0, 0, tzinfo=UTC)
RULES = {
    # identifier type a, identifier type b -> rule id; 8 and 9 are weak and inactive
    ("unionid", "wecom_external_userid"): 1,
    ("unionid", "wechat_openid"): 2,
    ("crm_member_id", "phone"): 3,
    ("crm_member_id", "unionid"): 4,
    ("crm_member_id", "crm_member_id"): 6,
    ("tmall_nick", "phone"): 8,
}
TYPES = {"c": "crm_member_id", "p": "phone", "u": "unionid", "o": "wechat_openid",
         "w": "wecom_external_userid", "t": "tmall_nick"}  # fmt: skip

Edge = tuple[str, str]
"""Two identifiers, each `c1`, `p7`, …: the first letter is the type."""


def phone_key(number: str) -> str:
    """The key under which the loader delivers a mainland number."""
    return identifier_key(KIND_PHONE, f"+86{number}", KEY)


class World:
    """The inputs of one warehouse, and the outputs to look at."""

    def __init__(self, path: Path | None = None) -> None:
        self.connection = duckdb.connect(path or ":memory:")
        self.connection.execute(
            """
            create schema seeds;
            create schema intermediate;
            create table seeds.identity_identifier_types (identifier_type varchar,
                label_zh varchar, max_degree integer, description varchar);
            create table seeds.identity_rules (rule_id integer, rule_name varchar,
                identifier_type_a varchar, identifier_type_b varchar, strength varchar,
                is_active boolean, description varchar);
            create table seeds.identity_block_list
                (identifier_type varchar, value_clear varchar, reason varchar);
            create table intermediate.int_identity__identifiers (identifier_type varchar,
                identifier_value varchar, first_seen_at timestamp, last_seen_at timestamp,
                source_count bigint);
            create table intermediate.int_identity__edges (
                identifier_type_a varchar, identifier_value_a varchar,
                identifier_type_b varchar, identifier_value_b varchar, rule_id integer,
                source varchar, first_at timestamp, last_at timestamp, evidence_count bigint,
                file_id bigint, line_number bigint);
            """
        )
        for identifier_type in [*TYPES.values(), "alipay_account"]:
            self.execute(
                "insert into seeds.identity_identifier_types values ($1, '', 5, '')",
                [identifier_type],
            )
        for (a, b), rule in RULES.items():
            self.execute(
                "insert into seeds.identity_rules values ($1, $2, $3, $4, $5, $6, '')",
                [rule, f"{a}_{b}", a, b, "weak" if rule > 7 else "strong", rule < 8],
            )
        ensure_identity_tables(self.connection)

    def execute(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, parameters).fetchall()

    def deliver(self, edges: Iterable[Edge], alone: Iterable[str] = ()) -> None:
        """Replace the input by these edges and identifiers, in this row order."""
        edges = list(edges)
        names = list(dict.fromkeys([name for edge in edges for name in edge] + list(alone)))
        identifiers = pl.DataFrame(
            {"type": [TYPES[name[0]] for name in names], "value": [name[1:] for name in names]},
            schema={"type": pl.String, "value": pl.String},
        ).to_arrow()
        pairs = pl.DataFrame(
            {
                "type_a": [TYPES[a[0]] for a, _ in edges],
                "value_a": [a[1:] for a, _ in edges],
                "type_b": [TYPES[b[0]] for _, b in edges],
                "value_b": [b[1:] for _, b in edges],
                "rule_id": [RULES[TYPES[a[0]], TYPES[b[0]]] for a, b in edges],
            },
            schema={"type_a": pl.String, "value_a": pl.String, "type_b": pl.String,
                    "value_b": pl.String, "rule_id": pl.Int32},
        ).to_arrow()  # fmt: skip
        self.connection.register("new_identifiers", identifiers)
        self.connection.register("new_edges", pairs)
        self.execute("delete from intermediate.int_identity__identifiers")
        self.execute("delete from intermediate.int_identity__edges")
        self.execute(
            "insert into intermediate.int_identity__identifiers "
            "select type, value, timestamp '2026-01-01', timestamp '2026-01-01', 1 "
            "from new_identifiers"
        )
        self.execute(
            "insert into intermediate.int_identity__edges select type_a, value_a, type_b, value_b, "
            "rule_id, 'crm_members', timestamp '2026-01-01', timestamp '2026-01-01', 1, 1, 1 "
            "from new_edges"
        )

    def block(self, identifier_type: str, value: str, reason: str = "shared") -> None:
        self.execute(
            "insert into seeds.identity_block_list values ($1, $2, $3)",
            [identifier_type, value, reason],
        )

    def resolve(self, now: datetime = NOW) -> IdentitySummary:
        return resolve_identities(self.connection, now=now, block_list_key=KEY)

    def customers(self) -> dict[str, int]:
        """Customer of each identifier, by its short name."""
        letters = {identifier_type: letter for letter, identifier_type in TYPES.items()}
        return {
            letters[identifier_type] + value: customer
            for identifier_type, value, customer in self.execute(
                "select identifier_type, identifier_value, customer_id "
                "from identity.identity_map join identity.identifiers using (identifier_id)"
            )
        }

    def partition(self) -> set[frozenset[str]]:
        groups: dict[int, set[str]] = {}
        for name, customer in self.customers().items():
            groups.setdefault(customer, set()).add(name)
        return {frozenset(group) for group in groups.values()}

    def reasons(self) -> dict[str | None, int]:
        """How many edges are unused for each reason; used ones under None."""
        rows = self.execute(
            "select u.reason, count(*) from identity.identity_edges "
            "left join identity.identity_unused_edges u "
            "using (identifier_id_a, identifier_id_b, rule_id, source) group by all"
        )
        return dict(rows)

    def log(self, event: str) -> list[tuple[Any, ...]]:
        """customer_id, other_customer_id, identifier_id and reason of the events of one kind."""
        return self.execute(
            "select customer_id, other_customer_id, identifier_id, reason "
            "from identity.identity_log where event = $1 order by all",
            [event],
        )

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all identity tables."""
        return {
            table: self.execute(f"select * from identity.{table} order by all") for table in TABLES
        }


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.connection.close()
