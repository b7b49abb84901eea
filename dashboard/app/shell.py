"""The frame around the pages: which version is shown, the menu, the states without figures."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from pathlib import Path
from time import monotonic

import streamlit as st

from dashboard import parts
from dashboard.app import address, cache, controls
from dashboard.app.cards import View, show_figure
from dashboard.app_words import APP
from dashboard.figures import LANGUAGES, Language, Page, Text
from dashboard.pages import PAGES
from dashboard.words import UI
from pipelines.publishing import NothingPublishedError, UnknownVersionError, layout
from pipelines.settings import Settings, current_settings

_ICON = Path(__file__).parent.parent / "static" / "icon.svg"
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
    page = controls.frame(PAGES, layout.list_versions(current_settings()), language)
    _run(page, start, language)


def _run(page: Page, start: Start, language: Language) -> None:
    settings = current_settings()
    try:
        version = _version(settings)
        _newer(version, language)
        _body(page, version, start, language)
    except NothingPublishedError:
        hint = APP["nothing_published_hint"].format(landing=str(settings.landing_folder))
        _state(APP["nothing_published"], hint, "make run", language)
    except UnknownVersionError as error:
        _state(APP["unknown_version"], APP["unknown_version_hint"], str(error), language)
        _newest_button(language)
    except Exception as error:
        _broken(page, error, language)


@st.fragment
def _body(page: Page, version: str, start: Start, language: Language) -> None:
    """Filters and figures: a choice there leaves the frame as it is, while its version is kept."""
    if version not in layout.list_versions(current_settings()):
        st.rerun()
    try:
        choices = cache.choices(version)
        controls.filter_bar(page.filters, version, language)
        for remark in address.remarks(st.query_params.to_dict(), page.filters, choices):
            st.html(f'<p class="note" role="alert">{parts.only(language)(remark)}</p>')
        filters = address.read_filters(
            st.query_params.to_dict(), page.filters, choices,
            industry_profile=current_settings().brand.industry_profile,
        )  # fmt: skip
        _figures(page, View(version, page.key, filters, language, start.with_personal))
    except Exception as error:
        _broken(page, error, language)


def _broken(page: Page, error: Exception, language: Language) -> None:
    _log.error("the page %s could not be shown", page.key, exc_info=error)
    _state(APP["broken"], APP["broken_hint"], f"{type(error).__name__}: {error}", language)


def _figures(page: Page, view: View) -> None:
    with st.container(key="figures", horizontal=True):
        holders = {key: st.container(key=view.key("figure", key)) for key in page.makers}
    waiting = st.empty()
    is_there = cache.is_drawn(view.version, page, view.filters, view.language)
    told = monotonic() if is_there else -inf
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
