from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from dashboard import report
from dashboard.figures import Figure, Language, Option, Page, Text
from pipelines.publishing import SnapshotFile, read_manifest
from pipelines.publishing.errors import PublishError
from pipelines.publishing.manifest import hash_file
from pipelines.settings import Settings
from tests.unit.publishing.conftest import NOW, describe, publish_now, write_warehouse

WORDS = Text("Words", "文字")
Draw = Callable[[Language], Option]


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    write_warehouse(settings)
    describe(settings)
    return settings


def _figure(draw: Draw) -> Figure:
    return Figure("one", WORDS, WORDS, pl.DataFrame({"a": ["</script><b>"]}), draw=draw)


def _fail(language: Language) -> Option:
    raise ZeroDivisionError("no orders")


def _use(monkeypatch: pytest.MonkeyPatch, draw: Draw) -> None:
    page = Page("page", WORDS, WORDS, {"one": (WORDS, lambda *_: _figure(draw))})
    monkeypatch.setattr(report, "PAGES", (page,))


def test_a_chart_that_fails_is_shown_and_reported(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    _use(monkeypatch, _fail)
    made = publish_with(settings, report.build_report)
    assert made.errors == {"page/one": "ZeroDivisionError: no orders"}
    assert "ZeroDivisionError: no orders" in made.html
    assert 'class="state error"' in made.html


def test_text_of_the_data_is_no_markup(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    _use(monkeypatch, lambda language: {"title": {"text": "</script><b>"}})
    made = publish_with(settings, report.build_report)
    assert "<b>" not in made.html.split('id="echarts"')[0]
    assert "\\u003c/script>" in made.html


def test_the_report_lies_with_its_version_and_the_manifest_vouches_for_it(
    settings: Settings,
) -> None:
    published = publish_now(settings, companions={"report.html": lambda snapshot: b"<html>"})
    path = report.kept_report(settings)
    assert path == published.folder / "report.html"
    assert path.read_bytes() == b"<html>"
    assert read_manifest(settings).companions == {"report.html": hash_file(path)}
    assert path.stat().st_mode & 0o222 == 0


def test_a_companion_that_raises_leaves_the_old_version(settings: Settings) -> None:
    first = publish_now(settings)

    def fail(snapshot: SnapshotFile) -> bytes:
        raise PublishError("the disk is full")

    with pytest.raises(PublishError, match="disk is full"):
        publish_now(settings, companions={"report.html": fail})
    assert read_manifest(settings).version == first.version
    assert [path.name for path in settings.serving_folder.glob(".building-*")] == []


def test_a_version_without_a_report_says_what_to_do(settings: Settings) -> None:
    publish_now(settings)
    with pytest.raises(report.ReportError, match="remedy: siyu refresh"):
        report.kept_report(settings)


def publish_with(
    settings: Settings, build: Callable[[SnapshotFile], report.Report]
) -> report.Report:
    made: list[report.Report] = []

    def companion(snapshot: SnapshotFile) -> bytes:
        made.append(build(snapshot))
        return made[0].html.encode()

    publish_now(settings, now=NOW, companions={"report.html": companion})
    return made[0]
