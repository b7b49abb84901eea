"""The statistics of macros/statistics.sql against the exact functions of Python."""

from __future__ import annotations

import math
from statistics import NormalDist

import duckdb
import jinja2
import pytest

from pipelines.settings import REPOSITORY

MACROS = (REPOSITORY / "dbt_project" / "macros" / "statistics.sql").read_text("utf-8")


def value(call: str) -> float | None:
    """What a macro, called with literals, comes to on DuckDB."""
    sql = jinja2.Environment().from_string(MACROS + "{{ " + call + " }}").render()
    found = duckdb.execute(f"select cast({sql} as double)").fetchall()[0][0]
    return None if found is None else float(found)


@pytest.mark.parametrize("z", [0, 0.01, 0.5, 1, 1.2816, 1.96, 2.3094, 3.3, 5, 8, -1.96])
def test_the_p_value_is_right_to_six_digits(z: float) -> None:
    exact = math.erfc(abs(z) / math.sqrt(2))
    found = value(f"two_sided_p_value('cast({z} as double)')")
    assert found == pytest.approx(exact, abs=1.5e-7)
    assert found is not None
    assert 0 <= found <= 1


def test_two_proportions_are_compared_with_the_pooled_rate() -> None:
    pooled = 100 / 400
    exact = (60 / 200 - 40 / 200) / math.sqrt(pooled * (1 - pooled) * (1 / 200 + 1 / 200))
    assert value("two_proportion_z('60', '200', '40', '200')") == pytest.approx(exact)


@pytest.mark.parametrize(
    "counts", ["'0', '0', '1', '2'", "'0', '5', '0', '5'", "'5', '5', '5', '5'"]
)
def test_nothing_to_compare_is_null(counts: str) -> None:
    assert value(f"two_proportion_z({counts})") is None


@pytest.mark.parametrize(("rate", "base"), [(0.3, 0.2), (0.98, 0.9), (0.051, 0.05)])
def test_the_sample_finds_the_difference_in_eighty_of_a_hundred_tests(
    rate: float, base: float
) -> None:
    needed = value(f"trials_needed('cast({rate} as double)', 'cast({base} as double)')")
    assert needed is not None
    normal, mean = NormalDist(), (rate + base) / 2

    def power(trials: float) -> float:
        under_equal = math.sqrt(2 * mean * (1 - mean) / trials)
        spread = math.sqrt((rate * (1 - rate) + base * (1 - base)) / trials)
        return normal.cdf((abs(rate - base) - normal.inv_cdf(0.975) * under_equal) / spread)

    assert power(needed) >= 0.8 > power(needed - 1)


def test_equal_rates_need_no_sample() -> None:
    assert value("trials_needed('0.2', '0.2')") is None
