"""The exact figures against those of other programs, which reference.json holds.

`python -m tests.golden.attribution.make_reference` writes it, in the environment of the peers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.attribution.markov import Steps, removal_effects
from pipelines.attribution.shapley import rate_shares
from tests.golden.attribution.journeys import CHANNELS, journeys
from tests.unit.attribution.journeys import Counts, coalitions_of, steps_of

SIMULATION_ERROR = 0.003
"""Of removal effects, absolute: ChannelAttribution simulates, the standard error is 0.0006."""


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("reference.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def paths() -> Counts:
    return {
        tuple(CHANNELS.index(name) + 1 for name in journey.channels): (
            journey.conversions,
            journey.nulls,
            journey.revenue_fen / 100,
        )
        for journey in journeys()
    }


@pytest.mark.parametrize("order", [1, 2, 3])
def test_markov_of_made_up_journeys(order: int, paths: Counts, reference: dict[str, Any]) -> None:
    _same_effects(steps_of(paths), order, reference["journeys"]["markov"][str(order)], CHANNELS)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_markov_of_the_bundled_data_set(order: int, reference: dict[str, Any]) -> None:
    """10,000 distinct paths of up to 89 touches, from their steps."""
    bundled = reference["bundled"]
    recent, is_last, conversions, nulls, revenue = np.array(bundled["steps"]).T
    steps = Steps(
        np.concatenate([recent, recent]).astype(np.int64),
        np.concatenate([is_last, is_last]) == 1,
        np.repeat([True, False], len(recent)),
        np.concatenate([conversions, nulls]),
        np.concatenate([revenue, np.zeros(len(recent))]),
    )
    _same_effects(steps, order, bundled["markov"][str(order)], bundled["channels"])


def _same_effects(
    steps: Steps, order: int, theirs: dict[str, Any], channels: list[str] | tuple[str, ...]
) -> None:
    ours = removal_effects(steps, order)
    assert [channels[number - 1] for number in ours.channels] == sorted(theirs["removal"])
    converted = steps.is_last & steps.is_conversion
    for mine, total, at in (
        (ours.conversions, steps.paths[converted].sum(), 0),
        (ours.revenue, steps.revenue[converted].sum(), 1),
    ):
        effects = np.array([theirs["removal"][name][at] for name in sorted(theirs["removal"])])
        credit = np.array([theirs["credit"][name][at] for name in sorted(theirs["credit"])])
        assert mine == pytest.approx(effects, abs=SIMULATION_ERROR)
        assert mine / mine.sum() * total == pytest.approx(credit, rel=0.02, abs=total * 0.001)


def test_shapley_equals_marketing_attribution_models(
    paths: Counts, reference: dict[str, Any]
) -> None:
    coalitions = coalitions_of(paths)
    found = rate_shares(coalitions)
    conversions = dict(zip(coalitions.masks.tolist(), coalitions.conversions, strict=True))
    credit = dict.fromkeys(CHANNELS, 0.0)
    for mask, channel, share in zip(
        found.masks.tolist(), found.channels.tolist(), found.shares, strict=True
    ):
        credit[CHANNELS[channel - 1]] += share * conversions[mask]
    assert credit == pytest.approx(reference["journeys"]["shapley"], abs=1e-9)
