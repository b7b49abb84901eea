"""Gamma-gamma: what a purchase of a customer is worth, given what the earlier ones were.

P. S. Fader, B. G. S. Hardie: The Gamma-Gamma Model of Monetary Value (2013), brucehardie.com note
25. The values of a customer's purchases vary around his own mean (gamma, shape p); the means vary
over customers (q, v). They must not depend on how often he buys: `correlation` says how far
they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, psi

from pipelines.lifetime_value.bg_nbd import NotFittedError

Floats = NDArray[np.float64]

_MIN_CUSTOMERS = 10
_BOUNDS = (-12.0, 12.0)


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model; v has the unit of the values."""

    p: float
    q: float
    v: float
    correlation: float
    """Of the purchases and their mean value; the model assumes none."""

    def expected_value(self, purchases: Floats, mean_value: Floats) -> Floats:
        """Expected value of a purchase per customer: his own mean, drawn towards everybody's.

        `purchases` counts those that `mean_value` was taken over; 0 gives everybody's mean.
        """
        own = self.p * purchases
        everybody = self.p * self.v / (self.q - 1)
        weight = (self.q - 1) / (own + self.q - 1)
        return weight * everybody + (1 - weight) * np.where(purchases > 0, mean_value, 0.0)


def fit_gamma_gamma(
    purchases: Floats, mean_value: Floats, customers: Floats | None = None
) -> GammaGamma:
    """The parameters of greatest likelihood over customers with purchases of positive value.

    `customers` says how many have each pair of purchases and mean value (default: one each).
    Raises NotFittedError where they are too few, or where the expected value would be infinite.
    """
    usable = (purchases > 0) & (mean_value > 0)
    counts = (np.ones(len(purchases)) if customers is None else customers)[usable]
    total = float(counts.sum())
    if total < _MIN_CUSTOMERS:
        raise NotFittedError(
            f"{total:.0f} customers have purchases of a positive value; "
            f"gamma-gamma needs {_MIN_CUSTOMERS}"
        )
    unit = float(counts @ mean_value[usable]) / total
    x, m = purchases[usable], mean_value[usable] / unit

    def loss(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        values, slopes = _log_likelihoods(parameters, x, m)
        return -float(counts @ values) / total, -(slopes @ counts) * parameters / total

    found = minimize(
        loss,
        np.log([1.0, 2.0, 1.0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[_BOUNDS] * 3,
        options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8},
    )
    p, q, v = (float(value) for value in np.exp(found.x))
    if q <= 1:
        raise NotFittedError(
            "the values of purchases vary too much between customers for gamma-gamma: no mean"
        )
    return GammaGamma(p, q, v * unit, _correlation(x, m, counts))


def _log_likelihoods(parameters: Floats, x: Floats, m: Floats) -> tuple[Floats, Floats]:
    """Of the mean value m of x purchases, shape (n,), and by p, q and v, shape (3, n)."""
    p, q, v = parameters
    shape = p * x
    log_sum = np.log(x * m + v)
    values = (
        gammaln(shape + q)
        - gammaln(shape)
        - gammaln(q)
        + q * np.log(v)
        + (shape - 1) * np.log(m)
        + shape * np.log(x)
        - (shape + q) * log_sum
    )
    slopes = np.stack(
        [
            x * (psi(shape + q) - psi(shape) + np.log(m) + np.log(x) - log_sum),
            psi(shape + q) - psi(q) + np.log(v) - log_sum,
            q / v - (shape + q) / (x * m + v),
        ]
    )
    return values, slopes


def _correlation(x: Floats, m: Floats, counts: Floats) -> float:
    if np.ptp(x) == 0 or np.ptp(m) == 0:
        return 0.0
    covariance = np.cov(x, m, fweights=counts.astype(np.int64), ddof=0)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
