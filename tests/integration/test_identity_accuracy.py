"""OneID against the true people of brands of every industry profile, on seeds never looked at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.simulation import simulate_brand
from tests.integration.accuracy import accuracy
from tests.siyu_process import SiyuProcess

SEEDS = [int(seed) for seed in os.environ.get("SIYU_TEST_SEEDS", "301").split(",")]
CUSTOMERS = 4_000


@pytest.mark.proof
@pytest.mark.parametrize("profile", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", SEEDS)
def test_one_id_follows_the_people_of_every_kind_of_brand(
    tmp_path: Path, seed: int, profile: int
) -> None:
    siyu = SiyuProcess(tmp_path)
    brand = simulate_brand(
        siyu.settings.landing_folder,
        siyu.settings.demo_truth_folder,
        customers=CUSTOMERS,
        days=365,
        seed=seed,
        profile=profile,
    )
    siyu.run("refresh")
    whole = accuracy(siyu.settings, brand.truth)
    assert whole.precision >= 0.995, whole
    assert whole.recall >= 0.95, whole
