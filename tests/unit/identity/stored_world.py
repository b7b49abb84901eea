"""A warehouse whose resolved identity a test states in a few words, without resolving it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import duckdb

from pipelines.exports.ledger import ensure_ledger
from pipelines.identity import ensure_identity_tables
from pipelines.identity.correct.decisions import Decision, DecisionKind, Decisions, Identifier
from pipelines.identity.explain.stored import StoredIdentity
from pipelines.identity.explain.subjects import Finder, KnownIdentifier
from pipelines.identity.explain.why import Explainer
from pipelines.identity.rules.seeds import Rules, read_rules
from pipelines.settings import REPOSITORY

KEY = b"k" * 32
FIRST, LAST = datetime(1900, 1, 1), datetime(9999, 12, 31)
AT = datetime.fromisoformat("2026-06-01T09:30:00+08:00")
TYPES = {"c": "crm_member_id", "p": "phone", "u": "unionid", "o": "wechat_openid",
         "w": "wecom_external_userid", "t": "tmall_nick"}  # fmt: skip
_SEEDS = (
    "identity_identifier_types",
    "identity_rules",
    "identity_block_list",
    "identity_block_patterns",
)


def identifier(name: str) -> Identifier:
    """`p7` is the phone `7`: the first letter is the type."""
    return Identifier(TYPES[name[0]], name[1:])


class Stored:
    """The schema `identity`, filled by hand; identifiers are named by letter and value."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        ensure_identity_tables(self.connection)
        ensure_ledger(self.connection)
        self.connection.execute("create schema seeds")
        for seed in _SEEDS:
            path = REPOSITORY / "dbt_project" / "seeds" / f"{seed}.csv"
            self.connection.execute(
                f"create table seeds.{seed} as from read_csv($1, header = true)", [str(path)]
            )
        self.ids: dict[str, int] = {}

    def known(self, name: str) -> KnownIdentifier:
        return KnownIdentifier(self.id_of(name), identifier(name))

    def id_of(self, name: str) -> int:
        if name not in self.ids:
            self.ids[name] = len(self.ids) + 1
            self.connection.execute(
                "insert into identity.identifiers values ($1, $2, $3, null, hash($2, $3))",
                [self.ids[name], *identifier(name)],
            )
        return self.ids[name]

    def customer(
        self, customer_id: int, *names: str, since: datetime = FIRST, until: datetime = LAST
    ) -> None:
        for name in names:
            self.connection.execute(
                "insert into identity.identity_map values ($1, $2, $3, $4, $4)",
                [self.id_of(name), since, until, customer_id],
            )

    def edge(
        self,
        a: str,
        b: str,
        *,
        rule: int = 3,
        unused: str | None = None,
        detail: str | None = None,
        at: datetime = datetime(2026, 1, 1),
        count: int = 1,
    ) -> None:
        key = [self.id_of(a), self.id_of(b), rule, "crm_members"]
        self.connection.execute(
            "insert into identity.identity_edges values ($1, $2, $3, $4, $5, $5, $6, 1, 7, 1)",
            [*key, at, count],
        )
        if unused is not None:
            self.connection.execute(
                "insert into identity.identity_unused_edges values ($1, $2, $3, $4, $5, $6)",
                [*key, unused, detail],
            )

    def event(self, event: str, customer: int, other: int | None = None, **more: object) -> None:
        row = {"run_id": 1, "run_at": datetime(2026, 1, 2), "event": event,
               "customer_id": customer, "other_customer_id": other, **more}  # fmt: skip
        columns = ", ".join(row)
        marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        self.connection.execute(
            f"insert into identity.identity_log ({columns}) values ({marks})", list(row.values())
        )

    def explainer(self, *decided: tuple[DecisionKind, str, str]) -> Explainer:
        return Explainer(StoredIdentity(self.connection, decisions(*decided)))

    def rules(self) -> Rules:
        return read_rules(self.connection, key=KEY)

    def finder(self) -> Finder:
        return Finder(self.connection, self.rules().identifier_types, KEY)


def decisions(*decided: tuple[DecisionKind, str, str]) -> Decisions:
    return Decisions(
        tuple(
            Decision(number, AT, "wang", kind, identifier(a), identifier(b))
            for number, (kind, a, b) in enumerate(decided, start=1)
        )
    )


def names(stored: Stored, identifier_ids: Sequence[int]) -> list[str]:
    """Short names of identifiers by their ids."""
    by_id = {number: name for name, number in stored.ids.items()}
    return [by_id[number] for number in identifier_ids]
