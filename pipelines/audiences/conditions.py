"""A segment without SQL: conditions on columns of `customer_center.dim_customers`.

    conditions:
      - {column: lifetime_tier, is: [L]}
      - {column: last_order_date, days_ago_at_least: 60}
      - {column: net_gmv_cny, at_least: 300}

An empty cell meets no condition but `is_empty: true` and `is_not`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.audiences.errors import AudienceError
from pipelines.audiences.formats import nearest

Value = bool | int | float | str
TABLE = "customer_center.dim_customers"


class Condition(BaseModel):
    """One column and one test."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    column: str
    is_: Value | tuple[Value, ...] | None = Field(default=None, alias="is")
    is_not: Value | tuple[Value, ...] | None = None
    at_least: float | None = None
    at_most: float | None = None
    days_ago_at_least: int | None = None
    """Days before the as-of day of the snapshot."""
    days_ago_at_most: int | None = None
    is_empty: bool | None = None

    @model_validator(mode="after")
    def _has_one_test(self) -> Self:
        if len(self._tests) != 1:
            raise ValueError(
                f"column {self.column!r} needs exactly one test, has {len(self._tests)}. Remedy: "
                f"one of {', '.join(_SQL)} per condition"
            )
        return self

    @property
    def _tests(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in self.model_dump(by_alias=True).items()
            if name != "column" and value is not None
        }

    def sql(self, number: int) -> tuple[str, dict[str, Any]]:
        """SQL of the test and its parameter, numbered so that several go together."""
        [(test, value)] = self._tests.items()
        if test == "is_empty":
            return f'"{self.column}" is {"" if value else "not "}null', {}
        if test in ("is", "is_not"):
            values = value if isinstance(value, tuple) else (value,)
            value = [_text(each) for each in values]
        name = f"value_{number}"
        return _SQL[test].format(column=f'"{self.column}"', value=f"${name}"), {name: value}


def select(
    conditions: Sequence[Condition], order_by: str | None, columns: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    """One SELECT of customer_id, and its parameters.

    Raises:
        AudienceError: dim_customers, which has `columns`, lacks a column.
    """
    for name in [
        *(condition.column for condition in conditions),
        *([order_by] if order_by else []),
    ]:
        if name not in columns:
            raise AudienceError(
                f"dim_customers has no column {name!r}; {nearest(name, columns)} "
                "(marts.rpt_data_dictionary says what they mean)"
            )
    tests: list[str] = []
    parameters: dict[str, Any] = {}
    for number, condition in enumerate(conditions):
        test, values = condition.sql(number)
        tests.append(test)
        parameters |= values
    order = f' order by "{order_by}" desc nulls last, customer_id' if order_by else ""
    return f"select customer_id from {TABLE} where {' and '.join(tests)}{order}", parameters


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_SQL = {
    "is": "list_contains({value}::varchar[], cast({column} as varchar))",
    "is_not": "not coalesce(list_contains({value}::varchar[], cast({column} as varchar)), false)",
    "at_least": "{column} >= {value}",
    "at_most": "{column} <= {value}",
    "days_ago_at_least": "cast({column} as date) <= as_of_date - cast({value} as integer)",
    "days_ago_at_most": "cast({column} as date) >= as_of_date - cast({value} as integer)",
    "is_empty": "",
}
