"""Made-up journeys of eight channels: the same on every machine and Python. Standard library only,
as the programs of the reference run them too."""

from __future__ import annotations

import random
from dataclasses import dataclass

CHANNELS = tuple("abcdefgh")
SEPARATOR = " > "


@dataclass(frozen=True)
class Journey:
    """A distinct path, how often it converted and how often it did not."""

    channels: tuple[str, ...]
    conversions: int
    nulls: int
    revenue_fen: int
    """Of all its conversions."""

    @property
    def text(self) -> str:
        """As ChannelAttribution reads it."""
        return SEPARATOR.join(self.channels)


def journeys(seed: int = 20260601, draws: int = 600) -> list[Journey]:
    """Distinct paths of 1 to 9 touches with repeats: common channels, rare ones, dull ones."""
    generator = random.Random(seed)
    made: dict[tuple[str, ...], Journey] = {}
    for _ in range(draws):
        length = min(1 + int(generator.expovariate(0.4)), 9)
        path = tuple(CHANNELS[int(generator.random() ** 2 * 8)] for _ in range(length))
        conversions = generator.randrange(0, 4) if "e" in path else generator.randrange(0, 9)
        nulls = generator.randrange(0, 30) if "c" in path else generator.randrange(1, 12)
        revenue = conversions * generator.randrange(1_000, 90_000)
        made[path] = Journey(path, conversions, nulls, revenue)
    return [made[path] for path in sorted(made)]
