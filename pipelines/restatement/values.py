"""Every metric by its own day, as one SELECT over published tables.

The definitions are the catalogue's, which MetricFlow reads too; a test holds both to equal values.
MetricFlow itself takes some seconds to start, too long for every refresh.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

import duckdb

from pipelines.metrics.catalogue import Measure, Metric

Values = dict[date, float]
_AGGREGATIONS = {
    "sum": "sum({})",
    "sum_boolean": "count(*) filter (where {})",
    "count_distinct": "count(distinct {})",
    "count": "count({})",
    "min": "min({})",
    "max": "max({})",
    "average": "avg({})",
}
_DIMENSION = re.compile(r"\{\{\s*Dimension\('(\w+?)__(\w+)'\)\s*\}\}")
_CALENDAR = re.compile(r"\{\{\s*TimeDimension\('calendar__calendar_date', 'day'\)\s*\}\}")
_AS_OF = "as_of_date"


def is_daily(metric: Metric) -> bool:
    """It says something of past days; a figure of the as-of day alone has no past to restate."""
    return all(measure.time_column != _AS_OF for measure in metric.measures)


def daily_values(
    connection: duckdb.DuckDBPyConnection, catalog: str, metric: Metric, last_day: date
) -> Values:
    """The metric by day, up to `last_day`, in the tables of the attached database `catalog`.

    Required dimensions have their usual values. A ratio has no value where a part of
    it has none, or its denominator is 0.

    Raises:
        duckdb.Error: a table or column of the definition is not in `catalog`.
    """
    parts = [
        dict(connection.execute(_sql(catalog, measure, metric.requires), [last_day]).fetchall())
        for measure in metric.measures
    ]
    if len(parts) == 1:
        return {day: float(value) for day, value in parts[0].items() if value is not None}
    numerator, denominator = parts
    return {
        day: float(numerator[day]) / float(value)
        for day, value in denominator.items()
        if value and numerator.get(day) is not None
    }


def _sql(catalog: str, measure: Measure, requires: Mapping[str, str]) -> str:
    schema = "marts" if measure.table.startswith("rpt_") else "customer_center"
    conditions = [f"{measure.time} <= $1", *_filters(catalog, measure), *_fixed(measure, requires)]
    aggregated = _AGGREGATIONS[measure.aggregation].format(measure.expression)
    return (
        f"select {measure.time} as metric_day, {aggregated} "
        f"from {catalog}.{schema}.{measure.table} "
        f"where {' and '.join(conditions)} group by 1"
    )


def _filters(catalog: str, measure: Measure) -> list[str]:
    if not measure.filter:
        return []
    days = f"(select max(calendar_date) from {catalog}.customer_center.dim_dates)"
    # Of days after the as-of day, which no calendar holds, the definition knows nothing.
    calendar = f"(case when {measure.time} <= {days} then {measure.time} end)"
    text = _CALENDAR.sub(calendar, measure.filter)
    return [f"({_DIMENSION.sub(lambda found: measure.dimensions[found[2]], text)})"]


def _fixed(measure: Measure, requires: Mapping[str, str]) -> Iterable[str]:
    for name, value in requires.items():
        if name in measure.dimensions:
            yield f"cast({measure.dimensions[name]} as varchar) = '{value}'"
