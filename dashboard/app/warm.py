"""Draws the newest version's pages before the first reader comes, and again when one is published.

What readers see first in the morning is then there already: each page as it opens, without choices.
"""

from __future__ import annotations

import logging
import threading
import time

from dashboard.app import address, cache
from dashboard.app.shell import LOOK_FOR_NEWER
from dashboard.figures import LANGUAGES, Language
from dashboard.pages import PAGES
from pipelines.publishing import layout
from pipelines.settings import Settings, current_settings

_log = logging.getLogger(__name__)


def start(language: Language | None) -> None:
    """Draw all pages now, and those of later versions in the background while the app runs."""
    languages = (language,) if language else LANGUAGES
    settings = current_settings()
    version = layout.current_version(settings)
    if version:
        _draw(version, languages, settings)
    threading.Thread(
        target=_follow, args=(version, languages, settings), daemon=True, name="warm"
    ).start()


def _follow(drawn: str | None, languages: tuple[Language, ...], settings: Settings) -> None:
    while True:
        time.sleep(LOOK_FOR_NEWER.total_seconds())
        version = layout.current_version(settings)
        if version and version != drawn:
            _draw(version, languages, settings)
            drawn = version


def _draw(version: str, languages: tuple[Language, ...], settings: Settings) -> None:
    """Never raises: a version that cannot be read says so to its readers."""
    try:
        choices = cache.choices(version)
        cache.personal_columns(version)
        cache.metrics()
        profile = settings.brand.industry_profile
        for page in PAGES:
            filters = address.read_filters({}, page.filters, choices, industry_profile=profile)
            for key in page.makers:
                for language in languages:
                    cache.drawn(version, page.key, key, filters, language)
    except Exception:
        _log.warning("version %s could not be drawn ahead", version, exc_info=True)
