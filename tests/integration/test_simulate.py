"""`siyu simulate` as a user calls it."""

from __future__ import annotations

from pathlib import Path

from pipelines.simulation import Truth
from tests.siyu_process import SiyuProcess


def test_simulate_writes_a_brand_and_refuses_what_makes_none(tmp_path: Path) -> None:
    siyu, out = SiyuProcess(tmp_path / "data"), tmp_path / "brand"
    arguments = ["simulate", "--customers", "200", "--days", "30", "--out", str(out)]
    output = siyu.run(*arguments, "--profile", "4", "--seed", "3", "--last-day")
    truth = Truth(out / "truth")
    assert f"{truth.totals['files']} files with {truth.totals['rows']:,} rows" in output
    assert truth.arguments["profile"] == 4
    assert truth.arguments["seed"] == 3
    written = [
        f for top in ("landing", "last_day") for f in (out / top).rglob("*.*") if f.is_file()
    ]
    assert len(written) == truth.files.height
    refused = siyu.run(*arguments, expect=1)
    assert "holds exports already" in refused
    assert "Traceback" not in refused
    assert not (tmp_path / "data").exists()
