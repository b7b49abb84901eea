"""Questions for metrics: what is wrong with one is said before anything starts."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any, ClassVar
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.metrics.catalogue import Catalogue, read_catalogue
from pipelines.metrics.errors import MetricError
from pipelines.metrics.question import Condition, Question, ask
from pipelines.metrics.reference import reference
from pipelines.metrics.values import empty_values, unknown_values
from pipelines.settings import REPOSITORY, Settings


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(Settings())


def test_the_page_is_up_to_date(catalogue: Catalogue) -> None:
    page = (REPOSITORY / "docs/metrics.md").read_text("utf-8")
    assert page == reference(catalogue), "docs/metrics.md is stale: run `make docs`"


def test_every_chinese_name_stands_once(catalogue: Catalogue) -> None:
    names = [metric.label_zh for metric in catalogue.metrics.values()]
    assert len(set(names)) == len(names) > 40


def test_the_list_of_metrics_is_printed_in_the_format_asked_for(catalogue: Catalogue) -> None:
    listed = CliRunner().invoke(app, ["metric", "--format", "csv"]).stdout
    rows = list(csv.DictReader(io.StringIO(listed)))
    assert [row["metric"] for row in rows] == list(catalogue.metrics)
    lines = CliRunner().invoke(app, ["metric", "--format", "json"]).stdout.splitlines()
    assert json.loads(lines[0]) == rows[0]


def test_what_is_required_can_be_asked(catalogue: Catalogue) -> None:
    for metric in catalogue.metrics.values():
        assert metric.requires.keys() <= metric.dimensions.keys(), metric.name


def test_a_wrong_name_brings_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(MetricError, match="no metric 'retentoin_rate'; nearest: retention_rate"):
        catalogue.metric("retentoin_rate")


def test_a_wrong_dimension_brings_the_list(catalogue: Catalogue) -> None:
    with pytest.raises(MetricError, match=r"no dimension 'shop'; it has: day, week.*platform"):
        ask(catalogue.metric("orders"), by=["shop"])
    with pytest.raises(MetricError, match="--where shop: orders can be filtered by platform"):
        ask(catalogue.metric("orders"), where=["shop=x"])


@pytest.mark.parametrize("condition", ["platform", "platform=", "=x", "platform={{ x }}"])
def test_a_condition_that_cannot_be_read(catalogue: Catalogue, condition: str) -> None:
    with pytest.raises(MetricError, match="--where"):
        ask(catalogue.metric("orders"), where=[condition])


def test_views_of_the_same_orders_are_not_added_up(catalogue: Catalogue) -> None:
    roas = catalogue.metric("roas")
    with pytest.raises(MetricError, match="usual: --where lookback_days=30"):
        ask(roas, where=["model=linear"])
    with pytest.raises(MetricError, match="model, lookback_days"):
        ask(roas, where=["model=linear,last", "lookback_days!=30"])
    assert ask(roas, by=["model"], where=["lookback_days=30"]).group_by() == ["credit__model"]


def test_values_are_quoted(catalogue: Catalogue) -> None:
    question = ask(catalogue.metric("orders"), where=["channel=it's, a", "platform!=jd"])
    assert question.filters() == [
        "{{ Dimension('sale__channel') }} in ('it''s', 'a')",
        "{{ Dimension('sale__platform') }} not in ('jd')",
    ]


def test_a_name_stands_once_and_days_go_forward(catalogue: Catalogue) -> None:
    with pytest.raises(MetricError, match="--by names month twice"):
        ask(catalogue.metric("orders"), by=["month", "platform", "month"])
    with pytest.raises(MetricError, match="--to 2026-08-01 lies before --from 2026-08-20"):
        ask(catalogue.metric("orders"), first_day=date(2026, 8, 20), last_day=date(2026, 8, 1))


def test_a_chinese_name_is_known_without_its_unit_and_when_it_is_nearly_right(
    catalogue: Catalogue,
) -> None:
    assert catalogue.metric("净成交金额").name == "net_gmv_cny"
    with pytest.raises(MetricError, match=r"nearest: .*复购率"):
        catalogue.metric("复够率")
    names = {metric.label_zh.partition(" (")[0] for metric in catalogue.metrics.values()}
    assert len(names) == len(catalogue.metrics), "two names differ in the unit alone"


class Published:
    """A compiler and a snapshot that know the values of three dimensions."""

    values: ClassVar = {
        "platform": ["tmall", "jd", None],
        "is_identified": [True, False],
        "lookback_days": [7, 30],
    }

    def sql(self, question: Question) -> str:
        return question.by[0]

    def fetch(self, sql: str) -> tuple[list[str], list[tuple[object, ...]]]:
        return [sql, "orders"], [(value, 1) for value in self.values[sql]]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (Condition("platform", ("tmall", "jdd")), ["no row has platform 'jdd'; nearest: jd"]),
        (
            Condition("platform", ("x",), is_negated=True),
            ["no row has platform 'x'; there are: jd, tmall"],
        ),
        (Condition("lookback_days", ("30",)), []),
        (
            Condition("lookback_days", ("31",)),
            ["no row has lookback_days '31'; nearest: 30"],
        ),
        (Condition("is_identified", ("yes",)), []),
    ],
)
def test_a_value_that_no_row_has_is_told(
    catalogue: Catalogue, condition: Condition, told: list[str]
) -> None:
    question = Question(catalogue.metric("orders"), conditions=(condition,))
    published: Any = Published()
    assert list(unknown_values(question, published, published)) == told


@pytest.mark.parametrize(("rows", "told"), [([], 0), ([(None,)], 1)])
def test_an_empty_value_is_told_with_the_as_of_day(
    catalogue: Catalogue, rows: list[tuple[object, ...]], told: int
) -> None:
    compiler, snapshot = Mock(), Mock()
    compiler.sql.return_value = "select 1"
    snapshot.fetch.return_value = (["orders"], rows)
    snapshot.manifest.as_of = date(2026, 8, 29)
    sentences = list(empty_values(Question(catalogue.metric("orders")), compiler, snapshot))
    assert len(sentences) == told
    assert all("an empty orders is no zero" in one and "2026-08-29" in one for one in sentences)
