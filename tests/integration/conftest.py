"""A small demo brand, refreshed once: what several integration tests look at."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipelines.simulation import DemoBrand, write_demo_brand
from tests.siyu_process import SiyuProcess


@dataclass(frozen=True)
class RefreshedBrand:
    """The truth about the brand, the `siyu` that refreshed it, and what that printed."""

    truth: DemoBrand
    siyu: SiyuProcess
    output: str


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> RefreshedBrand:
    """2,000 people over 60 days, loaded and published by the command line."""
    siyu = SiyuProcess(tmp_path_factory.mktemp("demo"))
    truth = write_demo_brand(siyu.settings.landing_folder, people=2_000, days=60)
    return RefreshedBrand(truth, siyu, siyu.run("run"))
