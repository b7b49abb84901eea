"""Rows of a sample that are no data: totals, and a line that describes the columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.exports.drafting.guess import guess
from pipelines.exports.drafting.sample import Sample
from pipelines.exports.headers import normalise_header

_TOTAL = re.compile(
    r"^(?:合计|总计|小计|全部|汇总|累计|(?:grand )?total\b.*)[:：]?$", re.IGNORECASE
)
_TYPED = frozenset(
    {"integer", "money", "decimal", "percent", "timestamp", "date", "epoch_seconds", "id", "phone"}
)


@dataclass(frozen=True)
class Junk:
    """A rule and the rows of the sample that it takes."""

    name: str
    header: str
    values: tuple[str, ...]
    rows: frozenset[int]
    doubt: str


def junk_of(sample: Sample) -> list[Junk]:
    """Rules for the totals and the description line of a sample."""
    rules = _totals(sample)
    taken = {row for rule in rules for row in rule.rows}
    return [*rules, *_description(sample, taken)]


def _totals(sample: Sample) -> list[Junk]:
    found: dict[str, dict[str, set[int]]] = {}
    for number, row in enumerate(sample.rows):
        place = next((i for i, cell in enumerate(row) if cell), None)
        if place is not None and _TOTAL.match(row[place]):
            texts = found.setdefault(sample.headers[place], {})
            texts.setdefault(row[place], set()).add(number)
    return [
        Junk(
            f"total_row_{i}" if i else "total_row", header, tuple(texts),
            frozenset().union(*texts.values()), "rows with these texts are taken for totals",
        )
        for i, (header, texts) in enumerate(found.items())
    ]  # fmt: skip


def _description(sample: Sample, taken: set[int]) -> list[Junk]:
    """The first row, when its cells do not fit what the rows below hold."""
    first = next((i for i in range(len(sample.rows)) if i not in taken), None)
    if first is None or first > 1 or len(sample.rows) - len(taken) < 2:
        return []
    typed, misfits = 0, []
    for place, header in enumerate(sample.headers):
        below = [r[place] for i, r in enumerate(sample.rows) if i != first and i not in taken]
        cell, below = sample.rows[first][place], [text for text in below if text]
        kind = guess(header, below).kind if below else "text"
        if not cell or kind not in _TYPED:
            continue
        typed += 1
        if guess(header, [cell]).kind != kind and not re.search(r"\d", cell):
            misfits.append((kind == "phone", place))
    if not misfits or len(misfits) * 2 < typed:
        return []
    place = min(misfits)[1]
    header, text = sample.headers[place], sample.rows[first][place]
    doubt = "the first row below the header is taken for a description of the columns"
    return [Junk("description_row", header, (text,), frozenset({first}), doubt)]


def column_of_rule(rule: Junk, names: dict[str, str]) -> str:
    """Name of the rule's column, or its header where the column is not loaded."""
    return names.get(normalise_header(rule.header), rule.header)
