"""Every word of the dashboard has both languages, and the Chinese ones are Chinese."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

import dashboard
from dashboard.figures import Page, Text
from dashboard.pages import PAGES

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_BOTH = {"Klaviyo"}


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
        if "words" in found.name or ".pages" in found.name:
            yield importlib.import_module(found.name)


def texts(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)
    elif isinstance(value, Page):
        yield value.title
        yield value.lead


@pytest.mark.parametrize("module", list(modules()), ids=lambda module: module.__name__)
def test_every_word_has_both_languages(module: ModuleType) -> None:
    for text in texts(list(vars(module).values())):
        assert text.en.strip()
        assert text.zh.strip()
        if text.en not in SAME_IN_BOTH and text.zh != "English":
            assert CHINESE.search(text.zh), text
            assert text.en != text.zh
        fields = re.compile(r"\{(\w+)\}")
        assert sorted(fields.findall(text.en)) == sorted(fields.findall(text.zh))


def test_pages_and_their_figures_have_names_of_their_own() -> None:
    names = [f"{page.key}/{key}" for page in PAGES for key in page.makers]
    assert len(names) == len(set(names))
