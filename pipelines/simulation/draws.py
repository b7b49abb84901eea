"""Small vectorised draws that several parts use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_LETTERS = np.frombuffer(b"0123456789abcdefghijklmnopqrstuvwxyz", dtype=np.uint8)


def random_texts(rng: np.random.Generator, count: int, length: int) -> Array:
    """``count`` texts of ``length`` lower-case letters and digits, shape (count,)."""
    drawn = _LETTERS[rng.integers(0, len(_LETTERS), (count, length), dtype=np.uint8)]
    return np.ascontiguousarray(drawn).view(f"S{length}").reshape(count).astype(f"<U{length}")


def pick(rng: np.random.Generator, options: Sequence[tuple[Any, float]], count: int) -> Array:
    """``count`` values out of (value, weight) pairs, shape (count,)."""
    weights = np.array([weight for _, weight in options])
    return np.array([value for value, _ in options])[
        rng.choice(len(options), size=count, p=weights / weights.sum())
    ]


def pick_by_row(rng: np.random.Generator, weights: Array) -> Array:
    """A column index per row of ``weights`` (rows, columns), shape (rows,).

    Raises ValueError when a row has no weight at all.
    """
    reached = np.cumsum(weights, axis=1)
    if len(reached) and not (reached[:, -1] > 0).all():
        raise ValueError("a row has nothing to pick from")
    drawn = rng.random(len(weights)) * reached[:, -1] if len(reached) else np.empty(0)
    return np.minimum((reached <= drawn[:, None]).sum(axis=1), weights.shape[1] - 1)
