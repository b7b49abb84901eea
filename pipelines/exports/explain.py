"""Why a contract fits a file, and what becomes of every header of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.exports.column import PERSONAL_PARTS, Column
from pipelines.exports.detect import Match
from pipelines.exports.headers import normalise_header, without_number

_KEPT = {
    "key": "a keyed hash", "keys": "keyed hashes", "masked": "a masked form",
    "province": "the province", "city": "the city",
}  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """One matched table, in sentences' worth of facts."""

    known: int
    headers: int
    """Headers of the file that have a name."""
    required: tuple[str, ...]
    """Headers of the file without which the contract would not fit."""
    variant: str
    """Why it is this variant."""
    key: tuple[str, ...]
    """Headers that tell one row from another, and what is not in the file."""
    loaded: tuple[tuple[str, str], ...]
    """Header and ``column type``."""
    personal: tuple[tuple[str, str], ...]
    """Header and what is kept of its values."""
    dropped: tuple[str, ...]
    not_loaded: tuple[str, ...]
    collected: tuple[str, ...]
    missing: tuple[str, ...]
    """Headers that the contract would load and that the file lacks."""


def explain(match: Match) -> Explanation:
    """What a match rests on."""
    contract = match.contract
    header_of = {name: match.header.cells[i].strip() for name, i in match.positions.items()}
    columns = [contract.column_by_name[name] for name in header_of]
    named = [header for header in match.header_positions if header]
    return Explanation(
        known=len(named) - len(match.unknown_headers),
        headers=len(named),
        required=tuple(
            header_of[c.name] for c in columns if c.required or c.name in contract.header.must_have
        ),
        variant=_variant(match),
        key=tuple(_key(match, header_of)),
        loaded=tuple(
            (header_of[c.name], f"{c.name} {c.type}") for c in columns if not c.is_personal
        ),
        personal=tuple((header_of[c.name], kept(c)) for c in columns if c.is_personal),
        dropped=_present(match, contract.dropped),
        not_loaded=_present(match, contract.not_loaded),
        collected=tuple(header for group in match.collected.values() for header in group),
        missing=tuple(
            c.label for c in contract.columns if c.name not in header_of and not c.collects
        ),
    )


def kept(column: Column) -> str:
    """What goes on of a personal value."""
    return " and ".join(_KEPT[part] for part in PERSONAL_PARTS[column.type])


def _variant(match: Match) -> str:
    variant = next((v for v in match.contract.variants if v.name == match.variant), None)
    if variant is None:
        return "the format has one form"
    reasons = [f"has {', '.join(variant.has)}"] if variant.has else []
    reasons += [f"lacks {', '.join(variant.lacks)}"] if variant.lacks else []
    return " and ".join(reasons) or "no other form fits"


def _key(match: Match, header_of: dict[str, str]) -> Iterator[str]:
    owners = {raw: column.name for column in match.contract.columns for raw in column.raw_columns}
    names = dict.fromkeys(owners.get(raw, raw) for raw in match.contract.snapshot.key)
    for name in names:
        column = match.contract.column_by_name.get(name)
        if name in header_of:
            yield header_of[name]
        elif column is not None and column.is_outside:
            yield f"{name} (from the name of the file or sheet)"
        else:
            yield f"{name} (not in the file)"


def _present(match: Match, headers: tuple[str, ...]) -> tuple[str, ...]:
    wanted = {normalise_header(header) for header in headers}
    return tuple(
        match.header.cells[i].strip()
        for header, i in match.header_positions.items()
        if not wanted.isdisjoint((header, without_number(header)))
    )
