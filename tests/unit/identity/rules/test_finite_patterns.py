"""A pattern over values that are stored as hashes is written out."""

from __future__ import annotations

import re

import pytest

from pipelines.identity.rules.finite_patterns import PatternError, expand


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("abc", ["abc"]),
        ("a|bc|", ["a", "bc", ""]),
        ("a[0-2x]", ["a0", "a1", "a2", "ax"]),
        (r"\d\.\[", [f"{digit}.[" for digit in range(10)]),
        ("(a|b){2}", ["aa", "ab", "ba", "bb"]),
        ("no-?reply", ["noreply", "no-reply"]),
        ("a{0,2}", ["", "a", "aa"]),
        ("(aa|a){1,2}", ["aa", "a", "aaaa", "aaa"]),
        ("([a-c]|匿名)z", ["az", "bz", "cz", "匿名z"]),
    ],
)
def test_texts(pattern: str, texts: list[str]) -> None:
    assert expand(pattern) == texts
    assert all(re.fullmatch(pattern, text) for text in texts)


def test_a_pattern_of_numbers_is_complete() -> None:
    pattern = "1[3-9][0-9]([05]{8}|12345678)"
    texts = expand(pattern)
    assert len(texts) == 70 * (2**8 + 1) == len(set(texts))
    assert all(re.fullmatch(pattern, text) for text in texts)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (".*@qq.com", "'.' at 1 stands for any number"),
        ("a+", r"'\+' at 2 stands for any number"),
        ("^a", "at 1 has no meaning there; a pattern fits the whole"),
        ("(ab){1,2}?", "has no meaning"),
        (r"\w", "only .d is"),
        ("a\\", "not understood"),
        ("(a", "not closed"),
        ("a)", "at 2 closes nothing"),
        ("[^0]", "needs its characters"),
        ("[", "needs its characters"),
        ("[0-9]{6}", "more than 100,000 texts"),
        ("a{3", "has no meaning"),
    ],
)
def test_what_cannot_be_written_out_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(PatternError, match=message):
        expand(pattern)
