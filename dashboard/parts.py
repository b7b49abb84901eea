"""Pieces of HTML that both surfaces show: tiles, rows as a table, the empty and the error state.

`Say` turns words into HTML: the report writes both languages and hides one, the app writes one.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from dashboard import formats, labels
from dashboard.figures import Figure, Language, Text, Tile, Unit, UnitOfRow
from dashboard.words import UI

Say = Callable[[Text], str]
ROWS_SHOWN = 100
"""Rows of a figure that a page holds; downloads and `siyu query` have all."""

_A_SENTENCE = 30
"""Characters of a text from which its column is wide, so that a phone shows no tower of words."""


def both(text: Text) -> str:
    """Both languages beside each other; the style sheet hides one."""
    if text.en == text.zh:
        return html.escape(text.en)
    return (
        f'<span class="en" lang="en">{html.escape(text.en)}</span>'
        f'<span class="zh" lang="zh-CN">{html.escape(text.zh)}</span>'
    )


def only(language: Language) -> Say:
    """One language."""
    return lambda text: html.escape(text[language])


def each(write: Callable[[Language], str]) -> Text:
    """The same thing, written in each language."""
    return Text(write("en"), write("zh"))


def state_of(figure: Figure, say: Say) -> str | None:
    """The error or the empty state; None for a figure that has something to show."""
    if figure.error:
        return (
            f'<div class="state error" role="alert"><strong>{say(UI["error"])}</strong>'
            f"{say(UI['error_hint'])}<code>{say(figure.error)}</code></div>"
        )
    if figure.is_empty:
        hint = figure.empty or UI["empty_hint"]
        return f'<div class="state"><strong>{say(UI["empty"])}</strong>{say(hint)}</div>'
    return None


def tiles(figure: Figure, say: Say) -> str:
    """The numbers of a scorecard, each beside what it is compared with."""
    return f'<ul class="tiles">{"".join(_tile(tile, say) for tile in figure.tiles)}</ul>'


def _tile(tile: Tile, say: Say) -> str:
    value = each(lambda language: formats.write(tile.value, tile.unit, language))
    change = ""
    if tile.change is not None and tile.baseline_label:
        sign = "▲" if tile.change > 0 else "▼" if tile.change < 0 else "="
        change = (
            f'<div class="tile-change">{sign} {abs(tile.change):.1%} '
            f"{say(tile.baseline_label)}</div>"
        )
    number = "" if tile.value is None else float(tile.value)
    return (
        f'<li data-tile="{tile.key}" data-value="{number}">'
        f'<div class="tile-label">{say(tile.label)}</div>'
        f'<div class="tile-value">{say(value)}</div>{change}</li>'
    )


def table(figure: Figure, rows: pl.DataFrame, say: Say) -> str:
    """The first `ROWS_SHOWN` of `rows`, which have columns of the figure."""
    frame = rows.head(ROWS_SHOWN)
    units = {name: figure.units.get(name, "count") for name in frame.columns}
    kinds = {column.name: _class(column) for column in frame}
    head = "".join(
        f'<th scope="col"{kinds[name]}>{say(figure.columns.get(name, Text(name, name)))}</th>'
        for name in frame.columns
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{kinds[name]}>{say(written(value, _unit(units[name], row)))}</td>"
            for name, value in row.items()
        )
        + "</tr>"
        for row in frame.iter_rows(named=True)
    )
    cut = ""
    if rows.height > ROWS_SHOWN:
        words = UI["rows_cut"].format(shown=ROWS_SHOWN, rows=f"{rows.height:,}")
        cut = f'<p class="note">{say(words)}</p>'
    return (
        f'{cut}<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _unit(unit: Unit | UnitOfRow, row: Mapping[str, Any]) -> Unit:
    return unit(row) if callable(unit) else unit


def _class(column: pl.Series) -> str:
    if column.dtype.is_numeric():
        return ' class="number"'
    if column.dtype == pl.String and (column.str.len_chars() > _A_SENTENCE).any():
        return ' class="words"'
    return ' class="day"' if column.dtype.is_temporal() else ""


def written(value: object, unit: Unit) -> Text:
    """A cell of a table."""
    if isinstance(value, str):
        return labels.value(value)
    return each(lambda language: formats.write_exact(value, unit, language))


def plain(value: Any) -> Any:
    """For JSON, which has no NaN, no date and no decimal."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
