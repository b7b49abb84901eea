"""Shapley values of channels within each set of channels that converted: exact, any order of sets.

The game: a coalition is worth the conversion rate of the paths that hold exactly its channels (the
game of marketing-attribution-models, there cut to the last channels of a path; here never cut).
The conversions of a set go to its channels in proportion to their Shapley values in the game of the
set. A channel whose presence lowers the rate has a negative share.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MAX_CHANNELS = 62
"""Bits of a coalition."""
LATTICE_CHANNELS = 20
"""Up to as many channels all 2^n coalitions are computed at once where that is less work."""
_MAX_WORK = 1 << 26
_BLOCK = 1 << 22


class CoalitionError(ValueError):
    """A set of channels that cannot be; the message says which."""


@dataclass(frozen=True)
class Coalitions:
    """Equal-length arrays, one element per distinct set of channels that a path held."""

    masks: Ints
    """Bit n-1 stands for channel n; each mask occurs once, none is 0."""
    conversions: Floats
    paths: Floats
    """Converting and other paths that held exactly these channels."""


@dataclass(frozen=True)
class Shares:
    """Equal-length arrays: a converting set, one of its channels, the share that it earned."""

    masks: Ints
    channels: Ints
    """Channel numbers, from 1."""
    shares: Floats
    """Sum to 1 in each set."""
    folded: Ints
    """Channels that had to be treated as one because the sets are too many and too large."""


def rate_shares(coalitions: Coalitions, max_work: int = _MAX_WORK) -> Shares:
    """Shares of the channels of every converting set in the game of conversion rates.

    Every subset of every set is looked up (2^size of the set) or, with few channels, all
    coalitions are transformed at once. Beyond `max_work` lookups and with more than 20 channels,
    the rarest channels count as one, which shares among them equally.

    Raises:
        CoalitionError: a mask is 0, negative or beyond 62 channels.
    """
    wrong = coalitions.masks[(coalitions.masks <= 0) | (coalitions.masks >> MAX_CHANNELS > 0)]
    if len(wrong):
        raise CoalitionError(
            f"set of channels {wrong[0]}: sets hold 1 to {MAX_CHANNELS} channels, as bits"
        )
    converting = coalitions.masks[coalitions.conversions > 0]
    if not len(converting):
        empty = np.empty(0, dtype=np.int64)
        return Shares(empty, empty, np.empty(0), empty)
    used = _used_channels(coalitions.masks)
    lookups = float(np.sum(2.0 ** np.bitwise_count(converting).astype(float)))
    folded = np.empty(0, dtype=np.int64)
    if len(used) > LATTICE_CHANNELS and lookups > max_work:
        folded = _rarest(coalitions, used)
    return _unfolded(coalitions, used, folded, lookups)


def _unfolded(coalitions: Coalitions, used: Ints, folded: Ints, lookups: float) -> Shares:
    """Solve with the folded channels as one, then share what the one earned among its channels."""
    kept = np.setdiff1d(used, folded)
    places = [*kept.tolist(), *([folded.tolist()] if len(folded) else [])]
    small = _compact(coalitions.masks, places)
    games, inverse = np.unique(small, return_inverse=True)
    conversions = np.bincount(inverse, coalitions.conversions)
    worth = conversions / np.bincount(inverse, coalitions.paths)
    size = len(places)
    if size <= LATTICE_CHANNELS and 2 * size * 2.0**size < lookups:
        values = _by_lattice(games, worth, size)
    else:
        values = _by_lookup(games, worth, size)
    values /= values.sum(axis=1, keepdims=True, where=conversions[:, None] > 0, initial=0) + (
        conversions[:, None] <= 0
    )
    rows = np.flatnonzero(coalitions.conversions > 0)
    masks, channels, shares = [], [], []
    for place, of in enumerate(places):
        members = np.atleast_1d(of)
        holders = rows[(small[rows] >> place) & 1 == 1]
        held = (coalitions.masks[holders][:, None] >> (members - 1)) & 1
        at, which = np.nonzero(held)
        masks.append(coalitions.masks[holders][at])
        channels.append(members[which])
        shares.append((values[inverse[holders], place] / held.sum(axis=1))[at])
    return Shares(np.concatenate(masks), np.concatenate(channels), np.concatenate(shares), folded)


def _used_channels(masks: Ints) -> Ints:
    every = int(np.bitwise_or.reduce(masks))
    return np.array([n + 1 for n in range(MAX_CHANNELS) if every >> n & 1], dtype=np.int64)


def _rarest(coalitions: Coalitions, used: Ints) -> Ints:
    """All but the 19 channels that the most paths hold: with the fold they are 20."""
    holds = ((coalitions.masks[:, None] >> (used - 1)) & 1).astype(float)
    order = np.lexsort((used, -(coalitions.paths @ holds)))
    return np.sort(used[order[LATTICE_CHANNELS - 1 :]])


def _compact(masks: Ints, places: list[int | list[int]]) -> Ints:
    """The masks with bit n for the n-th place, whichever channels stand in it."""
    small = np.zeros_like(masks)
    for place, of in enumerate(places):
        for channel in np.atleast_1d(of):
            small |= ((masks >> (channel - 1)) & 1) << place
    return small


def _by_lattice(games: Ints, worth: Floats, size: int) -> Floats:
    """Moebius transform to dividends, each shared equally, summed up again by a zeta transform."""
    table = np.zeros(1 << size)
    table[games] = worth
    for bit in range(size):
        table.reshape(-1, 2, 1 << bit)[:, 1] -= table.reshape(-1, 2, 1 << bit)[:, 0]
    table[1:] /= np.bitwise_count(np.arange(1, 1 << size))
    for bit in range(size):
        table.reshape(-1, 2, 1 << bit)[:, 1] += table.reshape(-1, 2, 1 << bit)[:, 0]
    bits = 1 << np.arange(size)
    return np.where(games[:, None] & bits, table[games][:, None] - table[games[:, None] & ~bits], 0)


def _by_lookup(games: Ints, worth: Floats, size: int) -> Floats:
    """Each set's own game: the worth of all its subsets times Shapley's weights."""
    values = np.zeros((len(games), size))
    bits = np.arange(size)
    holds = (games[:, None] >> bits) & 1
    counts = holds.sum(axis=1)
    for members in np.unique(counts):
        subsets, weights = _weights(int(members))
        block = max(1, _BLOCK >> int(members))
        rows = np.flatnonzero(counts == members)
        for some in (rows[first : first + block] for first in range(0, len(rows), block)):
            places = np.nonzero(holds[some])[1].reshape(-1, members)
            wanted = (np.int64(1) << places) @ subsets
            found = np.minimum(np.searchsorted(games, wanted), len(games) - 1)
            worths = np.where(games[found] == wanted, worth[found], 0.0)
            values[some[:, None], places] = worths @ weights
    return values


def _weights(members: int) -> tuple[Ints, Floats]:
    """Subsets as columns of bits, and the weight of each subset's worth for each member."""
    subsets = (np.arange(1, 1 << members) >> np.arange(members)[:, None]) & 1
    sizes = subsets.sum(axis=0)
    within = np.array([1 / (n * comb(members, n)) for n in range(1, members + 1)])
    # A subset without the member counts against it; the whole set lacks nobody.
    without = np.array([-1 / ((members - n) * comb(members, n)) for n in range(1, members)] + [0.0])
    return subsets, np.where(subsets == 1, within[sizes - 1], without[sizes - 1]).T
