"""Shapley values against the definition over all permutations, and the three ways to them."""

from __future__ import annotations

import random
from itertools import permutations

import numpy as np
import pytest

from pipelines.attribution.shapley import (
    CoalitionError,
    Coalitions,
    _by_lattice,
    _by_lookup,
    rate_shares,
)
from tests.unit.attribution.journeys import Counts, coalitions_of, mask_of


def drawn(seed: int, channels: int, draws: int = 60) -> Counts:
    generator = random.Random(seed)
    return {
        tuple(generator.randint(1, channels) for _ in range(generator.randint(1, 6))): (
            generator.randint(0, 4),
            generator.randint(1, 4),
            0,
        )
        for _ in range(draws)
    }


def by_permutations(coalitions: Coalitions, mask: int) -> dict[int, float]:
    """Mean over all orders in which the set's channels may arrive of what each adds."""
    rate = dict(
        zip(coalitions.masks.tolist(), coalitions.conversions / coalitions.paths, strict=True)
    )
    channels = [n + 1 for n in range(62) if mask >> n & 1]
    orders = list(permutations(channels))
    added = dict.fromkeys(channels, 0.0)
    for order in orders:
        for arrived, channel in enumerate(order):
            before, after = mask_of(order[:arrived]), mask_of(order[: arrived + 1])
            added[channel] += rate.get(after, 0.0) - rate.get(before, 0.0)
    return {channel: total / len(orders) / rate[mask] for channel, total in added.items()}


@pytest.mark.parametrize("seed", range(4))
def test_shares_equal_the_mean_over_all_permutations(seed: int) -> None:
    coalitions = coalitions_of(drawn(seed, 40 if seed % 2 else 6))
    found = rate_shares(coalitions)
    shares = dict(zip(zip(found.masks, found.channels, strict=True), found.shares, strict=True))
    converting = coalitions.masks[coalitions.conversions > 0].tolist()
    assert {mask for mask, _ in shares} == set(converting)
    for mask in converting:
        for channel, share in by_permutations(coalitions, mask).items():
            assert shares.pop((mask, channel)) == pytest.approx(share, abs=1e-12)
    assert not shares


def test_both_ways_agree_on_every_set_of_ten_channels() -> None:
    masks = np.arange(1, 1 << 10)
    worth = np.random.default_rng(5).random(len(masks))
    assert _by_lattice(masks, worth, 10) == pytest.approx(_by_lookup(masks, worth, 10), abs=1e-10)


def test_a_set_of_one_earns_everything_and_a_useless_channel_loses() -> None:
    """a alone converts always, a with b half as often: b's share is (1/2 - 1) / 2 over 1/2."""
    found = rate_shares(coalitions_of({(1,): (4, 0, 0), (1, 2): (2, 2, 0)}))
    pairs = zip(found.masks.tolist(), found.channels.tolist(), strict=True)
    shares = dict(zip(pairs, found.shares, strict=True))
    assert shares == pytest.approx({(1, 1): 1.0, (3, 1): 1.5, (3, 2): -0.5})


def test_too_many_channels_are_folded_and_named() -> None:
    coalitions = coalitions_of(drawn(9, 30, 400))
    exact, found = rate_shares(coalitions), rate_shares(coalitions, max_work=10)
    assert len(exact.folded) == 0
    assert len(found.folded) == 11
    held = np.array([(coalitions.masks >> n - 1 & 1) @ coalitions.paths for n in range(1, 31)])
    assert held[found.folded - 1].max() <= np.delete(held, found.folded - 1).min()
    sums = dict.fromkeys(found.masks.tolist(), 0.0)
    for mask, share in zip(found.masks.tolist(), found.shares, strict=True):
        sums[mask] += share
    assert list(sums.values()) == pytest.approx([1.0] * len(sums), abs=1e-9)
    assert set(zip(found.masks, found.channels, strict=True)) == set(
        zip(exact.masks, exact.channels, strict=True)
    )


def test_without_conversions_there_are_no_shares() -> None:
    assert len(rate_shares(coalitions_of({(1, 2): (0, 3, 0)})).shares) == 0


def test_a_mask_without_a_channel_is_named() -> None:
    wrong = Coalitions(np.array([0]), np.array([1.0]), np.array([1.0]))
    with pytest.raises(CoalitionError, match="set of channels 0"):
        rate_shares(wrong)
