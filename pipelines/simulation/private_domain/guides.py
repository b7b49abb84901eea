"""Store guides: who serves a store, what a guide costs, who leaves within the period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.catalogue import PLACES
from pipelines.simulation.draws import Array
from pipelines.simulation.period import DAY, HOUR, Period, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.snapshots import (
    per_moment,
    snapshot_moments,
    standing_at,
)
from pipelines.simulation.rendering import clock, layout, money

GUIDES_PER_STORE = 3
GUIDES_PER_BLOCK = GUIDES_PER_STORE * len(PLACES)
_FAR = 1 << 60


@dataclass(frozen=True)
class Guides:
    """The guides of one block.

    table: guide (index from 0), number, userid, name, store, department, hired, left (local
    seconds, null while employed), cost_fen (per month).
    """

    table: pl.DataFrame

    @property
    def left(self) -> Array:
        """When each guide leaves; far in the future for who stays. Shape (guides,)."""
        return self.table["left"].fill_null(_FAR).to_numpy()

    def named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame, which has ``guide``, with guide_userid, guide_name, department and store."""
        texts = self.table.select(
            "guide", "department", "store", guide_userid="userid", guide_name="name"
        )
        return frame.join(texts, on="guide", how="left", maintain_order="left")


def simulate_guides(rng: np.random.Generator, period: Period, block_number: int) -> Guides:
    """Three guides per store; one of them leaves in the second half of the period."""
    guide = np.arange(GUIDES_PER_BLOCK)
    number = block_number * GUIDES_PER_BLOCK + guide + 1
    place = guide // GUIDES_PER_STORE
    left: list[int | None] = [None] * GUIDES_PER_BLOCK
    leaver = int(rng.integers(0, GUIDES_PER_BLOCK))
    left[leaver] = period.start + int(period.days * 0.6) * DAY + 18 * HOUR
    text = [f"{n:02d}" for n in number.tolist()]
    table = pl.DataFrame(
        {
            "guide": guide.astype(np.int64),
            "number": [f"G{n:04d}" for n in number.tolist()],
            "userid": [f"guide{n}" for n in text],
            "name": [f"导购{n}" for n in text],
            "store": [PLACES[p].store for p in place.tolist()],
            "department": [f"示例公司/{PLACES[p].province}/门店[{PLACES[p].store}]" for p in place],
            "hired": period.start - rng.integers(60, 1_500, GUIDES_PER_BLOCK) * DAY,
            "cost_fen": rng.integers(45, 75, GUIDES_PER_BLOCK) * 10_000,
        }
    )
    return Guides(table.with_columns(left=pl.Series(left, dtype=pl.Int64)))


def guide_of(person: Array, place: Array) -> Array:
    """The guide index that serves each of the people: always one of their place's store."""
    return place * GUIDES_PER_STORE + person % GUIDES_PER_STORE


def deliver_guides(block: Block, guides: Guides) -> None:
    """The brand's list of guides at the beginning and at the end of the period."""
    moments = snapshot_moments(block.world.period, block.world.period.days)
    rows = standing_at(guides.table, moments, "hired")
    has_left = pl.col("left") <= pl.col("moment")
    cells = {
        "导购编号": pl.col("number"),
        "姓名": pl.col("name"),
        "门店名称": pl.col("store"),
        "企微账号": pl.col("userid"),
        "入职日期": clock(pl.col("hired"), "%Y-%m-%d"),
        "月固定成本(元)": money(pl.col("cost_fen")),
        "状态": pl.when(has_left).then(pl.lit("离职")).otherwise(pl.lit("在职")),
    }
    table = layout(rows, headers.STORE_GUIDES, cells, "")
    for moment, part in per_moment(rows["moment"], table):
        block.world.desk.append(
            f"stores/导购花名册_{stamp(moment, '%Y%m%d%H%M')}.csv",
            part,
            exported_at=moment,
            encoding="utf-8-sig",
        )
