"""The model of an export contract: one YAML that says what a platform's file holds.

A contract states the fingerprint (header names), the type and unit of every loaded column, what
is personal, what is dropped at the door, which rows are junk and how the export time is read.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from typing import Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.exports.headers import normalise_header

LOADER_VERSION = 1
"""Part of every contract hash: raise it when typing changes, and files are loaded again."""

ColumnType = Literal[
    "text", "id", "integer", "money", "decimal", "percent", "timestamp", "epoch_seconds",
    "date", "boolean", "json", "phone", "email", "account", "phone_list", "person_name", "region",
]  # fmt: skip
PERSONAL_TYPES = frozenset({"phone", "email", "account", "phone_list", "person_name", "region"})
SQL_TYPES = {
    "text": "VARCHAR", "id": "VARCHAR", "json": "VARCHAR", "integer": "BIGINT",
    "money": "DECIMAL(18,4)", "decimal": "DECIMAL(18,4)", "percent": "DECIMAL(18,6)",
    "timestamp": "TIMESTAMP", "epoch_seconds": "TIMESTAMP", "date": "DATE", "boolean": "BOOLEAN",
}  # fmt: skip
PERSONAL_PARTS = {
    "phone": ("key", "masked"), "email": ("key", "masked"), "account": ("key", "masked"),
    "phone_list": ("keys",), "person_name": ("masked",), "region": ("province", "city"),
}  # fmt: skip
NAME = r"^[a-z][a-z0-9_]*$"
DEFAULT_NULL_TOKENS = (
    "",
    "-",
    "--",
    "——",
    "—",
    "null",
    "NULL",
    "0000-00-00",
    "0000-00-00 00:00:00",
)
EPOCH_SECONDS = "epoch_seconds"


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}; correct it") from error


class Model(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FileNameValue(Model):
    """A value or time that only the file name holds."""

    pattern: str
    """Regular expression with one group."""
    format: str
    """``strptime`` format of the group's digits, or ``epoch_seconds``."""

    @field_validator("pattern")
    @classmethod
    def _one_group(cls, pattern: str) -> str:
        groups = _compiled(pattern).groups
        if groups != 1:
            raise ValueError(f"needs exactly one (group), has {groups}")
        return pattern


class Column(Model):
    """One loaded column."""

    name: str = Field(pattern=NAME)
    headers: tuple[str, ...] = ()
    """Accepted header names; when a file has several of them, the first listed one is read."""
    type: ColumnType
    description: str = Field(min_length=5)
    required: bool = False
    """The header must be there and a row without a value is rejected."""
    null_tokens: tuple[str, ...] = ()
    """Texts that mean "no value" here, besides the usual ones (empty, -, --, ——, null ...)."""
    unit: Literal["points", "ratio"] | None = None
    """percent only: 1.57 is 1.57 % (points) or 157 % (ratio); a ``%`` sign always means points."""
    labelled: bool = False
    """money only: the cell may read ``name-amount``, several joined with ``;``."""
    strip_prefix: str | None = None
    """text and id only: a label in front of the value, such as ``No:``."""
    day_first: bool = False
    """date and timestamp only: DD/MM/YYYY is accepted."""
    true_values: tuple[str, ...] = ("1", "true", "yes", "y", "是")
    false_values: tuple[str, ...] = ("0", "false", "no", "n", "否")
    virtual_when: str | None = None
    """phone only: a column whose presence proves a virtual number, which gets no key."""
    from_file_name: FileNameValue | None = None
    """date only: where the day stands in the file name when no header gives it."""

    @property
    def is_personal(self) -> bool:
        """Its clear value must not be stored anywhere."""
        return self.type in PERSONAL_TYPES

    @property
    def raw_columns(self) -> dict[str, str]:
        """Name to SQL type of the column(s) that it fills in the raw table."""
        if parts := PERSONAL_PARTS.get(self.type):
            return {f"{self.name}_{part}": "VARCHAR" for part in parts}
        return {self.name: SQL_TYPES[self.type]}

    @model_validator(mode="after")
    def _options_fit_the_type(self) -> Self:
        allowed = {
            "unit": {"percent"}, "labelled": {"money"}, "strip_prefix": {"text", "id"},
            "day_first": {"date", "timestamp"}, "virtual_when": {"phone"},
            "from_file_name": {"date"}, "true_values": {"boolean"}, "false_values": {"boolean"},
        }  # fmt: skip
        for option, types in allowed.items():
            if option in self.model_fields_set and self.type not in types:
                raise ValueError(
                    f"column {self.name!r}: option {option!r} is for type "
                    f"{' or '.join(sorted(types))}, not {self.type}; remove it"
                )
        if self.type == "percent" and self.unit is None:
            raise ValueError(f"column {self.name!r}: a percent needs unit: points or ratio")
        if not self.headers and self.from_file_name is None:
            raise ValueError(f"column {self.name!r}: give headers, the names it has in the files")
        return self


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
            _compiled(self.pattern)
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
    """Regular expressions of headers that vary by brand and say nothing, such as tag groups."""
    variants: tuple[Variant, ...] = ()
    junk: tuple[JunkRule, ...] = ()
    exported_at: tuple[FileNameValue, ...] = ()
    """Where the file name holds the export time; the usual shapes are tried after these."""
    snapshot: Snapshot
    skip_sheets: tuple[str, ...] = ()
    short_rows: Literal["reject", "pad"] = "reject"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is no IANA time zone; for China write Asia/Shanghai")
        return name

    @field_validator("ignored_header_patterns")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            _compiled(pattern)
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
        content = f"{LOADER_VERSION}:{self.model_dump_json()}"
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = [*self._header_problems(), *self._reference_problems()]
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
        if not any(column.required for column in self.columns) and not self.header.must_have:
            problems.append(
                "no column is required and header.must_have is empty: any file would fit"
            )
        return problems

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
