"""Contracts from disk: the shipped ones and the brand's own.

A brand contract may start from a shipped one with ``extends: <name>``. Columns are merged by name
(keys given in the brand's file replace, the rest is inherited), the header lists ``not_loaded``,
``dropped`` and ``ignored_header_patterns`` are added to, everything else replaces. Under the name
of a shipped contract it takes that one's place; under another name it stands next to it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipelines.exports.contract import Contract, HeaderRule, raw_table
from pipelines.exports.errors import ContractError
from pipelines.settings import Settings

SHIPPED = Path(__file__).parent / "contracts"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where libyaml is built in, which is almost everywhere."""
_ADDED_LISTS = ("not_loaded", "dropped", "ignored_header_patterns")
_REMEDIES = {
    "missing": "add it",
    "extra_forbidden": "remove it or correct its spelling",
    "literal_error": "use one of the values named above",
    "string_pattern_mismatch": "use lower-case letters, digits and _",
}


@dataclass(frozen=True)
class Contracts:
    """Every contract that files are matched against."""

    by_name: dict[str, Contract]

    def __iter__(self) -> Iterator[Contract]:
        return iter(self.by_name.values())

    def __getitem__(self, name: str) -> Contract:
        return self.by_name[name]

    def get(self, name: str | None) -> Contract | None:
        """Contract of that name, or None when it is gone."""
        return self.by_name.get(name) if name else None

    @cached_property
    def hash(self) -> str:
        """Hash of the whole set: a refused file is tried again when it changes."""
        hashes = "".join(sorted(contract.hash for contract in self))
        return hashlib.sha256(hashes.encode()).hexdigest()[:16]

    @cached_property
    def knowing(self) -> dict[str, list[str]]:
        """Names of the contracts that know a normalised header."""
        names: dict[str, list[str]] = {}
        for contract in self:
            for header in contract.known_headers:
                names.setdefault(header, []).append(contract.contract)
        return names

    @cached_property
    def scan_rows(self) -> int:
        """How many first rows of a table a reader must offer."""
        return max((contract.header.scan_rows for contract in self), default=HeaderRule().scan_rows)

    @cached_property
    def by_raw_table(self) -> dict[str, list[Contract]]:
        """Contracts that fill each raw table."""
        tables: dict[str, list[Contract]] = {}
        for contract in self:
            tables.setdefault(raw_table(contract), []).append(contract)
        return tables


def load_contracts(settings: Settings) -> Contracts:
    """Read and check the shipped and the brand's contracts.

    Raises ``ContractError`` with one line per mistake: file, field, what is wrong, remedy.
    """
    return read_contracts(SHIPPED, settings.brand_configuration / "contracts")


def read_contracts(shipped: Path, brand: Path) -> Contracts:
    """As ``load_contracts``, from two folders; the brand's may be absent."""
    documents: dict[str, tuple[Path, dict[str, Any]]] = {}
    problems: list[str] = []
    for folder in (shipped, brand):
        originals = dict(documents)
        here: dict[str, Path] = {}
        for path in sorted(folder.glob("*.yml")):
            try:
                name, document = _read(path, originals)
                if name in here:
                    raise ContractError(
                        f"{path}: field `contract`: {name!r} is already defined in "
                        f"{here[name].name}. Remedy: give one of them another name"
                    )
                here[name] = path
                documents[name] = path, document
            except ContractError as error:
                problems.append(str(error))
    contracts: dict[str, Contract] = {}
    for name, (path, document) in documents.items():
        try:
            contracts[name] = Contract.model_validate(document)
        except ValidationError as error:
            problems += _readable(path, error, document)
    problems += _table_problems(contracts, documents)
    if problems:
        raise ContractError("\n".join(problems))
    return Contracts(contracts)


def _read(
    path: Path, originals: dict[str, tuple[Path, dict[str, Any]]]
) -> tuple[str, dict[str, Any]]:
    try:
        document = yaml.load(path.read_bytes(), Loader=_LOADER)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f" line {place.line + 1}" if place else ""
        raise ContractError(
            f"{path}:{line} not valid YAML: {getattr(error, 'problem', None) or error}. "
            "Remedy: check indentation, quote texts that hold : or #, save as UTF-8"
        ) from error
    if not isinstance(document, dict):
        raise ContractError(f"{path}: holds no fields. Remedy: start with `contract: <name>`")
    parent = document.pop("extends", None)
    if parent is not None:
        if parent not in originals:
            raise ContractError(
                f"{path}: field `extends`: there is no shipped contract {parent!r}. "
                f"Remedy: use one of {', '.join(sorted(originals)) or 'none'}"
            )
        document = _merge(originals[parent][1], document)
    return str(document.get("contract")), document


def _merge(parent: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    merged = {**parent, **child}
    for field in _ADDED_LISTS:
        if isinstance(child.get(field), list):
            merged[field] = [*parent.get(field, []), *child[field]]
    if isinstance(child.get("columns"), list):
        merged["columns"] = _merge_columns(parent["columns"], child["columns"])
    taken = {
        header
        for column in merged["columns"]
        if isinstance(column, dict)
        for header in column.get("headers") or []
    }
    for field in ("not_loaded", "dropped"):  # a brand may load what the parent leaves out
        merged[field] = [header for header in merged.get(field, []) if header not in taken]
    return merged


def _merge_columns(parent: list[Any], child: list[Any]) -> list[Any]:
    changes = {c["name"]: c for c in child if isinstance(c, dict) and "name" in c}
    merged = [{**column, **changes.pop(column["name"], {})} for column in parent]
    nameless = [c for c in child if not (isinstance(c, dict) and "name" in c)]
    return [*merged, *changes.values(), *nameless]


def _readable(path: Path, error: ValidationError, document: dict[str, Any]) -> list[str]:
    lines = []
    items = error.errors(include_url=False)
    places = [item["loc"] for item in items]
    for item in items:
        depth = len(item["loc"])
        if item["type"] == "too_short" and sum(p[:depth] == item["loc"] for p in places) > 1:
            continue  # its items are wrong, which has its own lines
        field = ".".join(str(part) for part in item["loc"]) or "(whole contract)"
        field = _with_column_name(field, document)
        message = item["msg"].removeprefix("Value error, ")
        given = (
            "" if item["type"] in ("missing", "value_error") else f" (got {item['input']!r:.60})"
        )
        remedy = _REMEDIES.get(item["type"], "correct the value")
        suffix = "" if item["type"] == "value_error" else f". Remedy: {remedy}"
        lines.append(f"{path}: field `{field}`: {message}{given}{suffix}")
    return lines


def _with_column_name(field: str, document: dict[str, Any]) -> str:
    found = re.match(r"columns\.(\d+)(.*)", field)
    if not found:
        return field
    column = document["columns"][int(found[1])]
    name = column.get("name", found[1]) if isinstance(column, dict) else found[1]
    return f"columns[{name}]{found[2]}"


def _table_problems(
    contracts: dict[str, Contract], documents: dict[str, tuple[Path, dict[str, Any]]]
) -> list[str]:
    """Contracts that fill one raw table must agree on the types of its columns."""
    problems = []
    types: dict[tuple[str, str], tuple[str, str]] = {}
    for name, contract in contracts.items():
        for column, sql_type in contract.raw_columns.items():
            known, owner = types.setdefault((raw_table(contract), column), (sql_type, name))
            if known != sql_type:
                problems.append(
                    f"{documents[name][0]}: field `columns[{column}]`: fills "
                    f"{raw_table(contract)}.{column} as {sql_type}, contract {owner!r} as {known}. "
                    "Remedy: use the same type, or another column name"
                )
    return problems
