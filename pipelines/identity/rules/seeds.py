"""The rules of identity, read from four seeds and checked before anything is resolved.

`docs/identity.md` says what each column means to the people who change them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar, get_origin

import duckdb
import polars as pl
from pydantic import ValidationError

from pipelines.identity.errors import IdentityInputError
from pipelines.identity.rules.blocklist import impossible_values, pattern_mistake, stored_blocks
from pipelines.identity.rules.rows import (
    BlockedValue,
    BlockPattern,
    IdentifierType,
    MatchingRule,
    SeedRow,
)
from pipelines.identity.rules.values import is_hashed

TYPES_SEED = "identity_identifier_types"
RULES_SEED = "identity_rules"
BLOCK_LIST_SEED = "identity_block_list"
BLOCK_PATTERNS_SEED = "identity_block_patterns"
_TEXTS = {"label_zh", "description", "rule_name"}


@dataclass(frozen=True)
class RuleSeeds:
    """The rows of the four seeds as they stand, not yet checked."""

    identifier_types: Sequence[Mapping[str, Any]]
    matching_rules: Sequence[Mapping[str, Any]]
    block_list: Sequence[Mapping[str, Any]] = ()
    block_patterns: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Rules:
    """Checked rules, in the form in which resolution uses them."""

    identifier_types: Mapping[str, IdentifierType]
    matching_rules: Mapping[int, MatchingRule]
    blocked_values: pl.DataFrame
    """identifier_type, identifier_value as the warehouse stores it, reason."""
    block_patterns: tuple[BlockPattern, ...]
    """Regular expressions for types that are stored as they came; a match is the whole value."""

    @cached_property
    def type_table(self) -> pl.DataFrame:
        """The identifier types, one row each, columns as in the seed."""
        return _table(self.identifier_types.values(), IdentifierType)

    @cached_property
    def rule_table(self) -> pl.DataFrame:
        """The matching rules, one row each, columns as in the seed."""
        return _table(self.matching_rules.values(), MatchingRule)

    @property
    def type_rows(self) -> dict[str, dict[str, Any]]:
        """The identifier types by name, without labels and texts."""
        return {name: row.model_dump(exclude=_TEXTS) for name, row in self.identifier_types.items()}

    @property
    def rule_rows(self) -> dict[str, dict[str, Any]]:
        """The matching rules by rule_id as text, without labels and texts."""
        return {
            str(rule_id): row.model_dump(exclude=_TEXTS)
            for rule_id, row in self.matching_rules.items()
        }

    @cached_property
    def fingerprint(self) -> str:
        """Changes with every rule that can change who is who; labels and texts do not count."""
        content = [
            sorted(json.dumps(row, sort_keys=True) for row in self.type_rows.values()),
            sorted(json.dumps(row, sort_keys=True) for row in self.rule_rows.values()),
            sorted(self.blocked_values.select("identifier_type", "identifier_value").rows()),
            sorted((pattern.identifier_type, pattern.pattern) for pattern in self.block_patterns),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def read_rules(connection: duckdb.DuckDBPyConnection, *, key: bytes) -> Rules:
    """The rules of this warehouse; `key` hashes the clear values of the block list.

    Raises:
        IdentityInputError: one line per mistake: seed, row, column, value and what to do.
    """
    return build_rules(read_seeds(connection), key=key)


def read_seeds(connection: duckdb.DuckDBPyConnection) -> RuleSeeds:
    """The four seeds as dbt loaded them."""
    return RuleSeeds(
        identifier_types=_rows(connection, TYPES_SEED, IdentifierType),
        matching_rules=_rows(connection, RULES_SEED, MatchingRule),
        block_list=_rows(connection, BLOCK_LIST_SEED, BlockedValue),
        block_patterns=_rows(connection, BLOCK_PATTERNS_SEED, BlockPattern),
    )


def build_rules(seeds: RuleSeeds, *, key: bytes) -> Rules:
    """Check the rows of the seeds, also those of a planned change, and make rules of them.

    Raises:
        IdentityInputError: as `read_rules`, all mistakes at once.
    """
    mistakes: list[str] = []
    types = _checked(TYPES_SEED, seeds.identifier_types, IdentifierType, mistakes)
    rules = _checked(RULES_SEED, seeds.matching_rules, MatchingRule, mistakes)
    values = _checked(BLOCK_LIST_SEED, seeds.block_list, BlockedValue, mistakes)
    patterns = _checked(BLOCK_PATTERNS_SEED, seeds.block_patterns, BlockPattern, mistakes)
    _raise(mistakes)
    by_name = {row.identifier_type: row for row in types}
    for identifier_type in types:
        mistakes += _type_mistakes(identifier_type)
    for rule in rules:
        mistakes += _rule_mistakes(rule, by_name)
    mistakes += _value_mistakes(values, by_name)
    for pattern in patterns:
        mistakes += _pattern_mistakes(pattern, by_name)
    _raise(mistakes)
    normalisers = {name: row.normaliser for name, row in by_name.items()}
    return Rules(
        identifier_types=by_name,
        matching_rules={rule.rule_id: rule for rule in rules},
        blocked_values=stored_blocks(values, patterns, normalisers, key),
        block_patterns=tuple(
            pattern for pattern in patterns if not is_hashed(normalisers[pattern.identifier_type])
        ),
    )


_Row = TypeVar("_Row", bound=SeedRow)
_KEYS: dict[type[SeedRow], tuple[str, ...]] = {
    IdentifierType: ("identifier_type",),
    MatchingRule: ("rule_id",),
    BlockedValue: ("identifier_type", "value_clear"),
    BlockPattern: ("identifier_type", "pattern"),
}


def _rows(
    connection: duckdb.DuckDBPyConnection, seed: str, model: type[SeedRow]
) -> list[dict[str, Any]]:
    try:
        seeded = connection.execute(f"select * from seeds.{seed}")
    except duckdb.CatalogException:
        present: list[str] = []
    else:
        present = [name for name, *_ in seeded.description or ()]
    missing = [name for name in model.model_fields if name not in present]
    if missing:
        raise IdentityInputError(
            f"seed {seed}: the warehouse lacks {'the column ' if present else 'the table with '}"
            f"{', '.join(missing)}; `siyu refresh` loads dbt_project/seeds/{seed}.csv anew"
        )
    rows = (dict(zip(present, row, strict=True)) for row in seeded.fetchall())
    return [{name: row[name] for name in model.model_fields} for row in rows]


def _checked(
    seed: str, rows: Iterable[Mapping[str, Any]], model: type[_Row], mistakes: list[str]
) -> list[_Row]:
    """The rows that fit their model; what does not fit, and repeated keys, become mistakes."""
    checked: list[_Row] = []
    seen: set[tuple[object, ...]] = set()
    for number, row in enumerate(rows, start=2):
        key = tuple(row.get(name) for name in _KEYS[model])
        place = f"{seed}, line {number}" if None in key else _place(seed, row, _KEYS[model])
        try:
            filled = {name: cell for name, cell in row.items() if cell not in (None, "")}
            checked.append(model.model_validate(filled))
        except ValidationError as error:
            mistakes += [
                f"{place}, column {'.'.join(map(str, item['loc']))}: {item['msg']} "
                f"(got {row.get(str(item['loc'][0]))!r})"
                for item in error.errors(include_url=False)
            ]
        if key in seen:
            mistakes.append(f"{place} stands there twice: keep one row")
        seen.add(key)
    return checked


def _raise(mistakes: list[str]) -> None:
    if mistakes:
        raise IdentityInputError("\n".join(mistakes))


def _place(seed: str, row: SeedRow | Mapping[str, Any], names: Sequence[str]) -> str:
    cells = row.model_dump() if isinstance(row, SeedRow) else row
    return ", ".join([seed, *(f"{name} {cells[name]}" for name in names)])


def _place_of(seed: str, row: SeedRow) -> str:
    return _place(seed, row, _KEYS[type(row)])


def _type_mistakes(row: IdentifierType) -> Iterator[str]:
    place = _place_of(TYPES_SEED, row)
    if (row.guard_min is None) != (row.guard_max is None):
        yield f"{place}: write both guard_min and guard_max, or leave both blank for no guard"
    elif row.guard_min and row.guard_max and row.guard_min > row.guard_max:
        yield (
            f"{place}, column guard_min: {row.guard_min} is above guard_max {row.guard_max}; "
            "the degree limit lies between the two"
        )
    if row.limit_window_days and not row.max_per_customer:
        yield (
            f"{place}, column limit_window_days: {row.limit_window_days} limits nothing without "
            "max_per_customer; write a limit there or leave the window blank"
        )


def _rule_mistakes(rule: MatchingRule, types: Mapping[str, IdentifierType]) -> Iterator[str]:
    unknown = [
        *_unknown_type(RULES_SEED, rule, types, "identifier_type_a"),
        *_unknown_type(RULES_SEED, rule, types, "identifier_type_b"),
    ]
    yield from unknown
    place = _place_of(RULES_SEED, rule)
    ends = (rule.identifier_type_a, rule.identifier_type_b)
    if rule.is_alias and ends[0] != ends[1]:
        yield (
            f"{place}, column is_alias: an alias joins two identifiers of one type, but "
            f"{ends[0]} and {ends[1]} differ; write false"
        )
    if not unknown and all(types[name].is_shared_device for name in ends):
        yield f"{place}: two shared devices join nobody; take the rule out"


def _value_mistakes(
    values: Sequence[BlockedValue], types: Mapping[str, IdentifierType]
) -> Iterator[str]:
    for value in values:
        yield from _unknown_type(BLOCK_LIST_SEED, value, types)
    known = [value for value in values if value.identifier_type in types]
    for value in impossible_values(known, {name: row.normaliser for name, row in types.items()}):
        yield (
            f"{_place_of(BLOCK_LIST_SEED, value)}, column value_clear: no {value.identifier_type} "
            "can look like this, so nothing would be blocked; correct it or take the row out"
        )


def _pattern_mistakes(pattern: BlockPattern, types: Mapping[str, IdentifierType]) -> Iterator[str]:
    yield from _unknown_type(BLOCK_PATTERNS_SEED, pattern, types)
    known = types.get(pattern.identifier_type)
    if known and (mistake := pattern_mistake(pattern.pattern, known.normaliser)):
        yield f"{_place_of(BLOCK_PATTERNS_SEED, pattern)}, column pattern: {mistake}"


def _unknown_type(
    seed: str, row: SeedRow, types: Mapping[str, IdentifierType], column: str = "identifier_type"
) -> Iterator[str]:
    name = getattr(row, column)
    if name not in types:
        yield (
            f"{_place_of(seed, row)}, column {column}: {name!r} is no identifier type; "
            f"add it to the seed {TYPES_SEED} or correct the name"
        )


def _table(rows: Iterable[SeedRow], model: type[SeedRow]) -> pl.DataFrame:
    schema = {name: _column_type(field.annotation) for name, field in model.model_fields.items()}
    return pl.DataFrame([row.model_dump() for row in rows], schema=schema)


def _column_type(annotation: Any) -> pl.DataType:
    if annotation is bool:
        return pl.Boolean()
    is_text = annotation is str or get_origin(annotation) is Literal
    return pl.String() if is_text else pl.Int64()
