"""The same arguments give the same bytes; impossible arguments give an error that says why."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from pipelines.simulation import SimulationError, block, brand, simulate_brand


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def simulate(folder: Path, **arguments: int) -> Path:
    simulate_brand(
        folder / "landing", folder / "truth", **({"customers": 300, "days": 30} | arguments)
    )
    return folder


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    first, again, other = (
        digests(simulate(tmp_path / name, seed=seed))
        for name, seed in (("first", 1), ("again", 1), ("other", 2))
    )
    assert first == again
    orders = {path for path in first if "/tmall/flagship/" in path or "/pos/" in path}
    assert len(orders & other.keys()) > 60
    assert all(first[path] != other[path] for path in orders & other.keys())


def test_several_blocks_make_one_brand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks share the growing files, write parts of the others, and never share a number."""
    whole = simulate(tmp_path / "whole", customers=250)
    monkeypatch.setattr(block, "BLOCK_SIZE", 100)
    folder = simulate(tmp_path / "blocks", customers=250)
    truth, one = (pl.read_parquet(f / "truth/orders.parquet") for f in (folder, whole))
    people = pl.read_parquet(folder / "truth/people.parquet")
    assert people["person_id"].to_list() == list(range(250))
    assert truth.select("platform", "order_id").is_unique().all()
    assert 0.7 < truth.height / one.height < 1.4
    identifiers = pl.read_parquet(folder / "truth/identifiers.parquet")
    own = identifiers.filter(mess="none").group_by("identifier_type", "identifier_value")
    assert own.agg(pl.col("person_id").n_unique())["person_id"].max() == 1
    files = pl.read_parquet(folder / "truth/files.parquet")
    assert files["path"].is_unique().all()
    assert files.filter(pl.col("path").str.contains("_3.xlsx", literal=True)).height > 0
    headers = [
        path.read_bytes().count(
            "订单编号".encode("gb18030") + b'","' + "买家会员名".encode("gb18030")
        )
        for path in (folder / "landing/tmall/flagship").glob("ExportOrderList*")
    ]
    assert set(headers) == {1}


def test_another_period(tmp_path: Path) -> None:
    truth = simulate_brand(
        tmp_path / "landing", tmp_path / "truth", customers=200, days=30,
        last_day=date(2026, 1, 18),
    ).truth  # fmt: skip
    assert truth.first_day == date(2025, 12, 20)
    ordered = truth.orders["created_at"].dt.date()
    assert ordered.is_between(truth.first_day, truth.last_day).all()


def test_the_last_day_apart(tmp_path: Path) -> None:
    """Without and with --last-day the same files are written, only into other folders."""
    together = digests(simulate(tmp_path / "together") / "landing")
    folder = tmp_path / "apart"
    simulate_brand(
        folder / "landing", folder / "truth", customers=300, days=30,
        last_day_folder=folder / "last_day",
    )  # fmt: skip
    before, last = digests(folder / "landing"), digests(folder / "last_day")
    assert not before.keys() & last.keys()
    assert before | last == together
    assert {path.split("/")[0] for path in last} >= {"tmall", "douyin", "pos", "oceanengine"}
    assert len(last) < len(before) / 3


def test_a_simulation_that_breaks_off_leaves_no_half_brand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(_: block.World) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(brand, "BRAND_PARTS", (break_off,))
        with pytest.raises(KeyboardInterrupt):
            simulate(tmp_path / "again")
    assert not (tmp_path / "again/landing").exists()
    assert digests(simulate(tmp_path / "again")) == digests(simulate(tmp_path / "whole"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"customers": 99}, "--customers must be between 100 and 30,000,000, not 99"),
        ({"customers": 30_000_001}, "--customers must be between 100 and 30,000,000"),
        ({"days": 29}, "--days must be 30 or more, not 29"),
        ({"profile": 5}, "--profile must be 1, 2, 3 or 4, not 5"),
    ],
)
def test_impossible_arguments(tmp_path: Path, arguments: dict[str, int], message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        simulate(tmp_path, **arguments)
    assert not list(tmp_path.iterdir())


def test_truth_never_lands_among_the_exports(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="outside of landing"):
        simulate_brand(tmp_path, tmp_path / "truth", customers=100, days=30)


def test_exports_are_never_mixed_with_others(tmp_path: Path) -> None:
    (tmp_path / "landing/tmall").mkdir(parents=True)
    with pytest.raises(SimulationError, match="holds exports already"):
        simulate(tmp_path)
