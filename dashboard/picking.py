"""Which rows of a figure an element of its chart stands for, and which elements there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from dashboard import labels
from dashboard.figures import Figure, Language, Option

Element = Mapping[str, Any]
"""An element of a chart as a click tells it: its `name`, the name of its `series`, its `data`."""


def picked_rows(
    figure: Figure, rows: pl.DataFrame, clicked: Element, language: Language
) -> pl.DataFrame | None:
    """Those of `rows` that the element shows; None when it shows no row of its own."""
    if figure.pick and isinstance(clicked.get("data"), Mapping):
        condition = figure.pick(clicked["data"])
        found = None if condition is None else rows.filter(condition)
    else:
        found = _by_names(rows, clicked, language)
    return None if found is None or found.is_empty() else found


def _by_names(rows: pl.DataFrame, clicked: Element, language: Language) -> pl.DataFrame | None:
    is_found = False
    for part in ("name", "series"):
        text = str(clicked.get(part) or "").split("\n", 1)[0]
        for column in rows.columns if text else ():
            values = rows[column].unique().to_list()
            meant = [value for value in values if text in _written(value, language)]
            if meant:
                rows, is_found = rows.filter(pl.col(column).is_in(meant)), True
                break
    return rows if is_found else None


def _written(value: object, language: Language) -> tuple[str, ...]:
    """How charts write a value on an axis or in a legend."""
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}", f"{value:%Y-%m}"
    if isinstance(value, str):
        return (labels.value(value)[language],)
    return (str(value),) if isinstance(value, int) else ()


def choices(
    figure: Figure, rows: pl.DataFrame, option: Option, language: Language
) -> dict[str, Element]:
    """By their written names, the elements that leave some of the rows and not all of them.

    Of several that leave the same rows the first: for those who cannot click on a chart.
    """
    numbered = rows.with_row_index("_row")
    found: dict[str, Element] = {}
    seen: set[tuple[int, ...]] = set()
    for element in _elements(option):
        picked = picked_rows(figure, numbered, element, language)
        if picked is None or picked.height == rows.height:
            continue
        places = tuple(picked["_row"])
        if places not in seen:
            seen.add(places)
            found.setdefault(written_name(element), element)
    return found


def written_name(element: Element) -> str:
    """What to call an element in a list: both ends of a band, else its name and its series."""
    data = element.get("data")
    if isinstance(data, Mapping) and "source" in data:
        return str(data["tooltip"]["formatter"])
    if isinstance(data, Mapping) and "depth" in data:
        return f"{data['label']['formatter']} {'→' if data['depth'] == 0 else '←'}"
    parts = (element.get("name"), element.get("series"))
    return " · ".join(str(part).replace("\n", " ") for part in parts if part)


def _elements(option: Option) -> Iterator[Element]:
    axes = [option.get(axis, {}) for axis in ("xAxis", "yAxis")]
    names: list[str] = next((axis["data"] for axis in axes if "data" in axis), [])
    for series in option["series"]:
        for place, data in enumerate([*series.get("data", ()), *series.get("links", ())]):
            own = data.get("name", "") if isinstance(data, Mapping) else ""
            name = own or (names[place] if place < len(names) else "")
            if data is not None:
                yield {"name": name, "series": series.get("name", ""), "data": data}
