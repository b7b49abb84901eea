"""Sets of channels as SQL tells them, and as the games of Shapley values take them.

SQL knows up to 124 channels: two whole numbers of 62 bits. A game takes 62: beyond that the rarest
channels of the game stand in one place and share equally what the place earns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.attribution.shapley import MAX_CHANNELS, Shares

Ints = NDArray[np.int64]

WORDS = 2
"""Whole numbers of MAX_CHANNELS bits each that tell a set."""


@dataclass(frozen=True)
class PlacedSets:
    """Sets of channels [set, word] and the place that each channel has in the game."""

    sets: Ints
    places: list[Ints]
    """Channel numbers, from 1, of each place."""
    masks: Ints
    """One per set: bit n stands for the n-th place."""

    @property
    def folded(self) -> int:
        """Channels beyond the one that their place is for."""
        return sum(len(members) - 1 for members in self.places)


def placed(sets: Ints, paths: NDArray) -> PlacedSets:
    """Give each channel of `sets` [set, word] a place; `paths` hold exactly the set."""
    numbers = np.arange(1, WORDS * MAX_CHANNELS + 1)
    held = np.array([paths[_holds(sets, number)].sum() for number in numbers])
    used = numbers[held > 0]
    places = [np.array([number]) for number in used]
    if len(used) > MAX_CHANNELS:
        order = used[np.lexsort((used, -held[used - 1]))]
        places = [np.array([number]) for number in order[: MAX_CHANNELS - 1]]
        places.append(np.sort(order[MAX_CHANNELS - 1 :]))
    masks = np.zeros(len(sets), dtype=np.int64)
    for place, members in enumerate(places):
        masks |= np.any([_holds(sets, number) for number in members], axis=0).astype(np.int64) << (
            place
        )
    return PlacedSets(sets, places, masks)


def shares_of_channels(
    of: PlacedSets, shares: Shares, wanted: NDArray[np.bool_]
) -> dict[str, NDArray]:
    """Columns channel_set, further_channel_set, channel_number, share for the wanted sets.

    `shares` are those of the game over the places.
    """
    masks, row = np.unique(shares.masks, return_inverse=True)
    values = np.zeros((len(masks), len(of.places)))
    values[row, shares.channels - 1] = shares.shares
    parts = []
    for place, members in enumerate(of.places):
        held = np.array([_holds(of.sets, number) & wanted for number in members])
        for number, holders in zip(members, held, strict=True):
            rows = np.flatnonzero(holders)
            earned = values[np.searchsorted(masks, of.masks[rows]), place]
            parts.append((of.sets[rows], np.full(len(rows), number), earned / held[:, rows].sum(0)))
    if not parts:
        return {"channel_set": np.empty(0), "further_channel_set": np.empty(0),
                "channel_number": np.empty(0), "share": np.empty(0)}  # fmt: skip
    sets = np.concatenate([part[0] for part in parts])
    return {
        "channel_set": sets[:, 0],
        "further_channel_set": sets[:, 1],
        "channel_number": np.concatenate([part[1] for part in parts]),
        "share": np.concatenate([part[2] for part in parts]),
    }


def _holds(sets: Ints, number: int | np.integer) -> NDArray[np.bool_]:
    word, bit = divmod(int(number) - 1, MAX_CHANNELS)
    return (sets[:, word] >> bit) & 1 == 1
