"""A small demo brand, refreshed once: what several integration tests look at.

`make proof` asks the same questions of a big brand: SIYU_TEST_CUSTOMERS and SIYU_TEST_DAYS.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
    """2,000 people over 45 days, or as asked, loaded and published by the command line.

    Of several test processes one refreshes, the others wait for it and take copies.
    """
    return _brand_of_this_process(tmp_path_factory.getbasetemp())


@cache
def _brand_of_this_process(folder: Path) -> RefreshedBrand:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return _refresh(folder / "demo")
    shared, told = folder.parent / "demo", folder.parent / "demo.pickle"
    with (folder.parent / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            brand = _refresh(shared)
            told.write_bytes(pickle.dumps((brand.truth, brand.output)))
    truth, output = pickle.loads(told.read_bytes())
    shutil.copytree(shared, folder / "demo", symlinks=True)
    return RefreshedBrand(truth, SiyuProcess(folder / "demo"), output)


def _refresh(data: Path) -> RefreshedBrand:
    siyu = SiyuProcess(data)
    brand = simulate_brand(
        siyu.settings.landing_folder,
        siyu.settings.demo_truth_folder,
        customers=int(os.environ.get("SIYU_TEST_CUSTOMERS", "2000")),
        days=int(os.environ.get("SIYU_TEST_DAYS", "45")),
    )
    return RefreshedBrand(brand.truth, siyu, siyu.run("run"))
