"""A small demo brand, refreshed once: what several integration tests look at.

`make proof` asks the same questions of a big brand: SIYU_TEST_CUSTOMERS and SIYU_TEST_DAYS.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from pipelines.simulation import Truth, simulate_brand
from tests.siyu_process import SiyuProcess


@dataclass(frozen=True)
class RefreshedBrand:
    """The truth about the brand, the `siyu` that refreshed it, and what that printed."""

    truth: Truth
    siyu: SiyuProcess
    output: str


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> RefreshedBrand:
    """2,000 people over 45 days, or as asked, loaded and published by the command line."""
    siyu = SiyuProcess(tmp_path_factory.mktemp("demo"))
    brand = simulate_brand(
        siyu.settings.landing_folder,
        siyu.settings.demo_truth_folder,
        customers=int(os.environ.get("SIYU_TEST_CUSTOMERS", "2000")),
        days=int(os.environ.get("SIYU_TEST_DAYS", "45")),
    )
    return RefreshedBrand(brand.truth, siyu, siyu.run("run"))
