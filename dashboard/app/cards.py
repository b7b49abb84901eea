"""One figure on a page: the chart, its definition, its rows and their downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from dashboard import downloads, parts
from dashboard.app import cache, handed
from dashboard.app.controls import button, options
from dashboard.app.piece import piece
from dashboard.app_words import APP
from dashboard.figures import Figure, Filters, Language, Text
from dashboard.personal import without_personal
from dashboard.picking import Element, picked_rows, written_name
from dashboard.words import UI
from pipelines.metrics.catalogue import Metric


@dataclass(frozen=True)
class View:
    """What a reader looks at: everything that a figure depends on, and how it is written."""

    version: str
    page: str
    filters: Filters
    language: Language
    with_personal: bool

    def key(self, part: str, figure: str) -> str:
        """Name of a part of a figure: the same for every version, language and choice."""
        return f"{part}-{self.page}-{figure}"


@st.fragment
def show_figure(view: View, key: str) -> None:
    """A click in a fragment runs the fragment alone, so that the page stays as it is."""
    figure, option = cache.drawn(view.version, view.page, key, view.filters, view.language)
    html = _head(figure, view.language)
    if parts.state_of(figure, parts.only(view.language)) is None:
        html += _rows(view, figure)
    piece(
        html,
        key=view.key("piece", figure.key),
        option=option,
        on_choice=partial(_heed, view, figure),
    )


def _head(figure: Figure, language: Language) -> str:
    """Title, note, chart or tiles or state, and definition."""
    say = parts.only(language)
    note = f'<p class="note">{say(figure.note)}</p>' if figure.note else ""
    wide = " wide" if figure.draw is None or figure.height > 400 else ""
    body = parts.state_of(figure, say)
    if body is None and figure.tiles:
        body = parts.tiles(figure, say)
    elif body is None and figure.draw:
        body = f'<div class="chart" style="height: {figure.height}px"></div>'
    definition = _definition(figure, language) if figure.definition.en else ""
    return (
        f'<div class="head{wide}"><h2>{say(figure.title)}</h2>{note}</div>{body or ""}{definition}'
    )


def _heed(view: View, figure: Figure, control: str, value: Any) -> None:
    """Do what a control of the figure says: `_rows_switch`, `_table`, and the chart's own."""
    picked, rows = view.key("picked", figure.key), view.key("rows", figure.key)
    if control == _ROWS:
        st.session_state[rows] = not _is_open(view, figure)
    elif control == _ALL:
        st.session_state.pop(picked, None)
    elif control == _ELEMENT:
        st.session_state[picked] = _elements(view, figure).get(value)
    else:
        st.session_state[picked] = value
        st.session_state[rows] = True


_ROWS, _ALL, _ELEMENT = "rows", "all", "element"


def _is_open(view: View, figure: Figure) -> bool:
    """Whether the rows are shown; at first where there is nothing else to show."""
    alone = figure.draw is None and not figure.tiles
    is_open: bool = st.session_state.get(view.key("rows", figure.key), alone)
    return is_open


def _rows(view: View, figure: Figure) -> str:
    """A button that opens and closes the rows behind the figure, and these."""
    title = UI["rows"].format(rows=f"{figure.frame.height:,}")
    is_open = _is_open(view, figure)
    switch = (
        f'<button type="button" class="rows" name="{_ROWS}" '
        f'aria-expanded="{str(is_open).lower()}">{parts.only(view.language)(title)}</button>'
    )
    return switch + _table(view, figure) if is_open else switch


def _clicked(view: View, figure: Figure) -> Element | None:
    clicked: Element | None = st.session_state.get(view.key("picked", figure.key))
    return clicked


def _table(view: View, figure: Figure) -> str:
    """All rows, or those of one element with a way back to all.

    A canvas cannot be reached with the keyboard; the list of its elements can.
    """
    hidden = frozenset() if view.with_personal else cache.personal_columns(view.version)
    rows = without_personal(figure, hidden)
    clicked, elements = _clicked(view, figure), _elements(view, figure)
    picked = picked_rows(figure, rows, clicked, view.language) if clicked else None
    say = parts.only(view.language)
    choice = note = ""
    if elements:
        name = written_name(clicked) if clicked else ""
        names = [("", UI["all"][view.language]), *((one, one) for one in elements)]
        choice = (
            f'<label class="element">{say(APP["rows_of"])}<select name="{_ELEMENT}">'
            f"{options(names, name)}</select></label>"
        )
    if clicked and picked is not None:
        words = say(APP["picked"].format(name=written_name(clicked)))
        back = button(_ALL, "", APP["show_all"][view.language])
        note = f'<p class="note">{words} {back}</p>'
    shown = rows if picked is None else picked
    return choice + note + parts.table(figure, shown, say) + _downloads(view, figure, shown)


def _elements(view: View, figure: Figure) -> Mapping[str, Element]:
    return cache.elements(view.version, view.page, figure.key, view.filters, view.language)


def _downloads(view: View, figure: Figure, rows: pl.DataFrame) -> str:
    shown = (view, figure.key, repr(_clicked(view, figure)))
    name = f"{view.page}_{figure.key}_{view.version}"
    links = ""
    for kind, write, ending, mime in (
        ("csv", downloads.csv, "csv", "text/csv"),
        ("excel", downloads.excel, "xlsx", _XLSX),
    ):
        file = handed.File(f"{name}.{ending}", mime, partial(write, figure, rows, view.language))
        text = parts.only(view.language)(UI[f"download_{kind}"])
        links += f'<a class="button" href="{handed.offer(shown, file)}" download>{text}</a>'
    return f'<p class="downloads">{links}</p>'


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _definition(figure: Figure, language: Language) -> str:
    say = parts.only(language)
    metrics = [cache.metrics()[name] for name in figure.metrics if name in cache.metrics()]
    source = ""
    if figure.table:
        source = f'<p class="note">{say(APP["source"])} <code>{figure.table}</code></p>'
    return (
        f"<details><summary>{say(UI['definition'])}</summary><p>{say(figure.definition)}</p>"
        f"{''.join(_metric(metric, language) for metric in metrics)}{source}</details>"
    )


def _metric(metric: Metric, language: Language) -> str:
    """A metric as the catalogue defines it."""
    say = parts.only(language)
    facts = "".join(
        f"<dt>{say(APP[name])}</dt><dd>{say(text)}</dd>"
        for name, text in (
            ("formula", Text(metric.formula, metric.formula_zh)),
            ("caveats", Text(metric.caveats, metric.caveats_zh)),
            ("owner", Text(metric.owner, metric.owner)),
        )
        if text.en
    )
    return (
        f"<h3>{say(APP['metric'])} {say(Text(metric.label, metric.label_zh))} "
        f"<code>{metric.name}</code></h3>"
        f"<p>{say(Text(metric.description, metric.description_zh))}</p><dl>{facts}</dl>"
    )
