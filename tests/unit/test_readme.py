"""README.md and README.zh-CN.md say the same: the same commands, links, recipes and examples."""

from __future__ import annotations

import re

import pytest

from pipelines.settings import REPOSITORY

ENGLISH, CHINESE = (
    (REPOSITORY / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md")
)


def commands(text: str) -> list[str]:
    """`make dev`, `siyu query` …: the first two words of each row of the table of commands."""
    rows = re.findall(r"^\| `([^`]+)`", text, flags=re.MULTILINE)
    return [" ".join(row.split()[:2]) for row in rows]


def links(text: str) -> set[str]:
    return {link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("README")}


def examples(text: str) -> list[str]:
    """Code blocks without comments and placeholders, which are translated."""
    blocks = re.findall(r"```(?:sh|python|yaml)\n(.*?)```", text, flags=re.DOTALL)
    return [re.sub(r"\s*#.*", "", block).strip() for block in blocks]


@pytest.mark.parametrize("part", [commands, links, examples])
def test_both_languages_have_the_same(part) -> None:
    assert part(ENGLISH)
    assert part(CHINESE) == part(ENGLISH)


@pytest.mark.parametrize("sign", ["\n## ", "\n**"])
def test_both_languages_have_as_many_parts(sign: str) -> None:
    assert CHINESE.count(sign) == ENGLISH.count(sign) > 3


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_what_is_linked_is_there(text: str) -> None:
    for link in links(text):
        assert (REPOSITORY / link.partition("#")[0]).exists(), link
