"""One figure on a page: the chart, its definition, its rows and their downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl
import streamlit as st

from dashboard import downloads, parts
from dashboard.app import cache
from dashboard.app.chart import chart
from dashboard.app_words import APP
from dashboard.figures import Figure, Filters, Language, Option, Text
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
    say = parts.only(view.language)
    note = f'<p class="note">{say(figure.note)}</p>' if figure.note else ""
    wide = " wide" if figure.draw is None or figure.height > 400 else ""
    st.html(f'<div class="head{wide}"><h2>{say(figure.title)}</h2>{note}</div>')
    state = parts.state_of(figure, say)
    if state:
        st.html(state)
    elif figure.tiles:
        st.html(parts.tiles(figure, say))
    elif option:
        _chart(view, figure, option)
    if figure.definition.en:
        st.html(_definition(figure, view.language))
    if not state:
        _rows(view, figure)


def _chart(view: View, figure: Figure, option: Option) -> None:
    event = chart(option, height=figure.height, key=view.key("chart", figure.key))
    if event:
        st.session_state[view.key("picked", figure.key)] = event
        st.session_state[view.key("rows", figure.key)] = True


def _rows(view: View, figure: Figure) -> None:
    rows = figure.frame if view.with_personal else _shown_rows(view, figure)
    title = UI["rows"].format(rows=f"{rows.height:,}")[view.language]
    alone = figure.draw is None and not figure.tiles
    with st.expander(
        title, expanded=alone, on_change="rerun", key=view.key("rows", figure.key)
    ) as box:
        if not box.open:
            return
        picked = _picked(view, figure, rows)
        st.html(parts.table(figure, rows if picked is None else picked, parts.only(view.language)))
        _downloads(view, figure, rows if picked is None else picked)


def _shown_rows(view: View, figure: Figure) -> pl.DataFrame:
    return without_personal(figure, cache.personal_columns(view.version))


def _picked(view: View, figure: Figure, rows: pl.DataFrame) -> pl.DataFrame | None:
    """The rows of one element of the chart, clicked there or chosen here, with a way back to all.

    A canvas cannot be reached with the keyboard; the list can.
    """
    key = view.key("picked", figure.key)
    clicked: Element | None = st.session_state.get(key)
    found = picked_rows(figure, rows, clicked, view.language) if clicked else None
    _element_choice(view, figure, clicked)
    if clicked is None or found is None:
        return None
    words = APP["picked"].format(name=written_name(clicked))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(_note(words, view))
        st.button(
            APP["show_all"][view.language],
            key=view.key("all", figure.key),
            on_click=partial(st.session_state.pop, key, None),
        )
    return found


def _element_choice(view: View, figure: Figure, clicked: Element | None) -> None:
    elements = cache.elements(view.version, view.page, figure.key, view.filters, view.language)
    if not elements:
        return
    name = written_name(clicked) if clicked else ""
    key = view.key("element", figure.key)
    st.session_state[key] = name if name in elements else ""
    st.selectbox(
        APP["rows_of"][view.language],
        ["", *elements],
        key=key,
        format_func=lambda name: name or UI["all"][view.language],
        on_change=_choose_element,
        args=(key, view.key("picked", figure.key), elements),
    )


def _choose_element(key: str, picked: str, elements: Mapping[str, Element]) -> None:
    st.session_state[picked] = elements.get(st.session_state[key])


def _note(words: Text, view: View) -> str:
    return f'<p class="note">{parts.only(view.language)(words)}</p>'


def _downloads(view: View, figure: Figure, rows: pl.DataFrame) -> None:
    name = f"{view.page}_{figure.key}_{view.version}"
    with st.container(horizontal=True):
        for kind, write, mime in (
            ("csv", downloads.csv, "text/csv"),
            ("excel", downloads.excel, _XLSX),
        ):
            st.download_button(
                UI[f"download_{kind}"][view.language],
                partial(write, figure, rows, view.language),
                f"{name}.{'csv' if kind == 'csv' else 'xlsx'}",
                mime,
                key=view.key(kind, figure.key),
                on_click="ignore",
            )


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
