"""The model of an export contract: one YAML that says what a platform's file holds.

A contract states the fingerprint (header names), the type and unit of every loaded column, what
is personal, what is dropped at the door, which rows are junk and how the export time is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from pipelines.exports.column import NAME, TEXT, Column, FileNameValue, Model, compiled
from pipelines.exports.headers import fits_one, looks_personal, normalise_header

LOADER_VERSION = 2
"""Part of every contract hash: raise it when typing changes, and files are loaded again."""


class HeaderRule(Model):
    """How the header row is found and recognised."""

    scan_rows: int = Field(default=12, ge=1, le=50)
    min_known: int = Field(default=5, ge=1)
    """At least this many headers of the file must be known to the contract."""
    must_have: tuple[str, ...] = ()
    """Columns whose header must be there although single values may be empty."""


class Variant(Model):
    """A form of the same export, told by the headers it has and lacks."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


class JunkRule(Model):
    """Rows that are no data: totals, descriptions. Counted under the rule's name."""

    name: str = Field(pattern=NAME)
    column: str
    """A column of this contract, or a header of the file."""
    values: tuple[str, ...] = ()
    pattern: str | None = None
    """Regular expression that the cell must match from its start."""

    @model_validator(mode="after")
    def _has_a_test(self) -> Self:
        if not self.values and self.pattern is None:
            raise ValueError(f"junk rule {self.name!r} needs values or a pattern")
        if self.pattern is not None:
            compiled(self.pattern)
        return self


class Snapshot(Model):
    """How rows of several deliveries replace each other."""

    key: tuple[str, ...] = Field(min_length=1)
    """Raw columns that tell one row (or group of rows) from another."""
    unit: Literal["row", "group"]
    """row: the newest row of the key wins; group: all rows of the newest file that holds it."""


class Contract(Model):
    """One export format."""

    contract: str = Field(pattern=NAME)
    source: str = Field(pattern=NAME)
    export: str = Field(pattern=NAME)
    title: str
    title_zh: str
    grain: str
    formats: tuple[Literal["csv", "xlsx", "parquet"], ...] = ("csv", "xlsx", "parquet")
    timezone: str = "Asia/Shanghai"
    encodings: tuple[Literal["utf-8", "gb18030"], ...] = ("utf-8", "gb18030")
    header: HeaderRule = HeaderRule()
    columns: tuple[Column, ...] = Field(min_length=1)
    at_least_one_of: tuple[tuple[str, ...], ...] = ()
    """Groups of columns: a file needs one header of each, a row one value of each."""
    not_loaded: tuple[str, ...] = ()
    """Headers that belong to the format and are not needed."""
    dropped: tuple[str, ...] = ()
    """Headers with personal data that no purpose needs: never read past the door."""
    ignored_header_patterns: tuple[str, ...] = ()
    """Regular expressions (matched as a whole, without case) of headers that say nothing."""
    fill_down_reason: str | None = Field(default=None, min_length=10)
    """Why blank cells mean the value above, when columns have ``fill_down``. The first of these
    columns names the record: the others are filled within its rows only, so that a blank cell in
    the first row of a record stays blank."""
    variants: tuple[Variant, ...] = ()
    junk: tuple[JunkRule, ...] = ()
    exported_at: tuple[FileNameValue, ...] = ()
    """Where the file name holds the export time; the usual shapes are tried after these."""
    snapshot: Snapshot
    skip_sheets: tuple[str, ...] = ()
    short_rows: Literal["reject", "pad"] = "reject"
    is_occasional: bool = False
    """A file comes when there was something to export, such as a campaign: none is ever late."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is no IANA time zone; for China write Asia/Shanghai")
        return name

    @field_validator("exported_at")
    @classmethod
    def _times(cls, shapes: tuple[FileNameValue, ...]) -> tuple[FileNameValue, ...]:
        if any(shape.format == TEXT for shape in shapes):
            raise ValueError("a time needs a strptime format such as %Y%m%d, or epoch_seconds")
        return shapes

    @field_validator("ignored_header_patterns")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            compiled(pattern)
        return patterns

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which the file's naive times are read."""
        return ZoneInfo(self.timezone)

    @cached_property
    def column_by_name(self) -> dict[str, Column]:
        """Columns by their name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def column_of_header(self) -> dict[str, Column]:
        """Column by normalised header."""
        return {
            normalise_header(header): column for column in self.columns for header in column.headers
        }

    @cached_property
    def known_headers(self) -> frozenset[str]:
        """Every normalised header of the format: loaded, not loaded and dropped."""
        others = {normalise_header(header) for header in (*self.not_loaded, *self.dropped)}
        return frozenset(others | set(self.column_of_header))

    def takes(self, header: str) -> Column | None:
        """Column that a header unknown by name belongs to through its ``header_patterns``."""
        if header in self.known_headers:
            return None
        return next((c for c in self._patterned if fits_one(header, c.header_patterns)), None)

    def may_know(self, headers: frozenset[str]) -> bool:
        """One of them belongs to the format, or may belong to a column by its patterns."""
        return bool(self._patterned) or not self.known_headers.isdisjoint(headers)

    def may_fit(self, known: int) -> bool:
        """So many headers known by name can be enough, with those that patterns may add."""
        return known >= (1 if self._patterned else self.header.min_known)

    def taken(self, headers: Iterable[str]) -> dict[str, str]:
        """Name of the column by header, for headers that belong to one by its patterns."""
        if not self._patterned:
            return {}
        return {header: column.name for header in headers if (column := self.takes(header))}

    def collector(self, header: str) -> Column | None:
        """Column that collects a header unknown by name. Personal headers are never collected."""
        if header in self.known_headers or looks_personal(header):
            return None
        return next((c for c in self._collectors if fits_one(header, c.collects)), None)

    def ignores(self, header: str) -> bool:
        """The header varies by brand and says nothing."""
        return fits_one(header, self.ignored_header_patterns)

    @cached_property
    def _patterned(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.header_patterns)

    @cached_property
    def _collectors(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.collects)

    @cached_property
    def filled_down(self) -> tuple[Column, ...]:
        """Columns whose blank cells take the value above; the first one names the record."""
        return tuple(column for column in self.columns if column.fill_down)

    @cached_property
    def raw_columns(self) -> dict[str, str]:
        """Name to SQL type of the raw table's columns, without the ``_`` columns."""
        return {
            name: sql_type
            for column in self.columns
            for name, sql_type in column.raw_columns.items()
        }

    @cached_property
    def hash(self) -> str:
        """Changes whenever a file would load differently."""
        content = f"{LOADER_VERSION}:{self.model_dump_json(exclude={'is_occasional'})}"
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = [
            *self._header_problems(),
            *self._reference_problems(),
            *self._fill_down_problems(),
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _header_problems(self) -> list[str]:
        problems = []
        claims: dict[str, str] = {}
        for column in self.columns:
            for header in column.headers:
                owner = claims.setdefault(normalise_header(header), f"column {column.name!r}")
                if owner != f"column {column.name!r}":
                    problems.append(
                        f"header {header!r} belongs to {owner} and to column {column.name!r}: "
                        "remove it from one"
                    )
        for header in (*self.not_loaded, *self.dropped):
            loaded_by = claims.get(normalise_header(header))
            if loaded_by is not None:
                problems.append(f"header {header!r} is loaded by {loaded_by}: remove it here")
        for variant in self.variants:
            problems += [
                f"variant {variant.name!r}: header {header!r} is not known to the contract"
                for header in (*variant.has, *variant.lacks)
                if normalise_header(header) not in self.known_headers
            ]
        return problems

    def _reference_problems(self) -> list[str]:
        names = [column.name for column in self.columns]
        problems = [
            f"column {name!r} is defined twice" for name in set(names) if names.count(name) > 1
        ]
        used = {
            "header.must_have": self.header.must_have,
            "at_least_one_of": [name for group in self.at_least_one_of for name in group],
            "virtual_when": [c.virtual_when for c in self.columns if c.virtual_when],
        }
        for field, referred in used.items():
            problems += [
                f"{field}: there is no column {name!r}" for name in referred if name not in names
            ]
        problems += [
            f"snapshot.key: {name!r} is no raw column; there are {', '.join(self.raw_columns)}"
            for name in self.snapshot.key
            if name not in self.raw_columns
        ]
        problems += [
            f"junk rule {rule.name!r}: {rule.column!r} is neither a column nor a known header"
            for rule in self.junk
            if rule.column not in names and normalise_header(rule.column) not in self.known_headers
        ]
        fallbacks = [
            variant.name for variant in self.variants if not (variant.has or variant.lacks)
        ]
        if self.variants and len(fallbacks) != 1:
            problems.append("variants: exactly one must have neither has nor lacks, the fallback")
        by_header = any(column.required and not column.is_outside for column in self.columns)
        if not by_header and not self.header.must_have:
            problems.append(
                "no column is required and header.must_have is empty: any file would fit"
            )
        return problems

    def _fill_down_problems(self) -> list[str]:
        if self.filled_down and self.fill_down_reason is None:
            return [
                "fill_down_reason: say why blank cells mean the value above, or remove fill_down"
            ]
        if self.filled_down and not self.filled_down[0].required:
            return [
                f"column {self.filled_down[0].name!r} is the first with fill_down and names the "
                "record: add required: true"
            ]
        if self.fill_down_reason and not self.filled_down:
            return ["fill_down_reason: no column has fill_down; remove it"]
        return []

    def variant_of(self, headers: frozenset[str]) -> str:
        """Most specific variant that the normalised headers fit; ``standard`` if there is none."""
        fitting = [
            variant
            for variant in self.variants
            if headers.issuperset(normalise_header(h) for h in variant.has)
            and headers.isdisjoint(normalise_header(h) for h in variant.lacks)
        ]
        if not fitting:
            return "standard"
        return max(fitting, key=lambda variant: len(variant.has) + len(variant.lacks)).name


def raw_schema(contract: Contract) -> str:
    """Schema of the raw table, ``raw_<source>``."""
    return f"raw_{contract.source}"


def raw_table(contract: Contract) -> str:
    """Qualified name of the raw table that the contract fills, such as ``raw_tmall.orders``."""
    return f"{raw_schema(contract)}.{contract.export}"
