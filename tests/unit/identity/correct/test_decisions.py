"""Decisions: what follows from them, and that the file keeps them exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.identity.correct.decision_file import COLUMNS, append_decisions, read_decisions
from pipelines.identity.correct.decisions import (
    Decision,
    DecisionError,
    DecisionKind,
    Decisions,
    Identifier,
)

AT = datetime.fromisoformat("2026-06-01T09:30:00+08:00")
A, B, C = (Identifier("unionid", value) for value in ("ua", "ub", "uc"))
MERGE, SPLIT, BLOCK, UNBLOCK, ERASE, REVOKE = DecisionKind


def decide(*rows: tuple[DecisionKind, Identifier | None, Identifier | None]) -> Decisions:
    return Decisions(
        tuple(
            Decision(number, AT, "wang", kind, a, b)
            for number, (kind, a, b) in enumerate(rows, start=1)
        )
    )


def test_the_later_decision_about_one_thing_holds() -> None:
    made = decide(
        (MERGE, B, A, ), (SPLIT, A, B), (BLOCK, C, None), (UNBLOCK, C, None), (ERASE, B, None)
    )  # fmt: skip
    assert made.must_link == ()
    assert made.cannot_link == ((A, B),)
    assert made.blocked == frozenset()
    assert made.unblocked == {C}
    assert made.erased == {B}


def test_taking_out_ends_earlier_merges_but_not_later_ones() -> None:
    made = decide((MERGE, A, B), (SPLIT, B, None), (MERGE, B, C))
    assert made.taken_out == {B}
    assert made.must_link == ((B, C),)


def test_a_revoked_decision_has_no_effect_and_gives_way_to_the_one_before() -> None:
    made = decide((MERGE, A, B), (SPLIT, A, B))
    revoked = made.with_added([Decision(3, AT, "wang", REVOKE, revokes=2)])
    assert revoked.cannot_link == ()
    assert revoked.must_link == ((A, B),)
    assert revoked.fingerprint == decide((MERGE, A, B)).fingerprint != made.fingerprint


def test_the_file_gives_back_what_was_added(tmp_path: Path) -> None:
    path = tmp_path / "identity" / "decisions.csv"
    assert read_decisions(path) == Decisions()
    first = replace(decide((MERGE, A, B)).every[0], note='two cards, "one" person\n同一个人')
    later = Decision(2, AT, "李", REVOKE, revokes=1)
    append_decisions(path, [first])
    append_decisions(path, [later])
    assert read_decisions(path).every == (first, later)


def test_a_last_line_without_its_end_is_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    append_decisions(path, decide((BLOCK, A, None)).every)
    path.write_text(path.read_text("utf-8").rstrip("\n"), "utf-8")
    append_decisions(path, [Decision(2, AT, "wang", BLOCK, B)])
    assert read_decisions(path).blocked == {A, B}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1,2026-06-01T09:30:00+08:00,w,join,unionid,a,unionid,b,,", "column decision: 'join'"),
        ("1,2026-06-01 09:30,w,block,unionid,a,,,,", "column decided_at: '2026-06-01 09:30'"),
        ("one,2026-06-01T09:30:00+08:00,w,block,unionid,a,,,,", "column decision_id: 'one'"),
        ("1,2026-06-01T09:30:00+08:00,,block,unionid,a,,,,", "column decided_by: ''"),
        ("1,2026-06-01T09:30:00+08:00,w,merge,unionid,a,,,,", "column identifier_type_b"),
        ("1,2026-06-01T09:30:00+08:00,w,merge,unionid,a,unionid,a,,", "same identifier"),
        ("1,2026-06-01T09:30:00+08:00,w,block,unionid,,,,,", "column identifier_value_a"),
        ("1,2026-06-01T09:30:00+08:00,w,block,unionid,a,unionid,b,,", "names one identifier"),
        ("1,2026-06-01T09:30:00+08:00,w,revoke,,,,,7,", "column revokes: '7'"),
        ("1,2026-06-01T09:30:00+08:00,w,block,unionid,a,,,", "9 columns instead of 10"),
    ],
)
def test_a_line_that_is_no_decision_is_named(tmp_path: Path, line: str, expected: str) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(",".join(COLUMNS) + "\n" + line + "\n", "utf-8")
    with pytest.raises(DecisionError, match=r"line 2.*Remedy:") as error:
        read_decisions(path)
    assert expected in str(error.value)


def test_an_erasure_is_final(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    append_decisions(path, decide((ERASE, A, None)).every)
    append_decisions(path, [Decision(2, AT, "wang", REVOKE, revokes=1)])
    with pytest.raises(DecisionError, match="an erasure is final"):
        read_decisions(path)
