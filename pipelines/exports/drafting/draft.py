"""A first contract from sample files, and what is not certain about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.exports.contract import Contract
from pipelines.exports.contract_files import Contracts
from pipelines.exports.drafting.columns import (
    DraftColumn,
    draft_column,
    is_currency,
    unique_names,
)
from pipelines.exports.drafting.guess import DROPPED, NOT_LOADED
from pipelines.exports.drafting.junk_rows import Junk, column_of_rule, junk_of
from pipelines.exports.drafting.keys import Key, guess_key
from pipelines.exports.drafting.sample import Sample, read_sample
from pipelines.exports.drafting.vocabulary import Vocabulary
from pipelines.exports.export_time import USUAL_SHAPES, time_in_name
from pipelines.exports.headers import normalise_header
from pipelines.settings import LOCAL_TIME_ZONE

_DAY_IN_NAME = r"(20\d{2}-?\d{2}-?\d{2})(?!.*20\d{2}-?\d{2}-?\d{2})"


@dataclass(frozen=True)
class Titles:
    """How the export is called."""

    source: str
    export: str
    title: str
    title_zh: str

    @property
    def contract(self) -> str:
        """Name of the contract."""
        return f"{self.source}_{self.export}"


@dataclass(frozen=True)
class Draft:
    """A contract that loads its own sample, to be looked over by a person."""

    titles: Titles
    sample: Sample
    columns: tuple[DraftColumn, ...]
    key: Key
    junk: tuple[Junk, ...]
    doubts: tuple[str, ...]
    """What is not certain about the format as a whole."""

    @property
    def loaded(self) -> list[DraftColumn]:
        """Columns of the raw table."""
        return [column for column in self.columns if column.is_loaded]

    def headers(self, kind: str) -> list[str]:
        """Headers that are dropped or not loaded."""
        return [column.header for column in self.columns if column.kind == kind]

    @property
    def key_columns(self) -> list[str]:
        """Raw columns of the key."""
        return [column.raw_columns[0] for column in self.key.columns]

    def document(self) -> dict[str, Any]:
        """The contract as its YAML states it."""
        titles, names = self.titles, {normalise_header(c.header): c.name for c in self.loaded}
        header: dict[str, Any] = {"min_known": max(2, min(8, len(self.columns) // 2))}
        if not any(column.required for column in self.columns):
            header["must_have"] = [self.key.columns[0].name]
        words = " and ".join(column.text.split(";")[0].lower() for column in self.key.columns)
        document: dict[str, Any] = {
            "contract": titles.contract, "source": titles.source, "export": titles.export,
            "title": titles.title, "title_zh": titles.title_zh,
            "grain": f"One row per {words} and delivered file.",
        }  # fmt: skip
        if self.sample.has_short_rows:
            document["short_rows"] = "pad"
        document["header"] = header
        document["columns"] = [column.document() for column in self.loaded]
        document["not_loaded"] = self.headers(NOT_LOADED)
        document["dropped"] = self.headers(DROPPED)
        document["junk"] = [
            {"name": rule.name, "column": column_of_rule(rule, names), "values": list(rule.values)}
            for rule in self.junk
        ]
        document["skip_sheets"] = list(self.sample.other_sheets)
        document["snapshot"] = {"key": self.key_columns, "unit": self.key.unit}
        return {field: value for field, value in document.items() if value != []}

    def contract(self) -> Contract:
        """The drafted contract, checked."""
        return Contract.model_validate(self.document())


def draft(files: Sequence[Path], titles: Titles, contracts: Contracts) -> Draft:
    """Draft a contract for the export that the files are samples of.

    Raises ``ExportRefused`` when a file cannot be read or has no header.
    """
    sample = read_sample(files)
    junk = junk_of(sample)
    taken = {row for rule in junk for row in rule.rows}
    rows = [row for row in range(len(sample.rows)) if row not in taken]
    vocabulary = Vocabulary(contracts)
    foreign = _is_foreign(sample)
    columns = [
        draft_column(header, _cells(sample, place, rows), vocabulary, titles.source, foreign)
        for place, header in enumerate(sample.headers)
    ]
    doubts = _about_the_format(sample)
    if foreign and any(column.kind == "money" for column in columns):
        doubts.append("the currency is not known to be yuan: names of amounts carry no unit")
    if day := _day_of_the_name(sample, columns):
        columns.insert(0, day)
    unique_names(columns)
    key = guess_key(columns, sample, rows)
    for column in key.columns:
        column.required = _may_be_required(column, sample, rows)
    return Draft(titles, sample, tuple(columns), key, tuple(junk), tuple(doubts))


def _is_foreign(sample: Sample) -> bool:
    """A currency column, or hardly a Chinese header."""
    chinese = sum(not header.isascii() for header in sample.headers)
    return any(is_currency(h) for h in sample.headers) or chinese * 4 < len(sample.headers)


def _cells(sample: Sample, place: int, rows: Sequence[int]) -> list[str]:
    return [sample.rows[row][place] for row in rows if sample.rows[row][place]]


def _may_be_required(column: DraftColumn, sample: Sample, rows: Sequence[int]) -> bool:
    if not column.header:
        return True
    place = sample.headers.index(column.header)
    has_values = all(sample.rows[row][place] for row in rows)
    return has_values and column.header in sample.in_every_file


def _day_of_the_name(sample: Sample, columns: Sequence[DraftColumn]) -> DraftColumn | None:
    """A day that only the file name tells, such as that of a report."""
    has_time = any(c.kind in ("date", "timestamp", "epoch_seconds") for c in columns)
    is_told = all(re.search(_DAY_IN_NAME, name) for name in sample.file_names)
    if has_time or not is_told:
        return None
    place = {"from_file_name": {"pattern": _DAY_IN_NAME, "format": "%Y%m%d"}}
    doubt = "the rows hold no time: the day is taken from the file name"
    return DraftColumn("", "date", "report_date", "Day of the figures", place, doubts=[doubt])


def _about_the_format(sample: Sample) -> list[str]:
    doubts = []
    if len(sample.file_names) == 1:
        doubts.append("one file alone was seen: other files may have other columns")
    if not sample.rows:
        doubts.append("the sample has no rows: every type is guessed by its header")
    if not any(_has_a_time(name) for name in sample.file_names):
        doubts.append("the file name holds no export time: the time of delivery stands in for it")
    if sample.has_short_rows:
        doubts.append("some rows are shorter than the header: they are padded with blanks")
    if sample.other_sheets:
        doubts.append(f"sheets without a header are skipped: {', '.join(sample.other_sheets)}")
    if len(sample.sheets) > 1:
        doubts.append(f"several sheets are read alike: {', '.join(sample.sheets)}")
    return doubts


def _has_a_time(name: str) -> bool:
    return any(time_in_name(name, shape, LOCAL_TIME_ZONE) for shape in USUAL_SHAPES)
