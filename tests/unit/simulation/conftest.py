"""One small brand for all tests of the simulation."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from pipelines.simulation import Truth, simulate_brand


class Written(NamedTuple):
    """A brand's landing folder and its truth."""

    landing: Path
    truth: Truth

    def paths(self, pattern: str) -> list[Path]:
        """Files below landing that match, oldest export first."""
        return sorted(self.landing.glob(pattern))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    root = tmp_path_factory.mktemp("brand")
    brand = simulate_brand(root / "landing", root / "truth", customers=2_000, days=60, seed=7)
    return Written(brand.landing, brand.truth)
