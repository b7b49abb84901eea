"""Columns whose texts repeat, each distinct text once: what is done to cells is done to those.

Most columns of an export hold few texts (states, titles, amounts of nothing), and cleaning and
typing a cell costs more than looking up what became of its text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

LEAST_ROWS = 8192
"""Shorter tables gain nothing."""
_SAMPLE = 1024
_LARGEST_SHARE = 0.25
"""Distinct texts in a sample of a column, as a share of it, from which on it is left as it is."""
_ROWS_PER_TEXT = 32
"""So often a text stands in a column at least, on average, where it pays."""


@dataclass(frozen=True)
class Cells:
    """Text cells of a table: some columns row by row, the others by their distinct texts."""

    height: int
    rows: pl.DataFrame
    texts: pl.DataFrame
    """Distinct texts, side by side; a column with fewer than others repeats one of its own."""
    places: dict[str, pl.Series | None]
    """Per column of ``texts``: the text that each row holds, as its place among them; None where
    all rows hold the same."""

    @classmethod
    def of(cls, cells: pl.DataFrame) -> Cells:
        """A table of text columns, whichever way each is cheaper."""
        few = _with_few_texts(cells)
        if not few:
            return cls.row_by_row(cells)
        same = cells.select((pl.col(few) == pl.col(few).first()).all()).row(0, named=True)
        texts = {name: cells[name].head(1) for name in few if same[name]}
        places: dict[str, pl.Series | None] = dict.fromkeys(texts)
        for name, (kind, column) in _coded(cells, [n for n in few if not same[n]]).items():
            texts[name] = kind.to_series()
            places[name] = column.to_physical()
        longest = max(map(len, texts.values()), default=0)
        padded = {
            name: column.extend_constant(column[0], longest - len(column))
            for name, column in texts.items()
        }
        return cls(cells.height, cells.drop(*texts), pl.DataFrame(padded), places)

    @classmethod
    def row_by_row(cls, cells: pl.DataFrame) -> Cells:
        """A table of text columns, every cell by itself."""
        return cls(cells.height, cells, pl.DataFrame(), {})

    def changed(self, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Cells:
        """With other cells, each made from what stood in its place."""
        rows, texts = (change(frame) if frame.width else frame for frame in (self.rows, self.texts))
        return replace(self, rows=rows, texts=texts)

    def spread(self, name: str, values: pl.Series) -> pl.Series:
        """What was made of the distinct texts of a column, row by row."""
        return _spread(values, self.places[name], 0, self.height)

    def is_null(self, name: str) -> pl.Series:
        """Which cells of a column are null."""
        if name in self.places:
            return self.spread(name, self.texts[name].is_null())
        return self.rows[name].is_null()

    def table(self, start: int, height: int) -> pl.DataFrame:
        """Some rows of all columns."""
        return self.rows.slice(start, height).with_columns(
            _spread(self.texts[name], places, start, height).alias(name)
            for name, places in self.places.items()
        )


def _spread(values: pl.Series, places: pl.Series | None, start: int, height: int) -> pl.Series:
    if places is None:
        return values.new_from_index(0, height)
    return values.gather(places.slice(start, height))


def _with_few_texts(cells: pl.DataFrame) -> list[str]:
    """Columns that seem to hold few texts for the height of their table."""
    if cells.height < LEAST_ROWS:
        return []
    sample = cells.gather_every(cells.height // _SAMPLE)
    found = sample.select(pl.all().n_unique()).row(0, named=True)
    return [name for name, texts in found.items() if texts <= sample.height * _LARGEST_SHARE]


def _coded(cells: pl.DataFrame, names: list[str]) -> dict[str, tuple[pl.Categories, pl.Series]]:
    """Those of the columns that do hold few texts, as categories.

    The texts are kept only as long as the column is, which is why both are handed over.
    """
    kinds = {name: pl.Categories.random() for name in names}
    coded = cells.select(pl.col(name).cast(pl.Categorical(kind)) for name, kind in kinds.items())
    return {
        name: (kind, coded[name])
        for name, kind in kinds.items()
        if len(kind.to_series()) * _ROWS_PER_TEXT <= cells.height
    }
