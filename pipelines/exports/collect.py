"""Columns that differ by brand, such as tag groups, as one JSON object a row."""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl


def collected(cells: pl.DataFrame, headers: Mapping[str, int]) -> pl.Series:
    """Header → cell of every cell that is not blank, as JSON text; null when all are blank.

    ``cells`` are named by position.
    """
    members = [
        _members(cells[str(position)], header).alias(str(position))
        for header, position in headers.items()
    ]
    joined = pl.concat_str(pl.all(), separator=", ", ignore_nulls=True)
    some = pl.any_horizontal(pl.all().is_not_null())
    return pl.DataFrame(members).select(
        pl.when(some).then(pl.lit("{") + joined + pl.lit("}")).alias("json")
    )["json"]


def _members(cells: pl.Series, header: str) -> pl.Series:
    """``"header": "cell"``, null for a blank cell."""
    texts = cells.str.strip_chars().alias("text")
    unique = texts.unique().drop_nulls()
    name = json.dumps(header, ensure_ascii=False)
    members = [
        f"{name}: {json.dumps(text, ensure_ascii=False)}" if text else None for text in unique
    ]
    lookup = pl.DataFrame({"text": unique, "member": pl.Series(members, dtype=pl.String)})
    return texts.to_frame().join(lookup, on="text", how="left", maintain_order="left")["member"]
