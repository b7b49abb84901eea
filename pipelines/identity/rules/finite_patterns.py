"""Regular expressions that stand for a finite number of texts, written out.

Personal values are stored as keyed hashes, which no pattern can match. So a pattern over them is
written out, and every text is normalised and hashed: `1[3-9][0-9]12345678` is 70 phone numbers.
"""

from __future__ import annotations

import re
from itertools import product

MOST_TEXTS = 100_000
"""A pattern that stands for more is refused: it would block strangers, and cost time."""
_COUNT = re.compile(r"\{(\d+)(?:,(\d+))?\}")
_ENDLESS = set("*+.")
_NO_TEXT = set("?{}]^$")


class PatternError(Exception):
    """The pattern cannot be written out; the message says why."""


def expand(pattern: str) -> list[str]:
    r"""All texts that the pattern fits, without repetition.

    Understands texts, `(a|b)`, `[0-9a]`, `\\d`, `?`, `{2}`, `{2,3}` and `\\` before a special
    character.

    >>> expand(r"(no-?reply|test)@a\\.cn")
    ['noreply@a.cn', 'no-reply@a.cn', 'test@a.cn']

    Raises:
        PatternError: for anything else, and when there are more than `MOST_TEXTS`.
    """
    reader = _Reader(pattern)
    texts = reader.alternatives()
    if reader.position < len(pattern):
        raise PatternError(f"the ')' at {reader.position + 1} closes nothing")
    return list(dict.fromkeys(texts))


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0

    def alternatives(self) -> list[str]:
        texts = self._sequence()
        while self._next() == "|":
            self.position += 1
            texts = texts + self._sequence()
        return texts

    def _sequence(self) -> list[str]:
        texts = [""]
        while self._next() not in ("", "|", ")"):
            texts = _joined(texts, self._counted(self._atom()))
        return texts

    def _next(self) -> str:
        return self.pattern[self.position : self.position + 1]

    def _atom(self) -> list[str]:
        character = self._next()
        self.position += 1
        if character == "(":
            texts = self.alternatives()
            if self._next() != ")":
                raise PatternError("a '(' is not closed")
            self.position += 1
            return texts
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escaped()
        if character in _ENDLESS:
            raise PatternError(
                f"{character!r} at {self.position} stands for any number of texts; write them out "
                f"with [ ], ( | ) and {{ }}, or write \\{character} for the character"
            )
        if character in _NO_TEXT:
            raise PatternError(
                f"{character!r} at {self.position} has no meaning there; a pattern fits the whole "
                f"value, and \\{character} is the character"
            )
        return [character]

    def _escaped(self) -> list[str]:
        character = self._next()
        self.position += 1
        if character == "d":
            return list("0123456789")
        if not character or character.isalnum():
            raise PatternError(f"'\\{character}' is not understood here; of these only \\d is")
        return [character]

    def _class(self) -> list[str]:
        end = self.pattern.find("]", self.position)
        members = self.pattern[self.position : end]
        if end < 0 or not members or members[0] == "^":
            raise PatternError("a '[' needs its characters, such as [0-9a], and a ']'")
        self.position = end + 1
        ranges = re.findall(r"(.)-(.)|(.)", members)
        return [
            chr(code)
            for first, last, single in ranges
            for code in range(ord(first or single), ord(last or single) + 1)
        ]

    def _counted(self, atom: list[str]) -> list[str]:
        if self._next() == "?":
            self.position += 1
            return ["", *atom]
        count = _COUNT.match(self.pattern, self.position)
        if count is None:
            return atom
        self.position = count.end()
        texts: list[str] = []
        for times in range(int(count[1]), int(count[2] or count[1]) + 1):
            repeated = [""]
            for _ in range(times):
                repeated = _joined(repeated, atom)
            texts += repeated
        return texts


def _joined(left: list[str], right: list[str]) -> list[str]:
    if len(left) * len(right) > MOST_TEXTS:
        raise PatternError(f"it stands for more than {MOST_TEXTS:,} texts")
    return [a + b for a, b in product(left, right)]
