"""What makes a new version: everything that can change a published number, and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.exports.ledger import ensure_ledger
from pipelines.orchestration.fingerprint import inputs_fingerprint
from pipelines.settings import Settings


@pytest.mark.parametrize(
    ("file", "is_new"),
    [
        ("brand.yml", True),
        ("contracts/till.yml", True),
        ("identity/decisions.csv", True),
        ("audiences/sleeping.yml", False),
    ],
)
def test_a_segment_changes_no_published_number(tmp_path: Path, file: str, is_new: bool) -> None:
    with duckdb.connect() as warehouse:
        ensure_ledger(warehouse)
        before = inputs_fingerprint(Settings(brand_folder=tmp_path), warehouse)
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        path.write_text("name: x\n", "utf-8")
        after = inputs_fingerprint(Settings(brand_folder=tmp_path), warehouse)
    assert (before != after) == is_new
