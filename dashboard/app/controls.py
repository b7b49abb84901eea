"""What a reader can turn: pages, filters, version and language. Each writes the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import formats, labels
from dashboard.app import address, cache
from dashboard.app_words import APP
from dashboard.choices import Choices
from dashboard.figures import Language, Page
from dashboard.words import UI

_ANY = ""
"""The option of a select box that chooses nothing: None would be no option at all."""


def menu(pages: Sequence[Page], language: Language) -> Page:
    """The page that the address names; what has been chosen goes along to the next one."""
    titles = {page.key: page.title[language] for page in pages}
    wanted = st.query_params.get(address.PAGE)
    st.session_state["page"] = wanted if wanted in titles else pages[0].key
    with st.container(key="menu"):
        key = st.segmented_control(
            UI["pages"][language],
            list(titles),
            format_func=titles.__getitem__,
            required=True,
            key="page",
            label_visibility="collapsed",
            on_change=_adopt,
            args=("page", address.PAGE),
        )
    return next(page for page in pages if page.key == key)


def language_switch(language: Language) -> None:
    """A button that names the other language."""
    other: Language = "en" if language == "zh" else "zh"
    st.button(
        UI["language"][language],
        key="language",
        on_click=_choose,
        args=(address.LANGUAGE, other),
    )


def version_choice(kept: Sequence[str], language: Language) -> None:
    """The newest version, or one of the kept ones, newest first."""
    options = [_ANY, *reversed(kept)]
    wanted = st.query_params.get(address.VERSION)
    st.session_state["version"] = wanted if wanted in options else _ANY
    st.selectbox(
        UI["version"][language],
        options,
        key="version",
        format_func=lambda version: _version(version, language),
        label_visibility="collapsed",
        width=230,
        on_change=_adopt,
        args=("version", address.VERSION),
    )


def filter_bar(heeded: frozenset[str], choices: Choices, language: Language) -> None:
    """A control for each filter that the page heeds."""
    names = [name for name in address.FILTERS if name in heeded]
    if not names:
        return
    with st.container(key="filters", horizontal=True, vertical_alignment="bottom"):
        for name in names:
            _filter(name, choices, language)
        if any(address.parameter(name) in st.query_params for name in names):
            st.button(APP["clear"][language], key="clear", on_click=_clear, args=(names,))


def _filter(name: str, choices: Choices, language: Language) -> None:
    key, parameter = f"filter_{name}", address.parameter(name)
    value = address.chosen(st.query_params, name, choices)
    common: dict[str, Any] = {"key": key, "on_change": _adopt, "args": (key, parameter)}
    label = UI[parameter][language]
    if address.is_day(name):
        st.session_state[key] = value
        st.date_input(
            label,
            min_value=choices.first_date,
            max_value=choices.last_date,
            format="YYYY-MM-DD",
            width=145,
            **common,
        )
        return
    st.session_state[key] = value or _ANY
    st.selectbox(
        label,
        [option or _ANY for option in address.options(name, choices)],
        format_func=lambda name: (labels.value(name) if name else UI["all"])[language],
        width=180,
        **common,
    )


def _adopt(key: str, parameter: str) -> None:
    """Write what the control says into the address; nothing chosen is not written."""
    _choose(parameter, st.session_state[key])


def _choose(parameter: str, value: object) -> None:
    if value in (None, _ANY):
        st.query_params.pop(parameter, None)
    else:
        st.query_params[parameter] = str(value)


def _clear(names: Sequence[str]) -> None:
    for name in names:
        _choose(address.parameter(name), None)


def _version(version: str, language: Language) -> str:
    if version == _ANY:
        return APP["newest"][language]
    return formats.write(cache.manifest(version).created_at, "date", language)
