"""A question for one metric, checked before anything slow starts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.metrics.catalogue import TIME, Metric
from pipelines.metrics.errors import MetricError

_CONDITION = re.compile(r"\s*(?P<name>\w+)\s*(?P<operator>!=|=)(?P<values>.*)", re.DOTALL)


@dataclass(frozen=True)
class Condition:
    """A dimension that has, or has not, one of some values."""

    name: str
    values: tuple[str, ...]
    is_negated: bool = False


@dataclass(frozen=True)
class Question:
    """A metric by dimensions and grains of time, under conditions, over days (inclusive)."""

    metric: Metric
    by: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    def group_by(self) -> list[str]:
        """MetricFlow's names of what to group by."""
        return [self.metric.dimension(name) for name in self.by]

    def filters(self) -> list[str]:
        """The conditions as MetricFlow writes them.

        Days too: its own time constraint would widen them to whole weeks or months.
        """
        day = f"{{{{ TimeDimension('{TIME}', 'day') }}}}"
        first = [f"{day} >= '{self.first_day}'"] if self.first_day else []
        last = [f"{day} <= '{self.last_day}'"] if self.last_day else []
        return [*map(self._filter, self.conditions), *first, *last]

    def _filter(self, condition: Condition) -> str:
        values = ", ".join("'" + value.replace("'", "''") + "'" for value in condition.values)
        operator = "not in" if condition.is_negated else "in"
        dimension = self.metric.dimension(condition.name)
        return f"{{{{ Dimension('{dimension}') }}}} {operator} ({values})"


def ask(
    metric: Metric,
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    first_day: date | None = None,
    last_day: date | None = None,
) -> Question:
    """A question whose dimensions exist and whose required ones have one value each.

    `where`: conditions such as `channel=douyin_live`, `platform=tmall,jd`, `is_identified!=true`.

    Raises:
        MetricError: a dimension or condition is unknown or stands twice, a required one is missing,
            or the days end before they begin.
    """
    conditions = tuple(_condition(text) for text in where)
    _check_words(by, first_day, last_day)
    asked = Question(metric, tuple(by), conditions, first_day, last_day)
    asked.group_by()
    for condition in conditions:
        if condition.name not in metric.dimensions:
            known = ", ".join(metric.dimensions)
            raise MetricError(
                f"--where {condition.name}: {metric.name} can be filtered by {known}; "
                "by days with --from and --to"
            )
    _check_required(asked)
    return asked


def _condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if not found or not found["values"]:
        raise MetricError(f"--where {text}: write NAME=VALUE, NAME=VALUE,VALUE or NAME!=VALUE")
    if "{" in text:
        raise MetricError(f"--where {text}: a value cannot hold a curly bracket")
    values = tuple(value.strip() for value in found["values"].split(","))
    return Condition(found["name"], values, is_negated=found["operator"] == "!=")


def _check_words(by: Sequence[str], first_day: date | None, last_day: date | None) -> None:
    twice = [name for name in dict.fromkeys(by) if by.count(name) > 1]
    if twice:
        raise MetricError(f"--by names {', '.join(twice)} twice; name each once")
    if first_day and last_day and last_day < first_day:
        raise MetricError(
            f"--to {last_day} lies before --from {first_day}, so no day is left; exchange them"
        )


def _check_required(question: Question) -> None:
    fixed = {c.name for c in question.conditions if len(c.values) == 1 and not c.is_negated}
    missing = {
        name: usual
        for name, usual in question.metric.requires.items()
        if name not in fixed and name not in question.by
    }
    if missing:
        remedy = " ".join(f"--where {name}={usual}" for name, usual in missing.items())
        raise MetricError(
            f"{question.metric.name} stands once for every value of {', '.join(missing)}, and "
            f"these never add up; usual: {remedy}; or group: --by {','.join(missing)}"
        )
