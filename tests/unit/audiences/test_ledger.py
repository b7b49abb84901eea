"""The ledger only adds; files are private, and none is there that the ledger does not know."""

from __future__ import annotations

import re
import stat
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.audiences import files, ledger
from pipelines.audiences.errors import AudienceError
from pipelines.audiences.formats import load_formats
from pipelines.audiences.ledger import CLOSED, NEVER_UPLOADED, WITHDRAWN, Event, Package
from pipelines.settings import Settings

AT = datetime(2026, 6, 1, 2, 30)
DAY = date(2026, 6, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def package(number: int, replaces: int | None = None) -> Package:
    return Package(
        number, "mine", "我的", "advertising", "tencent", "tencent_phone_md5", None, "wechat_ads",
        "v1", AT, DAY, "wang", "", 2, 2, f"mine__p{number}.txt", 10, "0" * 64, replaces,
    )  # fmt: skip


def members(*keys: str) -> pl.DataFrame:
    rows = [(i, "phone", key, f"line_{key}") for i, key in enumerate(keys)]
    return pl.DataFrame(rows, schema=ledger.MEMBERS, orient="row")


def test_what_is_taken_out_no_longer_counts_and_ended_packages_are_not_live(
    settings: Settings,
) -> None:
    with ledger.open_ledger(settings) as book:
        for number in (1, 2, 3):
            book.add_package(package(number), members("a", "b"))
        taken = pl.DataFrame({"line_key": ["line_a"], "reason": ["refused"]})
        book.add_event(Event(1, WITHDRAWN, AT, "wang", ids=1), taken)
        book.add_event(Event(2, CLOSED, AT, "wang"))
        book.add_event(Event(3, NEVER_UPLOADED, AT, "wang"))
    with ledger.open_ledger(settings) as book:
        assert [p.package_id for p in book.live_packages()] == [1]
        assert book.members([1])["identifier_key"].to_list() == ["b"]
        assert book.holding(["a"]) == []
        assert [p.package_id for p in book.holding(["b", "x"])] == [1]
        assert book.packages()[0] == package(1)
        assert [p.package_id for p in book.handed_over()] == [1, 2]
        assert book.next_id == 4
        book.add_package(package(4, replaces=1), members("b"))
        people = book.handed_over_people().rows()
    assert people == [(DAY, 0, 2), (DAY, 1, 2)]


def test_nothing_is_kept_of_a_transaction_that_fails(settings: Settings) -> None:
    with ledger.open_ledger(settings) as book:
        with pytest.raises(duckdb.ConstraintException), book.transaction():
            add_twice(book)
        assert book.packages() == []


def add_twice(book: ledger.Ledger) -> None:
    for _ in range(2):
        book.add_package(package(1), members("a"))


def test_the_ledger_only_ever_adds() -> None:
    text = Path(ledger.__file__).read_text("utf-8")
    assert not re.search(r"\b(update|delete|drop|truncate|insert or replace)\b\s", text)


def test_an_unknown_package_says_which_there_are(settings: Settings) -> None:
    with pytest.raises(AudienceError, match="none was ever built"):
        ledger.find_package(None, 1)
    with ledger.open_ledger(settings) as book:
        book.add_package(package(1), members("a"))
        with pytest.raises(AudienceError, match="there are 1 to 1"):
            ledger.find_package(book, 7)


@pytest.mark.parametrize("name", ["oceanengine_phone_md5", "tencent_phone_md5"])
def test_a_file_is_its_owners_alone_sorted_and_one_id_per_line(
    settings: Settings, name: str
) -> None:
    content = files.content("mine__p1", load_formats()[name], ["bb", "aa"])
    with files.writing(settings, [content]):
        assert not (settings.audiences_folder / content.name).exists()
    path = settings.audiences_folder / content.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert files.read_lines(path) == ["aa", "bb"]
    assert files.state_of(settings, content.name, content.sha256) == "present"
    assert content == files.content("mine__p1", load_formats()[name], ["aa", "bb"])
    path.write_text("cc\n")
    assert files.state_of(settings, content.name, content.sha256) == "altered"
    path.unlink()
    assert files.state_of(settings, content.name, content.sha256) == "gone"


def test_a_failure_leaves_no_file_and_a_killed_one_is_swept_up(settings: Settings) -> None:
    content = files.content("mine__p1", load_formats()["oceanengine_phone_md5"], ["aa"])
    with pytest.raises(ZeroDivisionError), files.writing(settings, [content]):
        raise ZeroDivisionError
    assert list(settings.audiences_folder.iterdir()) == []
    (settings.audiences_folder / f".unfinished-{content.name}").write_text("left by a kill")
    with files.writing(settings, [content]):
        pass
    assert [path.name for path in settings.audiences_folder.iterdir()] == [content.name]


def test_a_file_that_another_ledger_knows_is_not_written_over(settings: Settings) -> None:
    content = files.content("mine__p1", load_formats()["oceanengine_phone_md5"], ["aa"])
    with files.writing(settings, [content]):
        pass
    with pytest.raises(AudienceError, match="restore"), files.writing(settings, [content]):
        pass
    assert files.read_lines(settings.audiences_folder / content.name) == ["aa"]
