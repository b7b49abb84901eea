"""What is kept between clicks: connections, choices and figures, by version and filters.

A published version never changes, so nothing here goes stale; the least recently used go first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache

from dashboard import choices as read
from dashboard import parts, personal
from dashboard.app.remembered import Remembered
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text, failed
from dashboard.pages import PAGES
from dashboard.picking import Element
from dashboard.picking import choices as choices_of
from pipelines.metrics.catalogue import Metric, read_catalogue
from pipelines.publishing import Manifest, connect
from pipelines.settings import current_settings

_KEPT = 1000
"""Figures, charts and lists of elements, each."""
_ever_drawn: set[tuple[str, str, str, Filters, Language]] = set()


@lru_cache(8)
def snapshot(version: str) -> Snapshot:
    """A connection that stays on one version. Raises UnknownVersionError."""
    return Remembered(connect(current_settings(), version))


@lru_cache(8)
def manifest(version: str) -> Manifest:
    """What the version says of itself."""
    return snapshot(version).manifest


@lru_cache(8)
def choices(version: str) -> read.Choices:
    """What a reader can choose from. Raises QueryError."""
    return read.choices(snapshot(version))


@lru_cache(8)
def personal_columns(version: str) -> frozenset[tuple[str, str]]:
    """What must not be shown. Raises QueryError."""
    return personal.personal_columns(snapshot(version))


@cache
def metrics() -> Mapping[str, Metric]:
    """The definitions of the metrics, by name."""
    return read_catalogue(current_settings()).metrics


@lru_cache(_KEPT)
def figure(version: str, page: str, key: str, filters: Filters) -> Figure:
    """One figure; in its error state when it cannot be made."""
    [shown] = [one for one in PAGES if one.key == page]
    return shown.figure(key, snapshot(version), filters)


@lru_cache(_KEPT)
def drawn(
    version: str, page: str, key: str, filters: Filters, language: Language
) -> tuple[Figure, str | None]:
    """The figure, and its chart in a language as JSON; one that fails is the figure's error."""
    made = figure(version, page, key, filters)
    if len(_ever_drawn) > 10 * _KEPT:
        _ever_drawn.clear()
    _ever_drawn.add((version, page, key, filters, language))
    try:
        option = made.option(language)
    except Exception as error:  # one chart that fails must not take the page with it
        return failed(key, made.title, error), None
    if option is None:
        return made, None
    return made, json.dumps(_readable(parts.plain(option), made, language))


def is_drawn(version: str, page: Page, filters: Filters, language: Language) -> bool:
    """Whether all figures of a view have been drawn before: then nobody waits for them."""
    return all((version, page.key, key, filters, language) in _ever_drawn for key in page.makers)


@lru_cache(_KEPT)
def elements(
    version: str, page: str, key: str, filters: Filters, language: Language
) -> Mapping[str, Element]:
    """The elements of the figure's chart that have rows of their own, by their written names."""
    made, option = drawn(version, page, key, filters, language)
    return choices_of(made, made.frame, json.loads(option), language) if option else {}


def _readable(option: Option, made: Figure, language: Language) -> Option:
    """With words for screen readers in the reader's language; ECharts itself knows English.

    Without animation: an answer within half a second needs none, and some readers want none.
    """
    words = Text("{title}. {definition}", "{title}。{definition}").format(
        title=made.title, definition=made.definition
    )
    aria = {**option.get("aria", {}), "label": {"description": words[language]}}
    return {**option, "aria": aria, "animation": False}
