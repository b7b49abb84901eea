"""Questions for metrics: what is wrong with one is said before anything starts."""

from __future__ import annotations

import pytest

from pipelines.metrics.catalogue import Catalogue, read_catalogue
from pipelines.metrics.errors import MetricError
from pipelines.metrics.question import ask
from pipelines.metrics.reference import reference
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
