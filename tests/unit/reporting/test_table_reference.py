"""What the page of published tables says of a made-up project."""

from __future__ import annotations

from pathlib import Path

from pipelines.metrics.catalogue import Catalogue
from pipelines.reporting.table_reference import reference

MANIFEST = {
    "nodes": {
        "model.s.stg": {
            "unique_id": "model.s.stg",
            "resource_type": "model",
            "name": "stg_tmall__orders",
            "fqn": ["s", "staging", "tmall", "stg_tmall__orders"],
            "schema": "staging",
            "depends_on": {"nodes": ["source.s.raw_tmall.orders", "source.s.ledger.files"]},
        },
        "model.s.rpt": {
            "unique_id": "model.s.rpt",
            "resource_type": "model",
            "name": "rpt_sales",
            "fqn": ["s", "marts", "sales", "rpt_sales"],
            "schema": "marts",
            "description": "One row per day (销售).\nOf all shops. ",
            "meta": {"owner": "analytics"},
            "depends_on": {"nodes": ["model.s.stg", "seed.s.rules"]},
            "columns": {
                "day": {
                    "name": "day",
                    "data_type": "date",
                    "description": "The day | local. (日期)",
                    "meta": {"label_zh": "日期"},
                },
            },
        },
        "seed.s.rules": {"unique_id": "seed.s.rules", "resource_type": "seed", "name": "rules"},
    },
    "sources": {
        "source.s.raw_tmall.orders": {"source_name": "raw_tmall", "name": "orders"},
        "source.s.ledger.files": {"source_name": "ledger", "name": "files"},
    },
}


def test_a_table_states_its_grain_origin_owner_and_columns(tmp_path: Path) -> None:
    lines = reference(MANIFEST, Catalogue(tmp_path)).splitlines()

    assert "| [rpt_sales](#rpt_sales) | One row per day (销售). | analytics |" in lines
    section = lines[lines.index("### rpt_sales") :]
    assert section[2] == "One row per day (销售). Of all shops."
    assert "- from: `rules`, `stg_tmall__orders`" in section
    assert "- sources: tmall" in section, "the loader's own ledger is no folder of exports"
    assert "- owner: analytics" in section
    assert "| `day` | 日期 | date | The day \\| local. |" in section
    assert "### stg_tmall__orders" not in lines, "staging is not published"
