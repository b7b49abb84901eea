"""The same arguments give the same bytes; impossible arguments give an error that says why."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from pipelines.simulation import write_demo_brand


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    brands = {}
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        brands[name] = write_demo_brand(
            tmp_path / name, people=300, days=35, seed=seed, truth=tmp_path / f"{name}_truth"
        )
    first, again, other = (digests(tmp_path / name) for name in brands)
    assert first == again
    assert digests(tmp_path / "first_truth") == digests(tmp_path / "again_truth")
    assert first.keys() == other.keys()
    assert all(first[path] != other[path] for path in first)
    assert brands["first"].platforms == brands["again"].platforms
    assert brands["first"].platforms != brands["other"].platforms


def test_another_period(tmp_path: Path) -> None:
    brand = write_demo_brand(tmp_path, people=200, days=30, first_day=date(2025, 12, 20))
    assert brand.last_day == date(2026, 1, 18)
    assert brand.orders["created_at"].dt.date().is_between(brand.first_day, brand.last_day).all()
    assert len(list(tmp_path.glob("tmall/flagship/ExportOrderList*.csv"))) == 2


def test_nothing_beside_landing_without_truth(tmp_path: Path) -> None:
    write_demo_brand(tmp_path / "landing", people=100, days=30)
    assert [path.name for path in tmp_path.iterdir()] == ["landing"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"people": 99}, "people must be between 100 and 90000"),
        ({"people": 90_001}, "people must be between 100 and 90000"),
        ({"days": 29}, "days must be 30 or more"),
    ],
)
def test_impossible_arguments(tmp_path: Path, arguments: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        write_demo_brand(tmp_path, **arguments)
    assert not list(tmp_path.iterdir())


def test_truth_never_lands_among_the_exports(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="outside of landing"):
        write_demo_brand(tmp_path, people=100, truth=tmp_path / "truth")
