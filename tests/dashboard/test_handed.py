"""Files of rows: offered under an address that nobody guesses, written when they are fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from dashboard.app import handed


@pytest.fixture(autouse=True)
def _nothing_offered() -> Iterator[None]:
    handed._offered.clear()
    yield
    handed._offered.clear()


def file(content: bytes, name: str = "rows.csv") -> handed.File:
    return handed.File(name, "text/csv", lambda: content)


def test_a_file_is_fetched_where_it_is_offered_under_its_name() -> None:
    address = handed.offer("a figure", file(b"1,2"))
    answer = asyncio.run(handed.answer(address))
    assert (answer.status_code, answer.body) == (200, b"1,2")
    assert answer.headers["content-disposition"] == 'attachment; filename="rows.csv"'
    assert handed.offer("a figure", file(b"1,2")) == address, "a page that stays keeps its links"


def test_other_rows_have_another_address_and_no_other_is_answered() -> None:
    addresses = {handed.offer(what, file(b"")) for what in ("one", "other")}
    assert len(addresses) == 2
    for wrong in (f"{handed.FOLDER}rows.csv", f"{addresses.pop()}x"):
        assert asyncio.run(handed.answer(wrong)).status_code == 404


def test_the_least_recently_shown_files_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handed, "_KEPT", 2)
    first, second = handed.offer(1, file(b"")), handed.offer(2, file(b""))
    handed.offer(1, file(b""))
    handed.offer(3, file(b""))
    assert asyncio.run(handed.answer(first)).status_code == 200
    assert asyncio.run(handed.answer(second)).status_code == 404
