"""A planned change of rules: the rows of seeds that a file changes, laid over the present ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pipelines.identity.errors import IdentityInputError
from pipelines.identity.rules.rows import (
    BlockedValue,
    BlockPattern,
    IdentifierType,
    MatchingRule,
    SeedRow,
)
from pipelines.identity.rules.seeds import (
    BLOCK_LIST_SEED,
    BLOCK_PATTERNS_SEED,
    RULES_SEED,
    TYPES_SEED,
    RuleSeeds,
)

REMOVE = "remove"
"""Key of a row that is to go: `remove: true`."""
Row = Mapping[str, Any]


class RuleChangeError(IdentityInputError):
    """A file of planned changes that cannot be read; the message names the place and the remedy."""


@dataclass(frozen=True)
class _Seed:
    name: str
    attribute: str
    model: type[SeedRow]
    key: tuple[str, ...]


_SEEDS = (
    _Seed(TYPES_SEED, "identifier_types", IdentifierType, ("identifier_type",)),
    _Seed(RULES_SEED, "matching_rules", MatchingRule, ("rule_id",)),
    _Seed(BLOCK_LIST_SEED, "block_list", BlockedValue, ("identifier_type", "value_clear")),
    _Seed(BLOCK_PATTERNS_SEED, "block_patterns", BlockPattern, ("identifier_type", "pattern")),
)


@dataclass(frozen=True)
class RuleChange:
    """Changed rows by seed, and what they change in words."""

    rows: Mapping[str, Sequence[Row]]
    path: Path = field(compare=False)

    def applied_to(self, seeds: RuleSeeds) -> RuleSeeds:
        """The seeds as they would be: rows with a known key are changed, others are added.

        Raises:
            RuleChangeError: a row to remove is not there, or a new one is not whole.
        """
        changed = {
            seed.attribute: self._changed(seed, getattr(seeds, seed.attribute)) for seed in _SEEDS
        }
        return RuleSeeds(**changed)

    def in_words(self, seeds: RuleSeeds) -> list[str]:
        """One line per changed cell, new row and removed row."""
        lines = []
        for seed in _SEEDS:
            present = {_key(seed, row): row for row in getattr(seeds, seed.attribute)}
            for row in self.rows.get(seed.name, ()):
                lines += _differences(seed, present.get(_key(seed, row)), row)
        return lines

    def _changed(self, seed: _Seed, present: Sequence[Row]) -> list[Row]:
        rows = {_key(seed, row): dict(row) for row in present}
        for change in self.rows.get(seed.name, ()):
            key = _key(seed, change)
            if not change.get(REMOVE):
                if key not in rows:
                    self._require_whole(seed, change)
                rows[key] = {**rows.get(key, {}), **change}
                rows[key].pop(REMOVE, None)
            elif rows.pop(key, None) is None:
                raise RuleChangeError(
                    f"{self.path}, {seed.name}, {_named(seed, change)}: there is no such row to "
                    "remove. Remedy: correct the key or leave the row out"
                )
        return list(rows.values())

    def _require_whole(self, seed: _Seed, change: Row) -> None:
        fields = seed.model.model_fields.items()
        required = [name for name, column in fields if column.is_required()]
        missing = [name for name in required if change.get(name) in (None, "")]
        if missing:
            raise RuleChangeError(
                f"{self.path}, {seed.name}, {_named(seed, change)}: no row is named so, so this is "
                f"a new one, which lacks {', '.join(missing)}. Remedy: correct the "
                f"{', '.join(seed.key)} to change a row, or write these columns to add one"
            )


def read_rule_change(path: Path) -> RuleChange:
    """A YAML file with rows under the names of seeds, or a CSV with changed rows of one seed.

    Raises:
        RuleChangeError: it is neither.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleChangeError(
            f"{path}: not UTF-8 (byte {error.start + 1}). Remedy: save it as UTF-8"
        ) from None
    if path.suffix.lower() == ".csv":
        return RuleChange(_csv_rows(path, text), path)
    return RuleChange(_yaml_rows(path, text), path)


def _yaml_rows(path: Path, text: str) -> dict[str, list[Row]]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RuleChangeError(f"{path} is not valid YAML: {error}") from None
    names = [seed.name for seed in _SEEDS]
    if not isinstance(content, dict) or not content:
        raise RuleChangeError(
            f"{path}: changed rows stand as lists under the names of seeds: {', '.join(names)}"
        )
    rows: dict[str, list[Row]] = {}
    for name, listed in content.items():
        if name not in names:
            raise RuleChangeError(
                f"{path}: {name!r} is no seed of identity. Remedy: one of {', '.join(names)}"
            )
        if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
            raise RuleChangeError(
                f"{path}, {name}: not a list of rows. Remedy: write rows such as "
                "`- {rule_id: 8, is_active: true}`"
            )
        seed = next(seed for seed in _SEEDS if seed.name == name)
        rows[name] = [_checked(path, seed, number, row) for number, row in enumerate(listed, 1)]
    return rows


def _csv_rows(path: Path, text: str) -> dict[str, list[Row]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = [name.strip() for name in reader.fieldnames or ()]
    fitting = [seed for seed in reversed(_SEEDS) if set(seed.key) <= set(header)]
    if not fitting:
        keys = "; ".join(f"{', '.join(seed.key)} for {seed.name}" for seed in _SEEDS)
        raise RuleChangeError(
            f"{path}, line 1: the header names no row of a seed (got {', '.join(header)}). "
            f"Remedy: it needs {keys}"
        )
    seed = fitting[0]
    rows = []
    for cells in reader:
        row = {str(name).strip(): cell for name, cell in cells.items()}
        rows.append(_checked(path, seed, reader.line_num, row))
    return {seed.name: rows}


def _checked(path: Path, seed: _Seed, number: int, row: Row) -> Row:
    """The row itself, when it has its key and no column that the seed lacks."""
    place = f"{path}, {seed.name}, row {number}"
    missing = [name for name in seed.key if row.get(name) in (None, "")]
    if missing:
        raise RuleChangeError(
            f"{place}: {missing[0]} is missing. Remedy: a row is named by {', '.join(seed.key)}"
        )
    unknown = [name for name in row if name not in (*seed.model.model_fields, REMOVE)]
    if unknown:
        raise RuleChangeError(
            f"{place}, column {unknown[0]}: the seed has no such column (got "
            f"{row[unknown[0]]!r}). Remedy: one of {', '.join(seed.model.model_fields)}"
        )
    return row


def _differences(seed: _Seed, present: Row | None, change: Row) -> list[str]:
    name = f"{seed.name}, {_named(seed, change)}"
    if change.get(REMOVE):
        return [f"{name}: goes"]
    if present is None:
        return [f"{name}: is new"]
    return [
        f"{name}: {column} from {_text(present.get(column)) or 'nothing'} "
        f"to {_text(cell) or 'nothing'}"
        for column, cell in change.items()
        if _text(present.get(column)) != _text(cell)
    ]


def _key(seed: _Seed, row: Row) -> tuple[str, ...]:
    return tuple(_text(row.get(name)) for name in seed.key)


def _named(seed: _Seed, row: Row) -> str:
    return " ".join(_key(seed, row))


def _text(cell: Any) -> str:
    """A cell as a CSV writes it."""
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell).strip()
