"""The file of decisions, `brand/identity/decisions.csv`: append-only.

Input data and audit log at once: a line is never edited or removed, a later one revokes it. It
lies outside the warehouse, so decisions outlive a rebuilt one. Values stand in it as the warehouse
stores them (keyed hashes for personal types); an erasure holds keyed hashes only.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from pipelines.identity.correct.decisions import (
    Decision,
    DecisionError,
    DecisionKind,
    Decisions,
    Identifier,
)
from pipelines.settings import Settings

COLUMNS = (
    "decision_id",
    "decided_at",
    "decided_by",
    "decision",
    "identifier_type_a",
    "identifier_value_a",
    "identifier_type_b",
    "identifier_value_b",
    "revokes",
    "note",
)


def decisions_file(settings: Settings) -> Path:
    """Where the brand's decisions stand."""
    return settings.brand_configuration / "identity" / "decisions.csv"


def read_decisions(path: Path) -> Decisions:
    """All decisions of the file; none when there is no file.

    Raises:
        DecisionError: a line is no decision.
    """
    if not path.exists():
        return Decisions()
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DecisionError(
            f"{path}: not UTF-8 (byte {error.start + 1}). Remedy: save it as CSV UTF-8"
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    if tuple(name.strip() for name in header) != COLUMNS:
        raise DecisionError(
            f"{path}, line 1: the header must be {','.join(COLUMNS)} (got {','.join(header)}). "
            "Remedy: restore the header from version control"
        )
    read = _Reading(path)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            read.add(reader.line_num, cells)
    return Decisions(tuple(read.decisions.values()))


def append_decisions(path: Path, added: Sequence[Decision]) -> None:
    """Add lines to the end of the file, durably; creates it with its header when absent."""
    if not added:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists() or path.stat().st_size == 0
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    if is_new:
        writer.writerow(COLUMNS)
    elif not path.read_bytes().endswith(b"\n"):
        text.write("\n")
    writer.writerows(_cells(decision) for decision in added)
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(text.getvalue())
        file.flush()
        os.fsync(file.fileno())


def _cells(decision: Decision) -> list[str]:
    a, b = (end or ("", "") for end in (decision.a, decision.b))
    return [
        str(decision.decision_id),
        decision.decided_at.isoformat(timespec="seconds"),
        decision.decided_by,
        str(decision.decision),
        *a,
        *b,
        "" if decision.revokes is None else str(decision.revokes),
        decision.note,
    ]


@dataclass
class _Reading:
    """The lines read so far, by decision_id."""

    path: Path
    decisions: dict[int, Decision] = field(default_factory=dict)

    def add(self, line: int, cells: list[str]) -> None:
        if len(cells) != len(COLUMNS):
            raise DecisionError(
                f"{self.path}, line {line}: {len(cells)} columns instead of {len(COLUMNS)}. "
                "Remedy: quote texts that hold a comma"
            )
        row = _Row(self.path, line, dict(zip(COLUMNS, map(str.strip, cells), strict=True)))
        decision = row.decision()
        if decision.decision_id in self.decisions:
            row.fail("decision_id", "stands on an earlier line too", "give it the next free number")
        if decision.revokes is not None:
            self._check_revoked(row, decision.revokes)
        self.decisions[decision.decision_id] = decision

    def _check_revoked(self, row: _Row, revokes: int) -> None:
        revoked = self.decisions.get(revokes)
        if revoked is None:
            row.fail("revokes", "no earlier line has this decision_id", "name one that has")
        elif revoked.decision is DecisionKind.ERASE:
            row.fail("revokes", "an erasure is final", "remove the line")
        elif revoked.decision is DecisionKind.REVOKE:
            row.fail("revokes", "is itself a revocation", "decide anew instead")


@dataclass(frozen=True)
class _Row:
    path: Path
    line: int
    cells: dict[str, str]

    def fail(self, column: str, problem: str, remedy: str) -> NoReturn:
        raise DecisionError(
            f"{self.path}, line {self.line}, column {column}: {self.cells[column]!r}: {problem}. "
            f"Remedy: {remedy}"
        )

    def decision(self) -> Decision:
        kind = self._kind()
        a, b = self._identifier("a"), self._identifier("b")
        self._check_ends(kind, a, b)
        return Decision(
            decision_id=self._number("decision_id"),
            decided_at=self._time(),
            decided_by=self._filled("decided_by", "name who decided"),
            decision=kind,
            a=a,
            b=b,
            revokes=self._number("revokes") if kind is DecisionKind.REVOKE else None,
            note=self.cells["note"],
        )

    def _filled(self, column: str, remedy: str) -> str:
        if not self.cells[column]:
            self.fail(column, "is empty", remedy)
        return self.cells[column]

    def _kind(self) -> DecisionKind:
        text = self.cells["decision"]
        if text not in set(DecisionKind):
            self.fail("decision", "is no decision", f"one of {', '.join(DecisionKind)}")
        return DecisionKind(text)

    def _number(self, column: str) -> int:
        text = self.cells[column]
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            self.fail(column, "is no positive whole number", "write one")
        return int(text)

    def _time(self) -> datetime:
        try:
            moment = datetime.fromisoformat(self.cells["decided_at"])
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail(
                "decided_at", "is no time with its zone", "write it like 2026-06-01T09:30:00+08:00"
            )
        return moment

    def _identifier(self, end: str) -> Identifier | None:
        kind, value = self.cells[f"identifier_type_{end}"], self.cells[f"identifier_value_{end}"]
        if kind and not value:
            self.fail(f"identifier_value_{end}", "is empty", "an identifier has a type and a value")
        if value and not kind:
            self.fail(f"identifier_type_{end}", "is empty", "an identifier has a type and a value")
        return Identifier(kind, value) if kind else None

    def _check_ends(self, kind: DecisionKind, a: Identifier | None, b: Identifier | None) -> None:
        if kind is DecisionKind.REVOKE:
            if a or b:
                self.fail("identifier_type_a", "a revocation names no identifier", "leave it empty")
            return
        if self.cells["revokes"]:
            self.fail("revokes", f"a {kind} revokes nothing", "leave it empty")
        if a is None:
            self.fail("identifier_type_a", "is empty", f"a {kind} names an identifier")
        if kind is DecisionKind.MERGE and b is None:
            self.fail("identifier_type_b", "is empty", "a merge names two identifiers")
        if kind not in (DecisionKind.MERGE, DecisionKind.SPLIT) and b is not None:
            self.fail("identifier_type_b", f"a {kind} names one identifier", "leave it empty")
        if a is not None and a == b:
            self.fail("identifier_value_b", "is the same identifier as A", "name two")
