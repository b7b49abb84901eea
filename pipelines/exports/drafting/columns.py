"""Every header of a sample to a column of the draft, or out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from pipelines.exports.clean import clean_cells
from pipelines.exports.column import PERSONAL_TYPES, Column
from pipelines.exports.convert import Context, convert
from pipelines.exports.drafting.guess import DROPPED, NOT_LOADED, Guess, guess
from pipelines.exports.drafting.names import column_name, english_name
from pipelines.exports.drafting.vocabulary import Vocabulary, Word
from pipelines.exports.headers import normalise_header

_ANY_TIME = Context(
    zone="Asia/Shanghai", earliest=datetime(1990, 1, 1), latest=datetime(2100, 1, 1), key=b""
)


@dataclass
class DraftColumn:
    """One header of the sample and what the draft makes of it."""

    header: str
    kind: str
    """A column type, dropped or not_loaded."""
    name: str = ""
    text: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    required: bool = False
    doubts: list[str] = field(default_factory=list)

    @property
    def is_loaded(self) -> bool:
        """It becomes a column of the raw table."""
        return self.kind not in (DROPPED, NOT_LOADED)

    @property
    def is_personal(self) -> bool:
        """Its clear value is not stored."""
        return self.kind in PERSONAL_TYPES

    @property
    def raw_columns(self) -> list[str]:
        """Names that it gets in the raw table."""
        return list(_column(self).raw_columns)

    def document(self) -> dict[str, Any]:
        """The column as the contract's YAML states it."""
        stated: dict[str, Any] = {"name": self.name}
        if self.header:
            stated["headers"] = [self.header]
        stated["type"] = self.kind
        if self.required:
            stated["required"] = True
        label = f" ({self.header})" if self.header else ""
        return {**stated, **self.options, "description": f"{self.text}{label}"}


def draft_column(
    header: str, cells: Sequence[str], vocabulary: Vocabulary, source: str, foreign_currency: bool
) -> DraftColumn:
    """What becomes of a header. ``cells`` are its values without blanks and junk rows."""
    if "#" in header and header.rpartition("#")[2].isdigit():
        return DraftColumn(header, NOT_LOADED, doubts=["the header stands there more than once"])
    found, word = guess(header, cells), vocabulary.word(header)
    if vocabulary.is_dropped(header) and found.kind not in PERSONAL_TYPES:
        found = Guess(DROPPED)
    elif word is not None and found.kind != DROPPED:
        found = _as_known(found, word, header, cells)
    column = DraftColumn(header, found.kind, options=dict(found.options), doubts=[*found.doubts])
    if column.is_loaded:
        _name(column, word, source, foreign_currency)
        _fall_back_to_text(column, cells)
    return column


def _as_known(found: Guess, word: Word, header: str, cells: Sequence[str]) -> Guess:
    """A known contract's type, where the values fit it."""
    kind = word.column.type
    if kind == found.kind:
        return Guess(kind, found.options or _options(word.column, cells))
    if found.kind in PERSONAL_TYPES and kind not in PERSONAL_TYPES:
        return found if cells else Guess(kind, _options(word.column, cells))
    if found.kind == "id" and cells and kind in PERSONAL_TYPES:
        return found
    known = DraftColumn(header, kind, "c", "Known", _options(word.column, cells))
    return Guess(kind, known.options) if _fits(known, cells) else found


def _options(column: Column, cells: Sequence[str]) -> dict[str, Any]:
    """Options that say how a cell is read, not where it stands."""
    names = ["unit", "labelled", "strip_prefix", "strip_pattern", "day_first"]
    if not set(cells).isdisjoint(column.null_tokens):
        names.append("null_tokens")
    stated = column.model_dump(include=set(names), exclude_defaults=True, mode="json")
    return {name: stated[name] for name in names if name in stated}


def _name(column: DraftColumn, word: Word | None, source: str, foreign_currency: bool) -> None:
    if word is not None and word.column.type == column.kind:
        column.name = column_name(word.base, column.kind, source, foreign_currency=foreign_currency)
        column.text = word.text
        if not word.is_agreed:
            column.doubts.append(f"the name: {word.contract} means this by the header")
        return
    base, is_whole = english_name(column.header)
    if not is_whole:
        column.doubts.append("the name: not every word of the header is known")
    column.name = column_name(
        base or "column", column.kind, source, foreign_currency=foreign_currency
    )
    column.text = _sentence(base, column.kind, foreign_currency)


def _sentence(base: str, kind: str, foreign_currency: bool) -> str:
    words = base.replace("_", " ").strip() or "column"
    unit = " in yuan" if kind == "money" and not foreign_currency else ""
    note = "; masked" if kind == "person_name" else ""
    text = f"{words[0].upper()}{words[1:]}{unit}{note}"
    return text if len(text) >= 5 else f"The {words}"


def _fall_back_to_text(column: DraftColumn, cells: Sequence[str]) -> None:
    if column.kind in PERSONAL_TYPES or _fits(column, cells):
        return
    column.doubts.append(f"not every value of the sample is read as {column.kind}: loaded as text")
    column.kind, column.options = "text", {}


def _fits(column: DraftColumn, cells: Sequence[str]) -> bool:
    if column.kind in PERSONAL_TYPES or not cells:
        return True
    stated = _column(column)
    frame = pl.DataFrame({stated.name: list(cells)}, schema={stated.name: pl.String()})
    return not convert(clean_cells(frame, [stated]), [stated], _ANY_TIME).problems


def _column(column: DraftColumn) -> Column:
    return Column.model_validate(
        {
            "name": column.name, "headers": [column.header or "x"], "type": column.kind,
            "description": "A drafted column", **column.options,
        }
    )  # fmt: skip


def unique_names(columns: Sequence[DraftColumn]) -> None:
    """Number names that two headers would share, in place."""
    seen: dict[str, int] = {}
    for column in columns:
        if column.is_loaded:
            seen[column.name] = seen.get(column.name, 0) + 1
            if seen[column.name] > 1:
                column.name = f"{column.name}_{seen[column.name]}"
                column.doubts.append("the name: another header has the same words")


def is_currency(header: str) -> bool:
    """The column says in which currency the amounts are."""
    return normalise_header(header) in ("currency", "币种", "currencycode", "货币")
