"""BG/NBD and gamma-gamma: published estimates of the CDNOW sample, and what must hold anyway."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest

from pipelines.lifetime_value.bg_nbd import BgNbd, History, NotFittedError, fit_bg_nbd
from pipelines.lifetime_value.gamma_gamma import GammaGamma, fit_gamma_gamma

PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.4)
"""Fader, Hardie and Lee (2005), table 2: the 1/10 sample of CDNOW, weeks."""


def cdnow() -> History:
    """2,357 customers, from the package lifetimes, whose data alone is read."""
    text = files("lifetimes").joinpath("datasets/cdnow_customers_summary.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    columns = ([float(row[name]) for row in rows] for name in ("frequency", "recency", "T"))
    return History(*(np.array(column) for column in columns))


def test_cdnow_has_the_published_estimates() -> None:
    found = fit_bg_nbd(cdnow())
    assert found.r == pytest.approx(PUBLISHED.r, abs=0.0005)
    assert found.alpha == pytest.approx(PUBLISHED.alpha, abs=0.0005)
    assert found.a == pytest.approx(PUBLISHED.a, abs=0.0005)
    assert found.b == pytest.approx(PUBLISHED.b, abs=0.0005)
    assert found.log_likelihood == pytest.approx(PUBLISHED.log_likelihood, abs=0.05)


def test_the_unit_of_time_changes_alpha_alone() -> None:
    weeks = cdnow()
    days = History(weeks.frequency, weeks.recency * 7, weeks.age * 7)
    by_week, by_day = fit_bg_nbd(weeks), fit_bg_nbd(days)
    assert by_day.r == pytest.approx(by_week.r, rel=1e-3)
    assert by_day.alpha == pytest.approx(by_week.alpha * 7, rel=1e-3)
    assert by_day.b == pytest.approx(by_week.b, rel=1e-3)


def test_expected_purchases_of_a_published_customer() -> None:
    # Fader and Hardie, implementing the BG/NBD model in Excel: x = 2, t_x = 30.43, T = 38.86.
    customer = History(np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert PUBLISHED.expected_purchases(customer, 39.0)[0] == pytest.approx(1.226, abs=0.001)
    assert PUBLISHED.probability_alive(customer)[0] == pytest.approx(0.7266, abs=0.001)


def test_who_bought_once_counts_as_alive() -> None:
    once = History(np.array([0.0]), np.array([0.0]), np.array([300.0]))
    assert PUBLISHED.probability_alive(once)[0] == 1.0


def test_too_few_buyers_are_said_so() -> None:
    nobody = History(np.zeros(100), np.zeros(100), np.full(100, 30.0))
    with pytest.raises(NotFittedError, match="0 customers bought more than once"):
        fit_bg_nbd(nobody)


def test_impossible_histories_are_refused() -> None:
    with pytest.raises(ValueError, match="after the observation"):
        History(np.array([1.0]), np.array([5.0]), np.array([4.0]))
    with pytest.raises(ValueError, match="without a second occasion"):
        History(np.array([0.0]), np.array([5.0]), np.array([9.0]))


def test_gamma_gamma_finds_the_parameters_it_was_drawn_from() -> None:
    random = np.random.default_rng(5)
    truth = GammaGamma(p=6.25, q=3.74, v=15.44, correlation=0.0)
    customers = 20_000
    purchases = random.integers(1, 8, customers).astype(float)
    means = random.gamma(truth.q, 1 / truth.v, customers)
    mean_value = random.gamma(truth.p * purchases, 1 / (means * purchases))
    found = fit_gamma_gamma(purchases, mean_value)
    assert found.p == pytest.approx(truth.p, rel=0.05)
    assert found.q == pytest.approx(truth.q, rel=0.05)
    assert found.v == pytest.approx(truth.v, rel=0.08)
    assert abs(found.correlation) < 0.03


def test_the_expected_value_lies_between_the_own_mean_and_everybodys() -> None:
    model = GammaGamma(p=6.25, q=3.74, v=15.44, correlation=0.0)
    everybody = model.p * model.v / (model.q - 1)
    none, few, many = model.expected_value(np.array([0.0, 1.0, 1000.0]), np.full(3, 100.0))
    assert none == pytest.approx(everybody)
    assert everybody < few < 100
    assert many == pytest.approx(100, rel=0.01)


def test_values_must_be_positive() -> None:
    with pytest.raises(NotFittedError, match="positive value"):
        fit_gamma_gamma(np.zeros(50), np.zeros(50))
