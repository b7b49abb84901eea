"""Shared devices: they join the one customer who uses them, and nobody when several do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.identity.graph import Integers
from pipelines.identity.rules.codes import NO_TIME


@dataclass(frozen=True)
class Placed:
    """Which person each device joins. The first two and the last two arrays are parallel."""

    device: Integers
    person: Integers
    ambiguous: Integers
    """Devices that several people use …"""
    users: Integers
    """… and how many they are."""


def place_devices(
    devices: Integers, people: Integers, last_at: Integers, login_window: int
) -> Placed:
    """Place devices by their links: `devices[i]` was used by `people[i]`, last at `last_at[i]`.

    With a `login_window` (microseconds; 0: none) only people count who were seen within that time
    before the device was seen last; the older ones have handed it on.
    """
    if login_window and len(devices):
        number = np.unique(devices, return_inverse=True)[1]
        latest = np.full(int(number.max()) + 1, NO_TIME)
        np.maximum.at(latest, number, last_at)
        recent = last_at >= latest[number] - login_window
        devices, people = devices[recent], people[recent]
    order = np.lexsort((people, devices))
    devices, people = devices[order], people[order]
    new = np.ones(len(devices), dtype=bool)
    new[1:] = (devices[1:] != devices[:-1]) | (people[1:] != people[:-1])
    used, first, users = np.unique(devices[new], return_index=True, return_counts=True)
    alone = users == 1
    return Placed(used[alone], people[new][first[alone]], used[~alone], users[~alone])
