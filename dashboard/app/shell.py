"""The frame around the pages: which version is shown, the menu, the states without figures."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from pathlib import Path
from time import monotonic

import streamlit as st

from dashboard import formats, parts
from dashboard.app import address, cache, controls
from dashboard.app.cards import View, show_figure
from dashboard.app_words import APP, STREAMLIT
from dashboard.figures import LANGUAGES, Language, Page, Text
from dashboard.pages import PAGES
from dashboard.pages.data_health import late_exports
from dashboard.words import UI
from pipelines.publishing import NothingPublishedError, UnknownVersionError, layout
from pipelines.settings import Settings, current_settings

STYLE = Path(__file__).parent.parent / "static" / "app.css"
LOOK_FOR_NEWER = timedelta(seconds=20)
_PINNED = "pinned_version"
_TELL_AGAIN = 0.2
"""Seconds between two words on how many figures are there."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Start:
    """How the app was started."""

    language: Language | None
    with_personal: bool


def read_start(arguments: Sequence[str]) -> Start:
    """The arguments behind `streamlit run main.py --`."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--language", choices=LANGUAGES)
    parser.add_argument("--with-personal", action="store_true")
    return Start(**vars(parser.parse_args(arguments)))


def show(start: Start) -> None:
    """One run of the app: the frame, then the page that the address names."""
    browser: Language = "zh" if (st.context.locale or "zh").startswith("zh") else "en"
    language = address.read_language(st.query_params, start.language or browser)
    st.set_page_config(UI["title"][language], layout="wide", page_icon=str(_ICON))
    st.html(STYLE)
    _speak(language)
    page = controls.frame(PAGES, layout.list_versions(current_settings()), language)
    _run(page, start, language)


_ICON = STYLE.with_name("icon.svg")


def _run(page: Page, start: Start, language: Language) -> None:
    settings = current_settings()
    try:
        version = _version(settings)
        choices = cache.choices(version)
        _facts(version, choices.last_date, language)
        _newer(version, language)
        _body(page, version, start, language)
    except NothingPublishedError:
        hint = APP["nothing_published_hint"].format(landing=str(settings.landing_folder))
        _state(APP["nothing_published"], hint, "make run", language)
    except UnknownVersionError as error:
        _state(APP["unknown_version"], APP["unknown_version_hint"], str(error), language)
        _newest_button(language)
    except Exception as error:
        _log.exception("the page %s could not be shown", page.key)
        _state(APP["broken"], APP["broken_hint"], f"{type(error).__name__}: {error}", language)


@st.fragment
def _body(page: Page, version: str, start: Start, language: Language) -> None:
    """Filters and figures: a choice there leaves the frame as it is, while its version is kept."""
    if version not in layout.list_versions(current_settings()):
        st.rerun()
    choices = cache.choices(version)
    controls.filter_bar(page.filters, choices, language)
    for remark in address.remarks(st.query_params.to_dict(), page.filters, choices):
        st.html(f'<p class="note" role="alert">{parts.only(language)(remark)}</p>')
    filters = address.read_filters(
        st.query_params.to_dict(), page.filters, choices,
        industry_profile=current_settings().brand.industry_profile,
    )  # fmt: skip
    _figures(page, View(version, page.key, filters, language, start.with_personal))


def _figures(page: Page, view: View) -> None:
    with st.container(key="figures", horizontal=True):
        holders = {key: st.container(key=view.key("figure", key)) for key in page.makers}
    waiting, told = st.empty(), -inf
    for done, (key, holder) in enumerate(holders.items()):
        if monotonic() - told > _TELL_AGAIN:
            words, told = APP["loading"].format(done=done, all=len(holders)), monotonic()
            waiting.html(f'<p class="state" role="status">{words[view.language]}</p>')
        with holder:
            show_figure(view, key)
    waiting.empty()


def _version(settings: Settings) -> str:
    """The version of the address, else that with which this reader began.

    Raises NothingPublishedError or UnknownVersionError.
    """
    kept = layout.list_versions(settings)
    wanted = st.query_params.get(address.VERSION)
    if wanted:
        if wanted not in kept:
            raise UnknownVersionError(wanted)
        return wanted
    if st.session_state.get(_PINNED) not in kept:
        st.session_state[_PINNED] = layout.current_version(settings)
    version: str | None = st.session_state[_PINNED]
    if version is None:
        raise NothingPublishedError(str(settings.serving_folder))
    return version


def _facts(version: str, last_day: date, language: Language) -> None:
    manifest = cache.manifest(version)
    late = sum(days > 0 for _, days in late_exports(manifest, last_day))
    facts = (
        (UI["as_of"], formats.write(last_day, "date", language)),
        (APP["published_at"], formats.write(manifest.created_at, "date", language)),
        (UI["version"], version),
        (
            APP["late_exports"],
            APP["late_exports_of"].format(late=late, all=len(manifest.sources))[language],
        ),
    )
    say = parts.only(language)
    written = "".join(
        f"<div><dt>{say(label)}</dt><dd>{say(Text(value, value))}</dd></div>"
        for label, value in facts
    )
    st.html(f'<dl class="facts">{written}</dl>')


@st.fragment(run_every=LOOK_FOR_NEWER)
def _newer(version: str, language: Language) -> None:
    """Says so when the version that is shown is not the newest."""
    newest = layout.current_version(current_settings())
    if newest is None or newest == version:
        return
    is_chosen = address.VERSION in st.query_params
    words = APP["old_version"] if is_chosen else APP["newer"].format(version=newest)
    with st.container(key="newer", horizontal=True, vertical_alignment="center"):
        st.html(f'<p role="status">{parts.only(language)(words)}</p>')
        _newest_button(language)


def _newest_button(language: Language) -> None:
    if st.button(APP["show_newest"][language], key="show_newest"):
        st.session_state.pop(_PINNED, None)
        st.query_params.pop(address.VERSION, None)
        st.rerun()


def _state(title: Text, hint: Text, line: str, language: Language) -> None:
    say = parts.only(language)
    st.html(
        f'<div class="state error" role="alert"><strong>{say(title)}</strong>{say(hint)}'
        f"<code>{say(Text(line, line))}</code></div>"
    )


def _speak(language: Language) -> None:
    """Streamlit's own labels, and the language that screen readers and fonts go by."""
    words = {
        form: text[language]
        for said, text in STREAMLIT.items()
        for form in (said, *(text[known] for known in LANGUAGES))
    }
    tag = "zh-CN" if language == "zh" else "en"
    script = STYLE.with_name("app.js").read_text("utf-8")
    with st.container(key="speak"):
        st.html(
            f"<script>{{const siyuLanguage = {json.dumps(tag)}, siyuWords = {json.dumps(words)};"
            f"\n{script}}}</script>",
            unsafe_allow_javascript=True,
        )
