"""What is true about a simulated brand: written from the simulated state, never from its files.

Below the truth folder lie ``truth.json`` (arguments and totals) and one Parquet table each:

people       one row per person: how it stands at the end of the period.
identifiers  one row per identifier and person that the files show; a family phone has two.
touches      one row per touch, in the true order per person (seq from 1).
orders       one row per order in the files, as the newest file that holds it shows it.
relations    one row per stay with a guide, in a group or with an official account.
sends        one row per message or call to one person; not those to groups.
headline     one row per date, platform, account, channel (as a file states it) and metric; value in
             fen for money, else a count.
files        one row per file below landing.

Times are naive Asia/Shanghai. Money is integer fen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as parquet

_MOMENT = pl.Datetime("us")

PEOPLE = pl.Schema(
    {
        "person_id": pl.Int64(),
        "met_at": _MOMENT,
        "first_channel": pl.String(),
        "family_id": pl.Int64(),
        "lifetime_tier": pl.String(),
        "first_a_at": _MOMENT,
        "first_i_at": _MOMENT,
        "first_p_at": _MOMENT,
        "first_l_at": _MOMENT,
        "wechat_new_at": _MOMENT,
        "wechat_deposited_at": _MOMENT,
        "wechat_active_at": _MOMENT,
        "wechat_converted_at": _MOMENT,
        "wechat_repurchased_at": _MOMENT,
        "wechat_referred_at": _MOMENT,
        "douyin_new_at": _MOMENT,
        "douyin_deposited_at": _MOMENT,
        "douyin_active_at": _MOMENT,
        "douyin_converted_at": _MOMENT,
        "douyin_repurchased_at": _MOMENT,
        "douyin_referred_at": _MOMENT,
    }
)
IDENTIFIERS = pl.Schema(
    {
        "identifier_type": pl.String(),
        "identifier_value": pl.String(),
        "person_id": pl.Int64(),
        "valid_from": _MOMENT,
        "valid_to": _MOMENT,
        "mess": pl.String(),
    }
)
TOUCHES = pl.Schema(
    {
        "person_id": pl.Int64(),
        "seq": pl.Int64(),
        "at": _MOMENT,
        "kind": pl.String(),
        "channel": pl.String(),
        "campaign": pl.String(),
        "order_no": pl.Int64(),
    }
)
ORDERS = pl.Schema(
    {
        "platform": pl.String(),
        "account": pl.String(),
        "order_id": pl.String(),
        "order_no": pl.Int64(),
        "person_id": pl.Int64(),
        "is_identified": pl.Boolean(),
        "created_at": _MOMENT,
        "is_paid": pl.Boolean(),
        "is_valid": pl.Boolean(),
        "gross_fen": pl.Int64(),
        "refund_fen": pl.Int64(),
        "channel": pl.String(),
        "campaign": pl.String(),
        "stated_channel": pl.String(),
    }
)
"""is_identified: the file carries a person key. gross: what was paid at first. A valid order is
paid, not closed and not refunded whole. order_no is null for a receipt of returns alone. channel
is the true cause; stated_channel is what the file says, null where it says nothing."""
HEADLINE = pl.Schema(
    {
        "date": pl.Date(),
        "platform": pl.String(),
        "account": pl.String(),
        "channel": pl.String(),
        "metric": pl.String(),
        "value": pl.Int64(),
    }
)
RELATIONS = pl.Schema(
    {
        "kind": pl.String(),
        "account": pl.String(),
        "person_id": pl.Int64(),
        "identifier_value": pl.String(),
        "holder": pl.String(),
        "began_at": _MOMENT,
        "ended_at": _MOMENT,
        "ended_by": pl.String(),
    }
)
"""kind is wecom_contact (holder: the guide's userid), wecom_group (holder: the group's chat_id) or
official_account. ended_by is customer, staff, transfer or silent (nobody can tell)."""
SENDS = pl.Schema(
    {
        "medium": pl.String(),
        "campaign": pl.String(),
        "person_id": pl.Int64(),
        "sent_at": _MOMENT,
        "is_reached": pl.Boolean(),
    }
)
"""medium is sms, ai_call, email or wecom_single; a call reaches who answers it."""
FILES = pl.Schema(
    {
        "path": pl.String(),
        "exported_at": _MOMENT,
        "delivered_at": _MOMENT,
        "rows": pl.Int64(),
        "rejected": pl.Int64(),
        "junk": pl.Int64(),
        "repeats": pl.String(),
    }
)
"""repeats: the path of an earlier file with the same bytes, which a loader must not count twice."""
TABLES = {
    "people": PEOPLE,
    "identifiers": IDENTIFIERS,
    "touches": TOUCHES,
    "orders": ORDERS,
    "headline": HEADLINE,
    "relations": RELATIONS,
    "sends": SENDS,
    "files": FILES,
}

MESS = (
    "none",
    "family_phone",
    "store_phone",
    "test_number",
    "changed_phone",
    "reused_phone",
    "mixed_up_phone",
    "companion_phone",
    "renamed_nick",
    "merged_card",
)
"""What may be wrong with the link between an identifier and a person. A mixed-up or a companion's
phone is its holder's, and some file gives it to another person."""


def local_time(seconds: pl.Expr | None) -> pl.Expr:
    """Local seconds as a naive local time; None is null."""
    if seconds is None:
        return pl.lit(None, dtype=_MOMENT)
    return pl.from_epoch(seconds, time_unit="s").cast(_MOMENT)


def with_columns_of(frame: pl.DataFrame, columns: pl.Schema) -> pl.DataFrame:
    """The frame in exactly these columns and types; absent ones are null."""
    absent = [pl.lit(None).alias(name) for name in columns if name not in frame.columns]
    return frame.with_columns(absent).select(*columns).cast(columns)


@dataclass
class TruthWriter:
    """Appends truth tables below ``folder``, block by block."""

    folder: Path
    _writers: dict[str, parquet.ParquetWriter] = field(default_factory=dict)
    _headline: list[pl.DataFrame] = field(default_factory=list)
    _totals: dict[str, int] = field(default_factory=dict)

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Add rows to a table of TABLES, in exactly its columns."""
        content = frame.select(*TABLES[table]).cast(TABLES[table]).to_arrow()
        if table not in self._writers:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{table}.parquet"
            self._writers[table] = parquet.ParquetWriter(path, content.schema, compression="zstd")
        self._writers[table].write_table(content)

    def add_headline(self, frame: pl.DataFrame) -> None:
        """Add figures in the columns of HEADLINE (channel may be absent); equal keys are summed up
        at the end.
        """
        self._headline.append(with_columns_of(frame, HEADLINE))
        if len(self._headline) > 64:
            self._headline = [_summed(self._headline)]

    def add_totals(self, **counts: int) -> None:
        """Add to totals of truth.json."""
        for name, count in counts.items():
            self._totals[name] = self._totals.get(name, 0) + count

    def close(self, files: pl.DataFrame, arguments: Mapping[str, Any]) -> None:
        """Write what was summed up, the files, and truth.json."""
        if self._headline:
            self.append("headline", _summed(self._headline))
        self.append("files", files)
        for table, columns in TABLES.items():
            self.append(table, pl.DataFrame(schema=columns)) if table not in self._writers else None
        for writer in self._writers.values():
            writer.close()
        once = files.filter(pl.col("repeats").is_null())
        self.add_totals(
            files=once.height,
            repeated_files=files.height - once.height,
            **{name: int(once[name].sum()) for name in ("rows", "rejected", "junk")},
        )
        content = {"arguments": dict(arguments), "totals": dict(sorted(self._totals.items()))}
        text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
        (self.folder / "truth.json").write_text(text + "\n", "utf-8")


@dataclass(frozen=True)
class Truth:
    """Reads the truth of a simulated brand; every table is read when it is asked for."""

    folder: Path

    @cached_property
    def _content(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "truth.json").read_text("utf-8")))

    @property
    def arguments(self) -> dict[str, Any]:
        """What the brand was simulated with."""
        return dict(self._content["arguments"])

    @property
    def totals(self) -> dict[str, int]:
        """Counts over the whole brand."""
        return dict(self._content["totals"])

    @property
    def first_day(self) -> date:
        """First local day."""
        return date.fromisoformat(self.arguments["first_day"])

    @property
    def last_day(self) -> date:
        """Last local day."""
        return date.fromisoformat(self.arguments["last_day"])

    def table(self, name: str) -> pl.DataFrame:
        """One of TABLES."""
        return pl.read_parquet(self.folder / f"{name}.parquet")

    @cached_property
    def people(self) -> pl.DataFrame:
        """Columns of PEOPLE."""
        return self.table("people")

    @cached_property
    def identifiers(self) -> pl.DataFrame:
        """Columns of IDENTIFIERS."""
        return self.table("identifiers")

    @cached_property
    def touches(self) -> pl.DataFrame:
        """Columns of TOUCHES."""
        return self.table("touches")

    @cached_property
    def orders(self) -> pl.DataFrame:
        """Columns of ORDERS."""
        return self.table("orders")

    @cached_property
    def headline(self) -> pl.DataFrame:
        """Columns of HEADLINE."""
        return self.table("headline")

    @cached_property
    def relations(self) -> pl.DataFrame:
        """Columns of RELATIONS."""
        return self.table("relations")

    @cached_property
    def sends(self) -> pl.DataFrame:
        """Columns of SENDS."""
        return self.table("sends")

    @cached_property
    def files(self) -> pl.DataFrame:
        """Columns of FILES."""
        return self.table("files")


def _summed(parts: list[pl.DataFrame]) -> pl.DataFrame:
    keys = ["date", "platform", "account", "channel", "metric"]
    return pl.concat(parts).group_by(keys).agg(pl.col("value").sum()).sort(keys)
