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


def test_a_wide_table_shows_the_columns_that_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.StringIO()
    monkeypatch.setattr(console, "_out", Console(file=printed, width=80))
    names = [f"a_long_name_of_a_column_{number}" for number in range(39)]
    console.print_rows(names, [tuple(range(100_000, 100_039))], "caption")
    *table, told = printed.getvalue().splitlines()
    assert told == (
        "1 rows, first 5 of 39 columns: name those that you want (--format csv prints all); caption"
    )
    assert "100004" in "".join(table)
    assert "…" not in "".join(table)
