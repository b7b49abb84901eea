"""What the known contracts say about header names: a draft says the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipelines.exports.column import Column
from pipelines.exports.contract import Contract
from pipelines.exports.headers import normalise_header

_GENERAL_LENGTH = 2
"""Headers as short as 状态 or 来源 say little: their meaning depends on the export."""


@dataclass(frozen=True)
class Word:
    """A header that a contract loads."""

    base: str
    """Column name without the issuer and unit."""
    column: Column
    text: str
    """Its description without the header's name."""
    contract: str
    """The contract that says so."""
    is_agreed: bool = True
    """No other contract takes the header for something else, and it is no word for anything."""


class Vocabulary:
    """Headers of the known contracts: how they are loaded, and which are dropped."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        meanings: dict[str, list[Word]] = {}
        self._dropped: set[str] = set()
        for contract in contracts:
            self._dropped.update(normalise_header(header) for header in contract.dropped)
            for column in contract.columns:
                base = column.name.removesuffix(f"_{contract.source}")
                for header in column.headers:
                    text = re.sub(r"\s*[(（][^()（）]*[)）].*$", "", column.description)
                    word = Word(base, column, text, contract.contract)
                    meanings.setdefault(normalise_header(header), []).append(word)
        self._words = {header: _usual(header, words) for header, words in meanings.items()}

    def word(self, header: str) -> Word | None:
        """How a known contract loads the header."""
        return self._words.get(normalise_header(header))

    def is_dropped(self, header: str) -> bool:
        """Some contract refuses to read it."""
        return normalise_header(header) in self._dropped


def _usual(header: str, words: list[Word]) -> Word:
    """What most contracts take the header for; of equals the first."""
    counts = Counter((word.base, word.column.type) for word in words)
    usual = counts.most_common(1)[0][0]
    word = next(word for word in words if (word.base, word.column.type) == usual)
    return replace(word, is_agreed=len(counts) == 1 and len(header) > _GENERAL_LENGTH)
