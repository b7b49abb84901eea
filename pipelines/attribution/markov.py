"""Removal effects of an absorbing Markov chain over channels: exact, nothing is simulated.

A path is a sequence of channels that ends in a conversion or in nothing. A state of the chain of
order k is the last k channels; a path shorter than k is one state of its own. The removal effect of
a channel is the share of conversions that would be lost if every state that holds the channel led
nowhere (Anderl et al., "Mapping the customer journey", 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CHANNEL_BITS = 8
"""Bits of one channel number in `Steps.recent`; 0 is no channel."""
MAX_ORDER = 3
_CHANNEL = (1 << CHANNEL_BITS) - 1
_TOLERANCE = 1e-15
_MAX_ROUNDS = 1_000_000
_ROUNDS_PER_CHECK = 4
_COLUMNS = 32
"""Channels that are removed at the same time: bounds the memory of long chains."""


class ChainError(ValueError):
    """The steps do not make a chain that can be solved; the message says why."""


@dataclass(frozen=True)
class Steps:
    """Touches of paths, counted: equal-length arrays, one element per kind of step."""

    recent: Ints
    """The touch's channel and the up to three before it in the path, the newest in the lowest
    8 bits; 0 where the path had not begun."""
    is_last: NDArray[np.bool_]
    """The path ends with this touch."""
    is_conversion: NDArray[np.bool_]
    """The path ends in a conversion."""
    paths: Floats
    """How many paths took the step."""
    revenue: Floats
    """What the conversions of the paths that end here are worth; 0 elsewhere."""


@dataclass(frozen=True)
class RemovalEffects:
    """One element per channel, in ascending order of the channel number."""

    channels: Ints
    conversions: Floats
    """Share of the conversions that are lost without the channel, 0 to 1."""
    revenue: Floats
    """Share of the revenue that is lost without the channel."""
    states: int
    transitions: int
    """Distinct transitions between states, the start and both ends left out."""


def removal_effects(steps: Steps, order: int = 1) -> RemovalEffects:
    """Removal effects of every channel, exact.

    Order 1 takes all of them from one inverse; higher orders iterate the linear equations of all
    channels at once to the end of double precision.

    Raises:
        ChainError: the order is not 1 to 3, or a step belongs to no finite path.
    """
    if not 1 <= order <= MAX_ORDER:
        raise ChainError(f"a Markov chain of order {order}; orders 1 to {MAX_ORDER} are known")
    channels = _channels(steps.recent)
    if not len(channels) or not np.any(steps.paths[steps.is_last & steps.is_conversion]):
        nothing = np.zeros(len(channels))
        return RemovalEffects(channels, nothing, nothing.copy(), 0, 0)
    chain = _chain(steps, order)
    effects = _from_one_inverse(chain) if order == 1 else _by_iteration(chain, channels, order)
    return RemovalEffects(channels, *effects, len(chain.states), chain.moves.nnz)


@dataclass(frozen=True)
class _Chain:
    states: Ints
    """Window of the last channels, ascending."""
    start: Floats
    """Probability that a path begins in the state."""
    moves: sparse.csr_array
    """Probability of the next state."""
    gains: Floats
    """Columns: probability that the path converts next; expected revenue of that."""


def _channels(recent: Ints) -> Ints:
    return np.unique(recent & _CHANNEL)


def _chain(steps: Steps, order: int) -> _Chain:
    window = (1 << CHANNEL_BITS * order) - 1
    length = sum(((steps.recent >> CHANNEL_BITS * n) > 0).astype(int) for n in range(MAX_ORDER + 1))
    states, at = np.unique(steps.recent & window, return_inverse=True)
    begins = (length == order) | (steps.is_last & (length < order))
    reached = (length >= order) | steps.is_last
    total = np.bincount(at[reached], steps.paths[reached], len(states))
    used = total > 0
    states, total = states[used], total[used]
    at = (np.cumsum(used) - 1)[at]
    on = length > order
    before = np.searchsorted(states, (steps.recent[on] >> CHANNEL_BITS) & window)
    moves = sparse.coo_array(
        (steps.paths[on], (before, at[on])), shape=(len(states), len(states))
    ).tocsr()
    ends = steps.is_last & steps.is_conversion
    start = np.bincount(at[begins], steps.paths[begins], len(states))
    gains = [np.bincount(at[ends], of[ends], len(states)) for of in (steps.paths, steps.revenue)]
    return _Chain(
        states,
        start / start.sum(),
        sparse.csr_array(sparse.diags_array(1 / total) @ moves),
        np.stack(gains, axis=1) / total[:, None],
    )


def _from_one_inverse(chain: _Chain) -> tuple[Floats, Floats]:
    """N = (I - Q)^-1: whoever comes to j converts as from j, and comes there with N[0,j]/N[j,j]."""
    size = len(chain.states)
    try:
        visits = np.linalg.inv(np.eye(size) - chain.moves.toarray())
    except np.linalg.LinAlgError as error:
        raise ChainError("a step leads to no end of a path: is_last is missing") from error
    reached = (chain.start @ visits) / np.diag(visits)
    values = visits @ chain.gains
    lost = reached[:, None] * values
    whole = chain.start @ values
    return _shares(lost[:, 0], whole[0]), _shares(lost[:, 1], whole[1])


def _by_iteration(chain: _Chain, channels: Ints, order: int) -> tuple[Floats, Floats]:
    """What still converts when all states of a channel lead nowhere, for a block of channels."""
    whole = chain.start @ _solve(chain, np.ones((len(chain.states), 1)))[:, 0, :]
    kept = np.empty((len(channels), 2))
    for first in range(0, len(channels), _COLUMNS):
        block = channels[first : first + _COLUMNS]
        holds = np.zeros((len(chain.states), len(block)), dtype=bool)
        for place in range(order):
            holds |= ((chain.states >> CHANNEL_BITS * place) & _CHANNEL)[:, None] == block
        solved = _solve(chain, (~holds).astype(float))
        kept[first : first + _COLUMNS] = np.einsum("s,scg->cg", chain.start, solved)
    lost = whole - kept
    return _shares(lost[:, 0], whole[0]), _shares(lost[:, 1], whole[1])


def _solve(chain: _Chain, mask: Floats) -> Floats:
    """Gains from each state where the masked states lead nowhere: [state, column, gain]."""
    states, columns = mask.shape
    scale = np.maximum(chain.gains.max(axis=0), np.finfo(float).tiny)
    now = mask[:, :, None] * (chain.gains / scale)[:, None, :]
    gains, wide = now.reshape(states, -1), np.repeat(mask, 2, axis=1)
    found = gains
    for _ in range(_MAX_ROUNDS // _ROUNDS_PER_CHECK):
        for _ in range(_ROUNDS_PER_CHECK):
            before, found = found, chain.moves @ found
            found *= wide
            found += gains
        # The sum only grows, and by less each time: what is left to add is below the last step.
        if np.max(found - before, initial=0.0) <= _TOLERANCE * np.max(found):
            return found.reshape(states, columns, 2) * scale
    raise ChainError("a step leads to no end of a path: is_last is missing")


def _shares(lost: Floats, whole: Floats) -> Floats:
    return np.clip(lost / whole, 0.0, 1.0) if float(whole) > 0 else np.zeros_like(lost)
