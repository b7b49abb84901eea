"""Removal effects: by hand, against the textbook's linear equations, and where nothing converts."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from pipelines.attribution.markov import ChainError, Steps, removal_effects
from tests.unit.attribution.journeys import Counts, steps_of


def drawn(seed: int, channels: int = 5) -> Counts:
    generator = random.Random(seed)
    paths = {}
    for _ in range(40):
        path = tuple(generator.randint(1, channels) for _ in range(generator.randint(1, 6)))
        conversions = generator.randint(0, 3)
        paths[path] = (conversions, generator.randint(0 if conversions else 1, 3), conversions * 7)
    return paths


def by_definition(paths: Counts, order: int, removed: int) -> Fraction:
    """Conversions without a channel, in fractions: Gaussian elimination on the removed chain."""
    counts: dict[tuple[int, ...], dict[object, int]] = {}
    for path, (conversions, nulls, _) in paths.items():
        ends = max(1, len(path) - order + 1)
        states: list[object] = ["start", *(path[n : n + order] for n in range(ends))]
        for count, end in ((conversions, "converted"), (nulls, "lost")):
            for now, then in zip(states, [*states[1:], end], strict=True):
                if count:
                    following = counts.setdefault(now, {})
                    following[then] = following.get(then, 0) + int(count)
    names = [state for state in counts if state == "start" or removed not in state]
    place = {state: number for number, state in enumerate(names)}
    rows = []
    for state in names:
        total = sum(counts[state].values())
        row = [Fraction(0)] * (len(names) + 1)
        row[place[state]] += 1
        for then, count in counts[state].items():
            if then == "converted":
                row[-1] += Fraction(count, total)
            elif then in place:
                row[place[then]] -= Fraction(count, total)
        rows.append(row)
    for pivot in range(len(rows)):
        best = next(n for n in range(pivot, len(rows)) if rows[n][pivot] != 0)
        rows[pivot], rows[best] = rows[best], rows[pivot]
        rows[pivot] = [value / rows[pivot][pivot] for value in rows[pivot]]
        for other in range(len(rows)):
            if other != pivot and rows[other][pivot] != 0:
                factor = rows[other][pivot]
                rows[other] = [
                    a - factor * b for a, b in zip(rows[other], rows[pivot], strict=True)
                ]
    return rows[place["start"]][-1]


def test_two_channels_by_hand() -> None:
    """a > b converts once, a alone is lost, b alone converts twice: without b nothing is left."""
    found = removal_effects(steps_of({(1, 2): (1, 0, 10), (1,): (0, 1, 0), (2,): (2, 0, 20)}))
    assert found.channels.tolist() == [1, 2]
    # b converts whoever comes to it: 3/4 of all, and all that convert; through a comes 1/2 · 1/2
    assert found.conversions.tolist() == pytest.approx([1 / 3, 1.0], abs=1e-15)
    assert found.revenue.tolist() == pytest.approx([1 / 3, 1.0], abs=1e-15)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_effects_equal_the_definition_in_exact_fractions(order: int, seed: int) -> None:
    paths = drawn(seed, 4)
    whole = by_definition(paths, order, removed=0)
    found = removal_effects(steps_of(paths), order)
    for channel, effect in zip(found.channels.tolist(), found.conversions, strict=True):
        lost = 1 - by_definition(paths, order, removed=channel) / whole
        assert effect == pytest.approx(float(lost), abs=1e-12)


def test_equal_revenue_per_conversion_gives_equal_effects() -> None:
    for order in (1, 2, 3):
        found = removal_effects(steps_of(drawn(7)), order)
        assert found.revenue == pytest.approx(found.conversions, abs=1e-12)


def test_repeats_of_a_channel_change_nothing_in_order_one() -> None:
    once = {(1, 2): (3, 1, 0), (2, 3): (1, 4, 0), (3,): (1, 1, 0)}
    often = {(1, 1, 2, 2): (3, 1, 0), (2, 3, 3, 3): (1, 4, 0), (3,): (1, 1, 0)}
    a, b = removal_effects(steps_of(once)), removal_effects(steps_of(often))
    assert a.conversions == pytest.approx(b.conversions, abs=1e-15)


def test_the_order_of_the_rows_leaves_no_trace() -> None:
    steps = steps_of(drawn(3))
    shuffled = np.random.default_rng(1).permutation(len(steps.paths))
    again = Steps(*(getattr(steps, name)[shuffled] for name in Steps.__dataclass_fields__))
    for order in (1, 2, 3):
        a, b = removal_effects(steps, order), removal_effects(again, order)
        assert a.conversions == pytest.approx(b.conversions, abs=1e-13)


def test_without_conversions_nothing_is_lost() -> None:
    found = removal_effects(steps_of({(1, 2): (0, 5, 0)}), 2)
    assert found.conversions.tolist() == [0.0, 0.0]
    empty = np.empty(0, dtype=np.int64)
    nothing = Steps(empty, empty > 0, empty > 0, empty * 1.0, empty * 1.0)
    assert len(removal_effects(nothing).channels) == 0


def test_a_channel_that_every_path_starts_with_has_effect_one() -> None:
    for order in (1, 2, 3):
        found = removal_effects(steps_of({(1, 2, 1, 3): (1, 2, 5), (1, 3): (1, 0, 5)}), order)
        assert found.conversions[0] == pytest.approx(1.0, abs=1e-14)


def test_an_unknown_order_is_named() -> None:
    with pytest.raises(ChainError, match="order 4; orders 1 to 3"):
        removal_effects(steps_of({(1,): (1, 0, 0)}), 4)
