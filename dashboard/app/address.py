"""The address of a view: what a reader has chosen stands in it, so that a link shows the same.

Values are the marts' own names, never words of a language: `?channel=wecom_qr_code&lang=en`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from dashboard.app_words import APP
from dashboard.choices import Choices
from dashboard.figures import LANGUAGES, Filters, Language, Text
from dashboard.words import UI

PAGE, LANGUAGE, VERSION = "page", "lang", "version"
_WRITTEN = {"date_from": "from", "date_to": "to"}
FILTERS = tuple(
    field.name for field in fields(Filters) if field.name not in ("language", "industry_profile")
)
"""Every filter that a page can heed, in the order of the controls."""


def parameter(name: str) -> str:
    """What a filter is called in the address."""
    return _WRITTEN.get(name, name)


def is_day(name: str) -> bool:
    """Whether a filter is a day; the others are one of some names."""
    return name.startswith("date_")


def options(name: str, choices: Choices) -> tuple[str | None, ...]:
    """What a filter can be; None is no choice, for those that can go without."""
    names: tuple[str | None, ...] = getattr(choices, f"{name}s")
    return names if getattr(Filters(), name) is not None else (None, *names)


def chosen(parameters: Mapping[str, str], name: str, choices: Choices) -> Any:
    """The value of a filter in an address; its default where that is absent or not possible."""
    text = parameters.get(parameter(name))
    default = getattr(Filters(), name)
    if is_day(name):
        day = _day(text)
        return day and min(max(day, choices.first_date), choices.last_date)
    return text if text in options(name, choices) else default


def read_filters(
    parameters: Mapping[str, str],
    heeded: frozenset[str],
    choices: Choices,
    *,
    industry_profile: int,
) -> Filters:
    """The filters of an address; those that a page does not heed keep their defaults."""
    values = {name: chosen(parameters, name, choices) for name in FILTERS if name in heeded}
    return Filters(**values, industry_profile=industry_profile)


def remarks(
    parameters: Mapping[str, str], heeded: frozenset[str], choices: Choices
) -> Iterator[Text]:
    """What of an address its reader does not see: other rows than the link's would look like it."""
    for name in FILTERS:
        value = parameters.get(parameter(name))
        if value and name in heeded and not _is_taken(value, name, choices):
            yield APP["not_in_version"].format(name=UI[parameter(name)], value=value)
    first, last = (chosen(parameters, name, choices) for name in ("date_from", "date_to"))
    if first and last and first > last and "date_from" in heeded:
        yield APP["no_days"]


def _is_taken(value: str, name: str, choices: Choices) -> bool:
    return _day(value) is not None if is_day(name) else value in options(name, choices)


def read_language(parameters: Mapping[str, str], default: Language) -> Language:
    """The language of an address."""
    for language in LANGUAGES:
        if parameters.get(LANGUAGE) == language:
            return language
    return default


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
