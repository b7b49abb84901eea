"""One small brand for all tests of the simulation."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from pipelines.simulation import DemoBrand, write_demo_brand


class Written(NamedTuple):
    """A brand, its landing folder and its truth folder."""

    brand: DemoBrand
    landing: Path
    truth: Path

    def paths(self, pattern: str) -> list[Path]:
        """Files below landing that match, oldest export first."""
        return sorted(self.landing.glob(pattern))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    root = tmp_path_factory.mktemp("demo")
    brand = write_demo_brand(root / "landing", people=2_000, days=60, seed=7, truth=root / "truth")
    return Written(brand, root / "landing", root / "truth")
