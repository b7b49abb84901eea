"""What a version has answered once is not asked again; what it could not answer is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from dashboard.app.remembered import Remembered
from pipelines.publishing import Manifest


class Asked:
    """A version that counts questions and cannot answer the first `failing` of them."""

    def __init__(self, failing: int = 0) -> None:
        self.questions = 0
        self._failing = failing

    @property
    def manifest(self) -> Manifest:
        raise NotImplementedError

    def polars(self, sql: str, parameters: Sequence[object] | None = None) -> pl.DataFrame:
        return pl.DataFrame({"n": [self._answer()]})

    def fetch(
        self, sql: str, parameters: Sequence[object] | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        return ["n"], [(self._answer(),)]

    def _answer(self) -> int:
        self.questions += 1
        if self.questions <= self._failing:
            raise OSError("not now")
        return self.questions


def test_the_same_question_is_asked_once() -> None:
    asked = Asked()
    version = Remembered(asked)
    assert version.polars("select ?", [1])["n"].to_list() == [1]
    assert version.polars("select ?", [1])["n"].to_list() == [1]
    assert version.polars("select ?", [2])["n"].to_list() == [2]
    assert version.fetch("select 1") == version.fetch("select 1") == (["n"], [(3,)])
    assert asked.questions == 3


def test_a_failure_is_not_remembered() -> None:
    version = Remembered(Asked(failing=1))
    with pytest.raises(OSError, match="not now"):
        version.fetch("select 1")
    assert version.fetch("select 1")[1] == [(2,)]
