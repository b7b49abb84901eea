"""BG/NBD: how often a customer buys while active, and when he silently stops.

P. S. Fader, B. G. S. Hardie, K. L. Lee: "Counting Your Customers" the Easy Way: An Alternative to
the Pareto/NBD Model, Marketing Science 24 (2005) 275-284. A customer buys at a Poisson rate and
after each purchase stops for good with some probability; the rates are gamma distributed over
customers (shape r, scale alpha), the probabilities beta (a, b).

One time unit everywhere, whichever the caller takes; alpha has that unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1, psi

Floats = NDArray[np.float64]

_MIN_CUSTOMERS = 10
_START = (1.0, 1.0, 1.0, 1.0)
_BOUNDS = (-12.0, 12.0)
"""Of the logarithms of the parameters."""


class NotFittedError(ValueError):
    """The purchases determine no model; the message says why."""


@dataclass(frozen=True)
class History:
    """Equal-length arrays, one element per customer."""

    frequency: Floats
    """Purchase occasions after the first."""
    recency: Floats
    """Time from the first occasion to the last; 0 where there is no other."""
    age: Floats
    """Time from the first occasion to the end of the observation."""

    def __post_init__(self) -> None:
        if not len(self.frequency) == len(self.recency) == len(self.age):
            raise ValueError("frequency, recency and age differ in length")
        if np.any(self.recency > self.age) or np.any(self.frequency < 0):
            raise ValueError("a customer bought after the observation, or less than never")
        if np.any((self.frequency == 0) & (self.recency != 0)):
            raise ValueError("a customer without a second occasion has a time between occasions")


@dataclass(frozen=True)
class BgNbd:
    """A fitted model."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    """Sum over the customers that it was fitted to."""

    def probability_alive(self, history: History) -> Floats:
        """Probability, per customer, that he has not stopped by the end of the observation."""
        x, recency, age = history.frequency, history.recency, history.age
        odds = (
            self.a
            / (self.b + np.maximum(x, 1) - 1)
            * np.exp((self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + recency)))
        )
        return np.where(x > 0, 1 / (1 + odds), 1.0)

    def expected_purchases(self, history: History, within: float) -> Floats:
        """Expected purchase occasions per customer in the time `within` after the observation."""
        x, age = history.frequency, history.age
        weight = (self.a + self.b + x - 1) / (self.a - 1)
        scale = (self.alpha + age) / (self.alpha + age + within)
        tail = hyp2f1(
            self.r + x,
            self.b + x,
            self.a + self.b + x - 1,
            within / (self.alpha + age + within),
        )
        return weight * (1 - scale ** (self.r + x) * tail) * self.probability_alive(history)


def fit_bg_nbd(history: History, customers: Floats | None = None) -> BgNbd:
    """The parameters of greatest likelihood.

    `customers` says how many have each history (default: one each); the time follows the number of
    histories, not of customers. Raises NotFittedError where nobody or nearly nobody bought twice.
    """
    counts = np.ones(len(history.frequency)) if customers is None else customers
    total = float(counts.sum())
    returned = int(counts[history.frequency > 0].sum())
    if returned < _MIN_CUSTOMERS:
        raise NotFittedError(
            f"{returned} customers bought more than once; BG/NBD needs {_MIN_CUSTOMERS}"
        )
    # Times near 1 keep the search well conditioned; alpha is scaled back afterwards.
    unit = float(counts @ history.age) / total or 1.0
    x, recency, age = history.frequency, history.recency / unit, history.age / unit

    def loss(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        values, slopes = _log_likelihoods(parameters, x, recency, age)
        return -float(counts @ values) / total, -(slopes @ counts) * parameters / total

    found = minimize(
        loss,
        np.log(_START),
        jac=True,
        method="L-BFGS-B",
        bounds=[_BOUNDS] * len(_START),
        options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8},
    )
    if not np.all(np.isfinite(found.x)):
        raise NotFittedError("the likelihood of BG/NBD has no maximum for these purchases")
    r, alpha, a, b = (float(value) for value in np.exp(found.x))
    # A density per unit of time: the unit comes back once for every purchase after the first.
    log_unit = float(np.log(unit)) * float(counts @ x)
    return BgNbd(r, alpha * unit, a, b, -float(found.fun) * total - log_unit)


def _log_likelihoods(
    parameters: Floats, x: Floats, recency: Floats, age: Floats
) -> tuple[Floats, Floats]:
    """Formula (6) of the paper, its powers as logarithms: shape (n,); and its derivatives by
    r, alpha, a and b: shape (4, n).
    """
    r, alpha, a, b = parameters
    log_age, log_recency = np.log(alpha + age), np.log(alpha + recency)
    later = np.maximum(x, 1) - 1
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    active = -(r + x) * log_age
    stopped = np.where(x > 0, np.log(a) - np.log(b + later) - (r + x) * log_recency, -np.inf)
    either = np.logaddexp(active, stopped)
    is_stopped = np.exp(stopped - either)
    is_active = 1 - is_stopped
    both = psi(a + b) - psi(a + b + x)
    slopes = np.stack(
        [
            psi(r + x) - psi(r) + np.log(alpha) - is_active * log_age - is_stopped * log_recency,
            r / alpha - (r + x) * (is_active / (alpha + age) + is_stopped / (alpha + recency)),
            both + is_stopped / a,
            both + psi(b + x) - psi(b) - is_stopped / (b + later),
        ]
    )
    return common + either, slopes
