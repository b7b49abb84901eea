"""Which metrics there are, read from the definitions without starting dbt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from pipelines.metrics.errors import MetricError
from pipelines.settings import Settings

GRAINS = ("day", "week", "month", "quarter", "year")
TIME = "metric_time"
"""MetricFlow's name of the one time dimension that every metric has."""


@dataclass(frozen=True)
class Measure:
    """What a metric, or one of the two parts of a ratio, adds up."""

    table: str
    time_column: str
    """The time dimension's name."""
    time: str
    """The expression by which days go."""
    aggregation: str
    expression: str
    filter: str
    """Condition in MetricFlow's words; empty: none."""
    dimensions: dict[str, str]
    """The table's own dimensions, and the expression of each."""


@dataclass(frozen=True)
class Metric:
    """One definition, as the semantic models state it."""

    name: str
    label_zh: str
    label: str
    description: str
    description_zh: str
    formula: str
    formula_zh: str
    """In the Chinese names of what is added up or divided."""
    owner: str
    caveats: str
    caveats_zh: str
    table: str
    """The published table that it is computed from."""
    grain: str
    """One row of that table is one …"""
    time: str
    """The column by which --from, --to and the grains of time go."""
    filters: tuple[str, ...]
    """Conditions that are part of the definition."""
    requires: dict[str, str]
    """Dimensions that need one value, or a place in the grouping, and their usual value."""
    dimensions: dict[str, str]
    """Dimensions by the name that people use, and MetricFlow's name for each."""
    measures: tuple[Measure, ...]
    """One, or numerator and denominator of a ratio."""

    def dimension(self, name: str) -> str:
        """MetricFlow's name of a dimension or grain of time.

        Raises:
            MetricError: the metric has no such dimension.
        """
        if name in GRAINS:
            return f"{TIME}__{name}"
        if name in self.dimensions:
            return self.dimensions[name]
        known = ", ".join((*GRAINS, *self.dimensions))
        raise MetricError(f"{self.name} has no dimension {name!r}; it has: {known}")


class Catalogue:
    """Every metric of the semantic models in `folder`, in the order of the files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """The metrics by name."""
        files = [_read(path) for path in sorted(self._folder.glob("*.yml"))]
        models = [model for file in files for model in file.get("semantic_models", ())]
        by_name = {m["name"]: m for file in files for m in file.get("metrics", ())}
        return {name: self._metric(name, by_name, models) for name in by_name}

    def metric(self, name: str) -> Metric:
        """One metric, by its name or Chinese name, the latter also without its unit in brackets.

        Raises:
            MetricError: there is none of this name; the message lists the nearest ones.
        """
        if name in self.metrics:
            return self.metrics[name]
        labels = {metric.label_zh: metric for metric in self.metrics.values()}
        labels = {label.partition(" (")[0]: metric for label, metric in labels.items()} | labels
        if name in labels:
            return labels[name]
        nearest = difflib.get_close_matches(name, [*self.metrics, *labels], n=5, cutoff=0.4)
        hint = f"nearest: {', '.join(nearest)}" if nearest else "`siyu metric` lists them"
        raise MetricError(f"there is no metric {name!r}; {hint}")

    def _metric(
        self, name: str, by_name: dict[str, dict[str, Any]], models: list[dict[str, Any]]
    ) -> Metric:
        written = by_name[name]
        simple = [by_name[part] for part in _parts(written) or [name]]
        measure = simple[0]["type_params"]["measure"]
        model = next(m for m in models if measure in _names(m.get("measures", ())))
        meta = written["config"]["meta"]
        return Metric(
            name=name,
            label_zh=meta["label_zh"],
            label=written["label"],
            description=written["description"],
            description_zh=meta["description_zh"],
            formula=meta["formula"],
            formula_zh=_formula_zh(written, simple, models),
            owner=meta["owner"],
            caveats=meta["caveats"],
            caveats_zh=meta["caveats_zh"],
            table=_table(model),
            grain=model["description"],
            time=model["defaults"]["agg_time_dimension"],
            filters=tuple(dict.fromkeys(part["filter"] for part in simple if "filter" in part)),
            requires={key: str(value) for key, value in meta.get("requires", {}).items()},
            dimensions=_dimensions(model, models),
            measures=tuple(_measure(part, models) for part in simple),
        )


def read_catalogue(settings: Settings) -> Catalogue:
    """The catalogue of the checkout's own definitions."""
    return Catalogue(settings.dbt_project_folder / "models" / "semantic")


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text("utf-8")))


def _parts(metric: dict[str, Any]) -> list[str]:
    """Names of the metrics that a ratio is made of; none for a simple metric."""
    parameters = metric["type_params"]
    return [parameters[part] for part in ("numerator", "denominator") if part in parameters]


def _names(items: Iterable[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


def _measure(metric: dict[str, Any], models: list[dict[str, Any]]) -> Measure:
    name = metric["type_params"]["measure"]
    model = next(m for m in models if name in _names(m.get("measures", ())))
    measure = next(m for m in model["measures"] if m["name"] == name)
    dimensions = {d["name"]: str(d.get("expr", d["name"])) for d in model.get("dimensions", ())}
    time = model["defaults"]["agg_time_dimension"]
    return Measure(
        table=_table(model),
        time_column=time,
        time=dimensions[time],
        aggregation=measure["agg"],
        expression=str(measure.get("expr", name)),
        filter=str(metric.get("filter", "")).strip(),
        dimensions=dimensions,
    )


def _formula_zh(
    metric: dict[str, Any], simple: list[dict[str, Any]], models: list[dict[str, Any]]
) -> str:
    """`净成交金额 ÷ 有效订单数` for a ratio, else what is done with which rows."""
    labels = [part["config"]["meta"]["label_zh"] for part in simple]
    if len(labels) > 1:
        return " ÷ ".join(labels)
    measure = _measure(metric, models)
    done = "行数" if measure.expression == "1" else _DONE_ZH[measure.aggregation]
    condition = "（仅限口径所述的行）" if measure.filter else ""
    return f"{labels[0]} = {measure.table} {done}{condition}"


_DONE_ZH = {
    "sum": "逐行求和", "count_distinct": "去重计数", "count": "计数", "max": "取最大值",
    "average": "求平均", "min": "取最小值", "sum_boolean": "计数",
}  # fmt: skip


def _table(model: dict[str, Any]) -> str:
    return str(model["model"]).removeprefix("ref('").removesuffix("')")


def _dimensions(model: dict[str, Any], models: list[dict[str, Any]]) -> dict[str, str]:
    """Of the table itself, then of the customers that it names; a name of both is the table's."""
    found = {name: f"{_primary(model)}__{name}" for name in _categories(model)}
    foreign = {e["name"] for e in model.get("entities", ()) if e["type"] == "foreign"}
    for other in models:
        if _primary(other) in foreign:
            for name in _categories(other):
                found.setdefault(name, f"{_primary(other)}__{name}")
    return found


def _primary(model: dict[str, Any]) -> str:
    entities = [e["name"] for e in model.get("entities", ()) if e["type"] == "primary"]
    return str(model.get("primary_entity") or entities[0])


def _categories(model: dict[str, Any]) -> list[str]:
    return _names(d for d in model.get("dimensions", ()) if d["type"] == "categorical")
