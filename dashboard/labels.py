"""Names of columns, channels and other values in both languages, from where they are defined.

Columns: `marts.rpt_data_dictionary`. Channels, attribution models, segments and KPIs: the seeds
that define them. What marts say in sentences: `sentences`. Everything else: `words.VALUES`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from dashboard import words
from dashboard.figures import Language, Snapshot, Text, Unit
from dashboard.sentences import in_chinese
from pipelines.settings import REPOSITORY

_SEEDS = REPOSITORY / "dbt_project" / "seeds"
_BRANDS = {
    "sms": "SMS", "ai": "AI", "qr": "QR", "wecom": "WeCom", "wechat": "WeChat", "tmall": "Tmall",
    "douyin": "Douyin", "kuaishou": "Kuaishou", "xiaohongshu": "Xiaohongshu", "youzan": "Youzan",
    "oceanengine": "OceanEngine", "google": "Google", "jd": "JD", "crm": "CRM", "pos": "POS",
    "klaviyo": "Klaviyo", "id": "ID", "gmv": "GMV", "cac": "CAC", "cpa": "CPA", "roas": "ROAS",
    "ltv": "LTV", "km": "KM", "cny": "(¥)", "aipl": "AIPL", "wanxiangtai": "Wanxiangtai",
}  # fmt: skip
_TECHNICAL = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""A name that code gave: of a channel, a contract, a column. Anything else is somebody's words."""
_UNIT_SUFFIXES: tuple[tuple[str, Unit], ...] = (
    ("_cny", "money"), ("_rate", "share"), ("_share", "share"), ("_days", "days"),
    ("_date", "date"), ("roas", "ratio"),
)  # fmt: skip


def value(name: object) -> Text:
    """How to call a value of a mart: a channel, a domain, a tier, a model, a path of channels.

    Unknown: as it is.
    """
    key = str(name)
    if " > " in key:
        return path(key)
    if key in words.VALUES:
        return words.VALUES[key]
    chinese = _chinese_names().get(key)
    if chinese:
        return Text(readable(key) if _TECHNICAL.fullmatch(key) else key, chinese)
    if _TECHNICAL.fullmatch(key):
        return Text(readable(key), key)
    return Text(key, in_chinese(key) or key)


def values(names: Iterable[object], language: Language) -> list[str]:
    """`value` of each, in one language."""
    return [value(name)[language] for name in names]


def path(names: str) -> Text:
    """A path of channels, `a > b`, with the channels' names."""
    steps = [value(step) for step in names.split(" > ")]
    return Text(" → ".join(s.en for s in steps), " → ".join(s.zh for s in steps))


def columns(snapshot: Snapshot, table: str, names: Iterable[str]) -> dict[str, Text]:
    """Headers of columns of a published table, by its bare name, as the dictionary has them.

    A column that the query made up has its name in `words.COLUMNS`.
    """
    found = {
        row["column_name"]: row["label_zh"]
        for row in snapshot.polars(
            "select column_name, label_zh from marts.rpt_data_dictionary where table_name = ?",
            [table],
        ).to_dicts()
    }
    return {
        name: words.COLUMNS.get(name) or Text(readable(name), found.get(name) or name)
        for name in names
    }


def units(names: Iterable[str]) -> dict[str, Unit]:
    """Units of columns by their names, as docs/naming.md fixes them."""
    found: dict[str, Unit] = {}
    for name in names:
        if name.startswith("rate_") or name in ("share", "wilson_low", "wilson_high"):
            found[name] = "share"
        for suffix, unit in _UNIT_SUFFIXES:
            if name.endswith(suffix):
                found[name] = unit
    return found


def readable(name: str) -> str:
    """`wecom_qr_code` → `WeCom QR code`."""
    parts = [_BRANDS.get(part, part) for part in name.strip("()").split("_")]
    text = " ".join(parts)
    return text[:1].upper() + text[1:] if parts[0] == name.split("_")[0] else text


@cache
def _chinese_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for file, column, chinese in (
        ("channels.csv", "channel", "label_zh"),
        ("attribution_models.csv", "model", "label_zh"),
        ("segments.csv", "segment_key", "label_zh"),
        ("segments.csv", "description", "description_zh"),
        ("product_role_rules.csv", "description", "description_zh"),
        ("kpis.csv", "kpi", "label_zh"),
        ("kpis.csv", "description", "description_zh"),
        ("kpis.csv", "unavailable_reason", "unavailable_reason_zh"),
    ):
        found.update(_labels(_SEEDS / file, column, chinese))
    return found


def _labels(file: Path, column: str, chinese: str) -> dict[str, str]:
    with file.open(encoding="utf-8", newline="") as rows:
        return {row[column]: row[chinese] for row in csv.DictReader(rows)}
