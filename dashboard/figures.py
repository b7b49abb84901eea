"""What a page shows: figures with their rows, their words, and how to draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, Protocol

import duckdb
import polars as pl

from pipelines.publishing import Manifest, PublishingError

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
Unit = Literal["count", "money", "share", "days", "ratio", "date", "text"]
Option = dict[str, Any]
"""An Apache ECharts option; JSON-able. Functions are strings between `scripts.MARK`s."""


class Snapshot(Protocol):
    """What figures are read from: `SnapshotConnection`, or a version that is being published."""

    @property
    def manifest(self) -> Manifest:
        """Of the version that is read."""

    def polars(self, sql: str, parameters: Sequence[object] | None = None) -> pl.DataFrame:
        """Rows of one SELECT. Raises QueryError."""

    def fetch(
        self, sql: str, parameters: Sequence[object] | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of one SELECT. Raises QueryError."""


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    en: str
    zh: str

    def __getitem__(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    def format(self, **values: Text | str | int) -> Text:
        """Fill in the placeholders, those that are Texts in their own language."""
        filled: dict[Language, str] = {
            language: self[language].format(
                **{
                    name: value[language] if isinstance(value, Text) else value
                    for name, value in values.items()
                }
            )
            for language in LANGUAGES
        }
        return Text(filled["en"], filled["zh"])


@dataclass(frozen=True)
class Filters:
    """What the reader has chosen; a page ignores what does not concern it (`Page.filters`).

    `None` is no choice: everything, or the mart's own default.
    """

    date_from: date | None = None
    date_to: date | None = None
    channel: str | None = None
    domain: str | None = None
    cohort_kind: str = "first_order"
    model: str = "last_non_direct"
    product_role: str | None = None
    language: Language = "zh"
    industry_profile: int = 1


FILTER_NAMES: Mapping[str, Text] = {
    "date_from": Text("From", "开始日期"),
    "date_to": Text("To", "结束日期"),
    "channel": Text("Channel", "渠道"),
    "domain": Text("Domain", "域"),
    "cohort_kind": Text("Cohorts by", "分群方式"),
    "model": Text("Attribution model", "归因模型"),
    "product_role": Text("Product role", "产品角色"),
}
"""How the controls of `Filters` are called."""


@dataclass(frozen=True)
class Tile:
    """One number of a scorecard. `change` is the relative change against `baseline`."""

    key: str
    label: Text
    value: float | None
    unit: Unit
    baseline: float | None = None
    baseline_label: Text | None = None
    definition: Text | None = None

    @property
    def change(self) -> float | None:
        """(value - baseline) / |baseline|; None where it has no meaning."""
        if self.value is None or not self.baseline:
            return None
        return (self.value - self.baseline) / abs(self.baseline)


UnitOfRow = Callable[[Mapping[str, Any]], Unit]
"""The unit of a column whose rows have units of their own, such as those of a list of KPIs."""


@dataclass(frozen=True)
class Figure:
    """A titled figure. Exactly one of three: tiles, a chart (`draw`), or its rows alone."""

    key: str
    title: Text
    definition: Text
    frame: pl.DataFrame
    """The rows behind it, as they come from the mart."""
    draw: Callable[[Language], Option] | None = None
    """Makes the ECharts option in a language; only called when there are rows."""
    tiles: tuple[Tile, ...] = ()
    columns: Mapping[str, Text] = field(default_factory=dict)
    """Header of each column of `frame`."""
    units: Mapping[str, Unit | UnitOfRow] = field(default_factory=dict)
    """How to write the values of a column; without an entry: by its type."""
    table: str | None = None
    """Bare name of the published table that the rows come from."""
    metrics: tuple[str, ...] = ()
    """Metrics of dbt_project/models/semantic that the figure shows."""
    note: Text | None = None
    """What the reader must know: filters that do not apply, cells left out."""
    height: int = 340
    """Pixels of the chart."""
    pick: Callable[[Mapping[str, Any]], pl.Expr | None] | None = None
    """Which rows an element of the chart stands for, by its ECharts `data`. Without it: those that
    bear the written names of its category and its series."""
    unheeded: frozenset[str] = frozenset()
    """Filters of its page that it does not follow: the reader of a chosen one is told."""
    empty: Text | None = None
    """What it means that there are no rows, where other filters would not bring any."""
    error: Text | None = None
    """Set when the figure could not be made; then there are no rows."""

    @property
    def is_empty(self) -> bool:
        """There is nothing to show: no row, or no tile with a value."""
        if self.tiles:
            return all(tile.value is None for tile in self.tiles)
        return self.frame.is_empty()

    def option(self, language: Language) -> Option | None:
        """The chart in a language; None for tiles, tables, empty figures and errors."""
        if self.draw is None or self.is_empty or self.error:
            return None
        return self.draw(language)


FigureFunction = Callable[[Snapshot, Filters], Figure]


@dataclass(frozen=True)
class Page:
    """One page: which figures, and which fields of `Filters` they heed."""

    key: str
    title: Text
    lead: Text
    """One sentence: the question that the page answers."""
    makers: Mapping[str, tuple[Text, FigureFunction]]
    """Key → title and maker of each figure, in order."""
    filters: frozenset[str] = frozenset()

    def figures(self, snapshot: Snapshot, filters: Filters) -> list[Figure]:
        """All figures; one that fails is there in its error state."""
        return list(self.iterate(snapshot, filters))

    def iterate(self, snapshot: Snapshot, filters: Filters) -> Iterator[Figure]:
        """One figure after the other, so that a surface can show each as soon as it is there."""
        for key in self.makers:
            yield self.figure(key, snapshot, filters)

    def figure(self, key: str, snapshot: Snapshot, filters: Filters) -> Figure:
        """One figure by its key; in its error state when it cannot be made."""
        title, make = self.makers[key]
        try:
            return _with_unheeded(make(snapshot, filters), filters)
        except (PublishingError, duckdb.Error, pl.exceptions.PolarsError, ArithmeticError,
                LookupError, TypeError, ValueError) as error:  # fmt: skip
            return failed(key, title, error)


def _with_unheeded(figure: Figure, filters: Filters) -> Figure:
    """The figure, and which of the chosen filters it does not follow."""
    usual = Filters()
    names = [
        text
        for name, text in FILTER_NAMES.items()
        if name in figure.unheeded and getattr(filters, name) != getattr(usual, name)
    ]
    if not names:
        return figure
    told = Text("Does not follow: {names}.", "不随此筛选变化：{names}。").format(
        names=Text(", ".join(name.en for name in names), "、".join(name.zh for name in names))
    )
    if figure.note:
        told = Text(f"{figure.note.en} {told.en}", f"{figure.note.zh}{told.zh}")
    return replace(figure, note=told)


def failed(key: str, title: Text, error: Exception) -> Figure:
    """The error state of a figure: what happened, in one line."""
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    return Figure(
        key=key,
        title=title,
        definition=Text("", ""),
        frame=pl.DataFrame(),
        error=Text(f"{type(error).__name__}: {reason}", f"{type(error).__name__}：{reason}"),
    )
