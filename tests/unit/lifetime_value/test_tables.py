"""From histories to predictions: customers drawn from known parameters, and none to learn from."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from pipelines.lifetime_value.cells import history_cells, value_cells
from pipelines.lifetime_value.tables import fits_table, predictions_table

HOLDOUT_DAYS = 120
R, ALPHA, A, B = 0.8, 60.0, 0.8, 2.5


def drawn(customers: int) -> dict[str, np.ndarray]:
    """Columns of int_lifetime_value__customers, of customers who behave as BG/NBD says."""
    random = np.random.default_rng(11)
    rate = random.gamma(R, 1 / ALPHA, customers)
    stops = random.beta(A, B, customers)
    age = random.integers(1, 700, customers)
    known = age - HOLDOUT_DAYS
    day, alive = np.zeros(customers), np.ones(customers, dtype=bool)
    count, last = np.zeros((2, customers), dtype=np.int64), np.zeros((2, customers))
    while alive.any():
        day = np.where(alive, day + random.exponential(1 / rate), day)
        alive &= day <= age
        for sample, limit in enumerate((age, known)):
            hit = alive & (day <= limit)
            count[sample] += hit
            last[sample] = np.where(hit, day, last[sample])
        alive &= random.random(customers) >= stops
    value = random.gamma(5 * (count[0] + 1), 1 / (random.gamma(4, 1 / 300, customers)))
    return {
        "customer_id": np.arange(customers),
        "frequency": count[0],
        "recency_days": last[0].astype(np.int64),
        "age_days": age,
        "mean_value_cny": value / (count[0] + 1),
        "calibration_frequency": np.ma.array(count[1], mask=known < 0),
        "calibration_recency_days": np.ma.array(last[1].astype(np.int64), mask=known < 0),
        "calibration_age_days": np.ma.array(known, mask=known < 0),
        "calibration_mean_value_cny": np.ma.array(value / (count[0] + 1), mask=known < 0),
        "holdout_days": np.full(customers, HOLDOUT_DAYS),
    }


def relation(name: str, columns: dict[str, np.ndarray]) -> duckdb.DuckDBPyRelation:
    arrays = {
        column: pa.array(np.asarray(values), mask=np.ma.getmaskarray(values))
        for column, values in columns.items()
    }
    connection = duckdb.connect()
    connection.register("given", pa.table(arrays))
    connection.execute(f"create table {name} as select * from given")
    return connection.table(name)


def of_arrow(table: pa.Table) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.register("given", table)
    connection.execute("create table fits as select * from given")
    return connection.table("fits")


def test_the_hold_out_is_expected_where_customers_behave_so() -> None:
    columns = drawn(40_000)
    customers = relation("customers", columns)
    fits = fits_table(customers)
    everything = fits.to_pylist()[1]
    assert everything["fitted_to"] == "everything"
    assert everything["r"] == pytest.approx(R, rel=0.1)
    assert everything["alpha_days"] == pytest.approx(ALPHA, rel=0.1)
    assert everything["a"] / (everything["a"] + everything["b"]) == pytest.approx(
        A / (A + B), rel=0.1
    )
    found = predictions_table(customers, of_arrow(fits))
    assert found.num_rows == 40_000
    known = ~np.ma.getmaskarray(columns["calibration_frequency"])
    brought = (columns["frequency"] - columns["calibration_frequency"])[known].sum()
    expected = found["holdout_expected_purchases"].combine_chunks()
    assert expected.null_count == int((~known).sum())
    assert pa.compute.sum(expected).as_py() == pytest.approx(brought, rel=0.03)
    year, quarter = (found[f"expected_purchases_{days}d"].to_numpy() for days in (365, 90))
    assert np.all((year > quarter) & (quarter > 0))


def test_customers_in_cells_are_expected_what_each_alone_would_be() -> None:
    customers = relation("customers", drawn(2_000))
    fits = of_arrow(fits_table(customers))
    together = predictions_table(customers, fits).to_pylist()
    for row in together[::400]:
        alone = customers.filter(f"customer_id = {row['customer_id']}")
        [single] = predictions_table(alone, fits).to_pylist()
        # only the days are rounded, to another step
        assert single["expected_purchases_90d"] == pytest.approx(
            row["expected_purchases_90d"], rel=0.05, abs=0.02
        )
        assert single["expected_purchase_value_cny"] == row["expected_purchase_value_cny"]


def test_a_brand_without_repurchase_has_no_prediction_and_says_why() -> None:
    columns = drawn(300)
    for name in ("frequency", "recency_days", "calibration_frequency", "calibration_recency_days"):
        columns[name] = columns[name] * 0
    customers = relation("customers", columns)
    fits = fits_table(customers)
    assert (
        fits["not_fitted_reason"].to_pylist()
        == ["0 customers bought more than once; BG/NBD needs 10"] * 2
    )
    found = predictions_table(customers, of_arrow(fits))
    assert found.num_rows == 300
    assert found["expected_purchases_90d"].null_count == 300


def test_a_brand_without_buyers_has_no_rows() -> None:
    customers = relation("customers", drawn(5)).filter("customer_id < 0")
    fits = fits_table(customers)
    assert fits.num_rows == 0
    assert predictions_table(customers, of_arrow(fits)).num_rows == 0


def test_cells_hold_everybody_once() -> None:
    columns = drawn(5_000)
    cells, history = history_cells(
        columns["frequency"], columns["recency_days"], columns["age_days"]
    )
    assert cells.customers.sum() == 5_000
    assert len(cells.customers) == len(np.unique(cells.rows, axis=0)) < 5_000
    step = -(-int(columns["age_days"].max()) // 150)
    assert np.all(np.abs(history.age[cells.of] - columns["age_days"]) <= step / 2)
    assert np.array_equal(history.frequency[cells.of], columns["frequency"])


def test_values_of_one_cell_differ_by_one_per_cent_at_most() -> None:
    values = np.array([0.0, -5.0, 10.0, 10.0001, 10.2, 0.5])
    cells, found = value_cells(np.ones(6, dtype=np.int64), values)
    assert np.all(found[cells.of][:2] == 0)
    assert found[cells.of][2:] == pytest.approx(values[2:], rel=0.0051)
    assert cells.of[2] == cells.of[3] != cells.of[4]
