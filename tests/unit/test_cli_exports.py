"""`siyu inspect` and `siyu add-export` as a newcomer runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.settings import current_settings
from tests.unit.exports.test_drafting import ORDERS


@pytest.fixture
def siyu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command line with its home and data in a folder of the test."""
    monkeypatch.setenv("SIYU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    current_settings.cache_clear()

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    yield run
    current_settings.cache_clear()


def test_from_an_unknown_file_to_a_contract(siyu, tmp_path: Path) -> None:
    path = tmp_path / "微盟订单_20260501.csv"
    path.write_text(ORDERS + "合计,,,,,3,317.00,\n", "utf-8")
    unknown = siyu("inspect", path)
    assert unknown.exit_code == 1
    assert "No contract fits this file" in unknown.output
    assert "siyu add-export" in unknown.output
    drafted = siyu("add-export", path)
    assert drafted.exit_code == 0, drafted.output
    assert "brand/contracts/weimob_orders.yml" in drafted.output
    assert "3 rows read = 2 loaded + 0 rejected + 1 junk (total_row 1)" in drafted.output
    assert "收货人 (person_name), 手机号 (phone)" in drafted.output
    assert "Not certain (" in drafted.output
    known = siyu("inspect", path)
    assert known.exit_code == 0
    assert "is weimob_orders (微盟订单), which fills raw_weimob.orders" in known.output
    assert "the contract knows 8 of its 8 headers" in known.output
    assert "收货地址: never read past the door" in known.output


def test_a_dry_run_shows_what_would_be_rejected(siyu, tmp_path: Path) -> None:
    path = tmp_path / "weimob_订单.csv"
    path.write_text(ORDERS, "utf-8")
    assert siyu("add-export", path, "--source", "weimob").exit_code == 0
    path.write_text(ORDERS.replace("118.00", "abc"), "utf-8")
    checked = siyu("add-export", "--check", "--contract", "weimob_orders", path)
    assert checked.exit_code == 0
    assert "2 rows read = 1 loaded + 1 rejected + 0 junk" in checked.output
    assert "line 3, 实付金额 = 'abc': not an amount in yuan" in checked.output
    assert siyu("add-export", "--contract", "weimob_orders", path).exit_code == 1
