"""What the command line prints says how to have what it leaves out."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pipelines.reporting import console


@pytest.mark.parametrize(
    ("rows", "told"),
    [(200, "200 rows; caption"), (201, "201 rows, first 200 shown (--out FILE has all); caption")],
)
def test_a_cut_table_says_where_the_rest_is(
    monkeypatch: pytest.MonkeyPatch, rows: int, told: str
) -> None:
    printed = io.StringIO()
    monkeypatch.setattr(console, "_out", Console(file=printed, width=100))
    console.print_rows(["n"], [(n,) for n in range(rows)], "caption", rest="--out FILE has all")
    assert printed.getvalue().splitlines()[-1] == told
