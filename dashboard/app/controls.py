"""What a reader can turn: pages, filters, version and language. Each writes the address."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import streamlit as st

from dashboard import formats, labels, parts
from dashboard.app import address, cache
from dashboard.app.piece import piece
from dashboard.app_words import APP
from dashboard.choices import Choices
from dashboard.figures import Language, Page, Text
from dashboard.pages.data_health import late_exports
from dashboard.words import UI

_ANY = ""
"""The option of a list that chooses nothing."""
_CLEAR = "clear"
_TAGS: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}


def frame(pages: Sequence[Page], kept: Sequence[str], language: Language) -> Page:
    """The head of every page with its menu; the page that the address names.

    What has been chosen goes along to the next page. `kept` are the versions, oldest first.
    """
    wanted = st.query_params.get(address.PAGE)
    chosen = next((page for page in pages if page.key == wanted), pages[0])
    say = parts.only(language)
    buttons = "".join(
        button(address.PAGE, page.key, page.title[language], is_current=page is chosen)
        for page in pages
    )
    other: Language = "en" if language == "zh" else "zh"
    piece(
        f'<header class="bar" lang="{_TAGS[language]}" data-skip="{say(APP["skip"])}">'
        f'<p class="brand">{say(UI["title"])}</p>'
        f"{_versions(kept, language)}"
        f"{button(address.LANGUAGE, other, UI['language'][language])}</header>"
        f'<nav aria-label="{say(UI["pages"])}">{buttons}</nav>'
        f'<h1>{say(chosen.title)}</h1><p class="lead">{say(chosen.lead)}</p>',
        key="frame",
        on_choice=_choose,
    )
    return chosen


def filter_bar(heeded: frozenset[str], version: str, language: Language) -> None:
    """What the version says of itself, and a control for each filter that the page heeds."""
    choices = cache.choices(version)
    names = [name for name in address.FILTERS if name in heeded]
    write = {True: _day, False: _names}
    written = [write[address.is_day(name)](name, choices, language) for name in names]
    if any(address.parameter(name) in st.query_params for name in names):
        written.append(button(_CLEAR, _ANY, APP["clear"][language]))
    piece(
        _facts(version, choices.last_date, language)
        + f'<div class="filters">{"".join(written)}</div>',
        key="filters",
        on_choice=lambda name, value: _clear(names) if name == _CLEAR else _choose(name, value),
    )


def _facts(version: str, last_day: date, language: Language) -> str:
    manifest = cache.manifest(version)
    due = [days for _, days in late_exports(manifest, last_day) if days is not None]
    late = sum(days > 0 for days in due)
    facts = (
        (UI["as_of"], formats.write(last_day, "date", language)),
        (APP["published_at"], formats.write(manifest.created_at, "date", language)),
        (UI["version"], version),
        (
            APP["late_exports"],
            APP["late_exports_of"].format(late=late, all=len(due))[language],
        ),
    )
    say = parts.only(language)
    written = "".join(
        f"<div><dt>{say(label)}</dt><dd>{say(Text(value, value))}</dd></div>"
        for label, value in facts
    )
    return f'<dl class="facts">{written}</dl>'


def button(name: str, value: str, text: str, *, is_current: bool = False) -> str:
    """A control of a piece that chooses one thing."""
    current = ' aria-current="true"' if is_current else ""
    return (
        f'<button type="button" name="{name}" value="{html.escape(value)}"{current}>'
        f"{html.escape(text)}</button>"
    )


def options(texts: Iterable[tuple[str, str]], chosen: str) -> str:
    """The options of a list: values and how they are written."""
    return "".join(
        f'<option value="{html.escape(value)}"{" selected" if value == chosen else ""}>'
        f"{html.escape(text)}</option>"
        for value, text in texts
    )


def _versions(kept: Sequence[str], language: Language) -> str:
    """The newest version, or one of the kept ones, newest first."""
    wanted = st.query_params.get(address.VERSION, _ANY)
    dates = (
        (version, formats.write(cache.manifest(version).created_at, "date", language))
        for version in reversed(kept)
    )
    written = options([(_ANY, APP["newest"][language]), *dates], wanted)
    label = html.escape(UI["version"][language])
    return f'<select name="{address.VERSION}" aria-label="{label}">{written}</select>'


def _names(name: str, choices: Choices, language: Language) -> str:
    value = address.chosen(st.query_params, name, choices)
    written = options(
        (
            (option or _ANY, (labels.value(option) if option else UI["all"])[language])
            for option in address.options(name, choices)
        ),
        value or _ANY,
    )
    label = html.escape(UI[address.parameter(name)][language])
    return f'<label>{label}<select name="{address.parameter(name)}">{written}</select></label>'


def _day(name: str, choices: Choices, language: Language) -> str:
    """A field for a day, with a calendar (static/calendar.js)."""
    parameter = address.parameter(name)
    day = address.chosen(st.query_params, name, choices)
    say = parts.only(language)
    label, words = say(UI[parameter]), {part: say(APP[part]) for part in ("earlier", "later")}
    return (
        f'<div class="pick-day" data-first="{choices.first_date}" data-last="{choices.last_date}" '
        f'data-earlier="{words["earlier"]}" data-later="{words["later"]}" '
        f'data-hint="{say(APP["calendar_hint"])}"><label>{label}<input name="{parameter}" '
        f'value="{day or ""}" placeholder="{say(APP["day_form"])}" autocomplete="off" '
        'inputmode="numeric"></label>'
        '<button type="button" class="calendar" aria-haspopup="dialog" '
        f'aria-expanded="false" aria-label="{say(APP["choose_day"])}{label}">▾</button></div>'
    )


def _choose(parameter: str, value: object) -> None:
    """Write a choice into the address; nothing chosen is not written."""
    if value in (None, _ANY):
        st.query_params.pop(parameter, None)
    else:
        st.query_params[parameter] = str(value)


def _clear(names: Sequence[str]) -> None:
    for name in names:
        _choose(address.parameter(name), None)
