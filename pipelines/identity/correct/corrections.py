"""Correcting identity: what a decision or a changed rule would do, and doing it.

A dry run is the real resolution inside a transaction that is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.identity.correct.decision_file import append_decisions
from pipelines.identity.correct.decisions import (
    Decision,
    DecisionError,
    DecisionKind,
    Decisions,
    Identifier,
)
from pipelines.identity.correct.effect import Effect, last_run, read_effect, remember_map
from pipelines.identity.explain.subjects import Customer, Finder, KnownIdentifier
from pipelines.identity.rules.seeds import Rules

Resolve = Callable[[duckdb.DuckDBPyConnection, Rules, Decisions], object]
"""Resolves all identifiers inside the caller's transaction."""


@dataclass(frozen=True)
class Desk:
    """Where decisions are made: the present ones, who decides, when and why."""

    finder: Finder
    decisions: Decisions
    decided_at: datetime
    decided_by: str
    note: str = ""

    def merge(self, a: str, b: str) -> Decision:
        """A and B are one person. A customer is named by its weightiest identifier."""
        return self._decided(DecisionKind.MERGE, self._named(a), self._named(b))

    def split(self, a: str, b: str | None) -> Decision:
        """A and B are two people; without B, A is taken out of its customer."""
        ends = [self.finder.find_identifier(text) for text in (a, b) if text is not None]
        return self._decided(DecisionKind.SPLIT, *ends)

    def block(self, a: str) -> Decision:
        """A names nobody."""
        return self._decided(DecisionKind.BLOCK, self.finder.find_identifier(a))

    def unblock(self, a: str) -> Decision:
        """A names its person again, whatever the block list says."""
        return self._decided(DecisionKind.UNBLOCK, self.finder.find_identifier(a))

    def revoke(self, decision_id: int) -> Decision:
        """An earlier decision holds no longer.

        Raises:
            DecisionError: there is no such decision, or it cannot be taken back.
        """
        made = {decision.decision_id: decision for decision in self.decisions.every}
        revoked = made.get(decision_id)
        if revoked is None:
            raise DecisionError(
                f"there is no decision {decision_id}; `siyu identity decisions` lists them."
            )
        if revoked.decision is DecisionKind.ERASE:
            raise DecisionError(f"decision {decision_id} is an erasure, and erasures are final.")
        if revoked not in self.decisions.in_force:
            raise DecisionError(f"decision {decision_id} does not hold any more.")
        return replace(self.new(DecisionKind.REVOKE), revokes=decision_id)

    def _named(self, text: str) -> Identifier:
        subject = self.finder.find(text)
        if isinstance(subject, KnownIdentifier):
            return subject.identifier
        return self._weightiest(subject)

    def _weightiest(self, customer: Customer) -> Identifier:
        rows = self.finder.connection.execute(
            "select identifier_type, identifier_value from identity.identity_map "
            "join identity.identifiers using (identifier_id) where customer_id = $1 "
            "order by identifier_id",
            [customer.customer_id],
        ).fetchall()
        types = self.finder.types
        best = min(rows, key=lambda row: types[row[0]].priority if row[0] in types else 10**6)
        return Identifier(*best)

    def _decided(self, kind: DecisionKind, *ends: Identifier) -> Decision:
        a, b = (*ends, None)[:2]
        if a == b:
            raise DecisionError(f"{kind}: both names are one and the same identifier.")
        return replace(self.new(kind), a=a, b=b)

    def new(self, kind: DecisionKind) -> Decision:
        """The next decision, about nobody yet."""
        return Decision(
            decision_id=self.decisions.next_id,
            decided_at=self.decided_at,
            decided_by=self.decided_by,
            decision=kind,
            note=self.note,
        )


def try_change(
    connection: duckdb.DuckDBPyConnection,
    resolve: Resolve,
    before: tuple[Rules, Decisions],
    after: tuple[Rules, Decisions],
    *,
    change_rows: Callable[[], None] | None = None,
    keep: Callable[[], None] | None = None,
) -> Effect:
    """What the step from `before` to `after` changes; nothing is changed unless `keep` is given.

    New evidence that no run has resolved yet is resolved first, so it is on both sides.
    `change_rows` changes other tables in between. `keep` is called when all is computed, right
    before the transaction is committed.
    """
    connection.begin()
    try:
        resolve(connection, *before)
        run = last_run(connection)
        remember_map(connection)
        if change_rows is not None:
            change_rows()
        resolve(connection, *after)
        effect = read_effect(connection, since_run=run)
        if keep is not None:
            keep()
    except BaseException:
        connection.rollback()
        raise
    if keep is not None:
        connection.commit()
    else:
        connection.rollback()
    return effect


def carry_out(
    connection: duckdb.DuckDBPyConnection,
    resolve: Resolve,
    present: tuple[Rules, Decisions],
    added: Sequence[Decision],
    *,
    file: Path | None,
) -> Effect:
    """What new decisions change; with `file` they are written there and hold from now on.

    The file is written before the commit: a process killed between the two leaves a decision that
    the next refresh carries out.
    """
    rules, decisions = present

    def keep() -> None:
        assert file is not None
        append_decisions(file, added)

    return try_change(
        connection,
        resolve,
        present,
        (rules, decisions.with_added(added)),
        keep=keep if file is not None else None,
    )


def unseen(connection: duckdb.DuckDBPyConnection, decision: Decision) -> list[Identifier]:
    """Identifiers of a decision that no file has named yet."""
    return [
        end
        for end in (decision.a, decision.b)
        if end is not None
        and not connection.execute(
            "select 1 from identity.identifiers "
            "where identifier_type = $1 and identifier_value = $2",
            list(end),
        ).fetchall()
    ]
