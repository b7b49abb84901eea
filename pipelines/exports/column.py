"""One column of an export contract: its headers, type, unit and what is odd about its cells."""

from __future__ import annotations

import re
from typing import Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

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
_IDENTIFYING_TYPES = {"phone": "phone", "phone_list": "phone", "email": "email"}
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


TEXT = "text"


def compiled(pattern: str) -> re.Pattern[str]:
    """A checked regular expression. Raises ``ValueError`` with the remedy."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}; correct it") from error


class Model(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _OneGroup(Model):
    pattern: str
    """Regular expression with one group."""

    @field_validator("pattern")
    @classmethod
    def _one_group(cls, pattern: str) -> str:
        groups = compiled(pattern).groups
        if groups != 1:
            raise ValueError(f"needs exactly one (group), has {groups}")
        return pattern


class FileNameValue(_OneGroup):
    """A value or time that only the file name holds."""

    format: str
    """``strptime`` format of the group's digits, ``epoch_seconds``, or ``text`` as it stands."""


class SheetNameValue(_OneGroup):
    """A value that only the name of a workbook's sheet holds."""


class Column(Model):
    """One loaded column."""

    name: str = Field(pattern=NAME)
    headers: tuple[str, ...] = ()
    """Accepted header names; when a file has several of them, the first listed one is read."""
    header_patterns: tuple[str, ...] = ()
    """Regular expressions for a header whose wording varies, matched as a whole and without case
    when no listed header is there; headers that the contract lists elsewhere are not looked at."""
    collects: tuple[str, ...] = ()
    """json only: headers that the contract does not know and that match one of these as a whole go
    into one object, header → cell, without the blank cells."""
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
    strip_pattern: str | None = None
    """Regular expression (without look-around) of what is taken out of the cell before typing."""
    fill_down: bool = False
    """A blank cell takes the value above it: merged cells. See ``Contract.fill_down_reason``."""
    day_first: bool = False
    """date and timestamp only: DD/MM/YYYY is accepted."""
    true_values: tuple[str, ...] = ("1", "true", "yes", "y", "是")
    false_values: tuple[str, ...] = ("0", "false", "no", "n", "否")
    identifies: str | None = Field(default=None, exclude=True)
    """Identifier type (seed `identity_identifier_types`) of the person that the cell names. Phones
    and e-mail addresses need none. Says nothing about loading, so it is not in the hash."""
    virtual_when: str | None = None
    """phone only: a column whose presence proves a virtual number, which gets no key."""
    from_file_name: FileNameValue | None = None
    """Where the value stands in the file name when no header gives it: a day (date) or a text."""
    from_sheet_name: SheetNameValue | None = None
    """text and id only: where the value stands in the sheet's name when no header gives it."""

    @property
    def is_personal(self) -> bool:
        """Its clear value must not be stored anywhere."""
        return self.type in PERSONAL_TYPES

    @property
    def identifier_type(self) -> str | None:
        """Type of the identifier that its cells hold; None when they name no person."""
        return self.identifies or _IDENTIFYING_TYPES.get(self.type)

    @property
    def raw_columns(self) -> dict[str, str]:
        """Name to SQL type of the column(s) that it fills in the raw table."""
        if parts := PERSONAL_PARTS.get(self.type):
            return {f"{self.name}_{part}": "VARCHAR" for part in parts}
        return {self.name: SQL_TYPES[self.type]}

    @field_validator("header_patterns", "collects")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            compiled(pattern)
        return patterns

    @field_validator("strip_pattern")
    @classmethod
    def _column_pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            compiled(pattern)
            try:
                pl.Series([""]).str.replace_all(pattern, "")
            except pl.exceptions.PolarsError as error:
                raise ValueError(
                    f"{pattern!r} cannot be used on whole columns, look-around and back-references "
                    "cannot; write it without them"
                ) from error
        return pattern

    @property
    def is_outside(self) -> bool:
        """Its value may come from the name of the file or sheet instead of a header."""
        return self.from_file_name is not None or self.from_sheet_name is not None

    @property
    def label(self) -> str:
        """The header(s) as a message shows them."""
        return " or ".join((*self.headers, *self.header_patterns)) or self.name

    @model_validator(mode="after")
    def _options_fit_the_type(self) -> Self:
        for option, types in _OPTION_TYPES.items():
            if option in self.model_fields_set and self.type not in types:
                raise ValueError(
                    f"column {self.name!r}: option {option!r} is for type "
                    f"{' or '.join(sorted(types))}, not {self.type}; remove it"
                )
        if self.type == "percent" and self.unit is None:
            raise ValueError(f"column {self.name!r}: a percent needs unit: points or ratio")
        self._has_a_place()
        self._has_a_fitting_format()
        return self

    def _has_a_place(self) -> None:
        by_header = bool(self.headers or self.header_patterns)
        if self.collects and (by_header or self.is_outside or self.required or self.fill_down):
            raise ValueError(
                f"column {self.name!r}: a column that collects headers has none of its own and is "
                "never required; remove its other options"
            )
        if self.from_file_name is not None and self.from_sheet_name is not None:
            raise ValueError(
                f"column {self.name!r}: its value stands in the file's or in the sheet's name; "
                "remove from_file_name or from_sheet_name"
            )
        if not (by_header or self.is_outside or self.collects):
            raise ValueError(f"column {self.name!r}: give headers, the names it has in the files")

    def _has_a_fitting_format(self) -> None:
        if self.from_file_name is None:
            return
        if (self.from_file_name.format == TEXT) != (self.type != "date"):
            right = "%Y%m%d" if self.type == "date" else TEXT
            raise ValueError(
                f"column {self.name!r}: from_file_name of type {self.type} needs format: {right!r}"
            )


_OPTION_TYPES: dict[str, frozenset[str]] = {
    "unit": frozenset({"percent"}),
    "labelled": frozenset({"money"}),
    "strip_prefix": frozenset({"text", "id"}),
    "strip_pattern": frozenset({"text", "id", "integer", "money", "decimal", "percent"}),
    "collects": frozenset({"json"}),
    "day_first": frozenset({"date", "timestamp"}),
    "virtual_when": frozenset({"phone"}),
    "from_file_name": frozenset({"date", "text", "id"}),
    "from_sheet_name": frozenset({"text", "id"}),
    "true_values": frozenset({"boolean"}),
    "false_values": frozenset({"boolean"}),
}
