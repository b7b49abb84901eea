"""From the histories that SQL counts to the tables that it joins back; what dbt's models call."""

from __future__ import annotations

from dataclasses import dataclass, fields

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.lifetime_value.bg_nbd import BgNbd, History, NotFittedError, fit_bg_nbd
from pipelines.lifetime_value.cells import Cells, history_cells, value_cells
from pipelines.lifetime_value.gamma_gamma import GammaGamma, fit_gamma_gamma

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CALIBRATION, EVERYTHING = "calibration", "everything"
"""What a model was fitted to: purchases before the hold-out, or all."""
_HORIZONS = (90, 365)
"""Days after the as-of day."""

_FITS = pa.schema(
    {
        "fitted_to": pa.string(),
        "fitted_customers": pa.int64(),
        "fitted_repeat_customers": pa.int64(),
        "r": pa.float64(),
        "alpha_days": pa.float64(),
        "a": pa.float64(),
        "b": pa.float64(),
        "p": pa.float64(),
        "q": pa.float64(),
        "v_cny": pa.float64(),
        "log_likelihood": pa.float64(),
        "value_correlation": pa.float64(),
        "not_fitted_reason": pa.string(),
    }
)
_PREDICTIONS = pa.schema(
    {
        "customer_id": pa.int64(),
        "alive_probability": pa.float64(),
        "expected_purchases_90d": pa.float64(),
        "expected_purchases_365d": pa.float64(),
        "expected_purchase_value_cny": pa.float64(),
        "holdout_expected_purchases": pa.float64(),
        "holdout_expected_value_cny": pa.float64(),
    }
)


@dataclass(frozen=True)
class _Customers:
    """Equal-length arrays: the customers of one sample."""

    customer_id: Integers
    frequency: Integers
    recency_days: Integers
    age_days: Integers
    mean_value_cny: Floats

    def cells(self) -> tuple[Cells, History]:
        return history_cells(self.frequency, self.recency_days, self.age_days)

    @property
    def purchases(self) -> Integers:
        """The mean value is of all purchases, the first too."""
        return self.frequency + 1


def fits_table(customers: duckdb.DuckDBPyRelation) -> pa.Table:
    """The parameters, one row per sample; no row where nobody bought.

    `customers` has the columns of int_lifetime_value__customers. A sample that determines no model
    has null parameters and `not_fitted_reason`.
    """
    samples = {name: _sample(customers, name) for name in (CALIBRATION, EVERYTHING)}
    rows = [_fit(name, sample) for name, sample in samples.items() if len(sample.customer_id)]
    return pa.Table.from_pylist(rows, schema=_FITS)


def predictions_table(
    customers: duckdb.DuckDBPyRelation, fits: duckdb.DuckDBPyRelation
) -> pa.Table:
    """What is expected of each customer; null where no model was fitted.

    `customers` has the columns of int_lifetime_value__customers, `fits` those of `fits_table`.
    The columns holdout_... are what the calibration sample's model expected of the hold-out.
    """
    models = {row["fitted_to"]: row for row in fits.to_arrow_table().to_pylist()}
    everybody, known = _sample(customers, EVERYTHING), _sample(customers, CALIBRATION)
    count = len(everybody.customer_id)
    found = {name: np.full(count, np.nan) for name in _PREDICTIONS.names[1:]}
    counting, valuing = _bg_nbd(models.get(EVERYTHING)), _gamma_gamma(models.get(EVERYTHING))
    if counting:
        cells, history = everybody.cells()
        found["alive_probability"] = counting.probability_alive(history)[cells.of]
        for days in _HORIZONS:
            expected = counting.expected_purchases(history, days)
            found[f"expected_purchases_{days}d"] = expected[cells.of]
    if valuing:
        found["expected_purchase_value_cny"] = valuing.expected_value(
            everybody.purchases.astype(float), everybody.mean_value_cny
        )
    # Customers come in the order of their ids in both samples.
    place = np.searchsorted(everybody.customer_id, known.customer_id)
    counting, valuing = _bg_nbd(models.get(CALIBRATION)), _gamma_gamma(models.get(CALIBRATION))
    if counting:
        cells, history = known.cells()
        expected = counting.expected_purchases(history, _holdout_days(customers))[cells.of]
        found["holdout_expected_purchases"][place] = expected
        if valuing:
            value = valuing.expected_value(known.purchases.astype(float), known.mean_value_cny)
            found["holdout_expected_value_cny"][place] = expected * value
    columns = {
        name: pa.array(values, pa.float64(), mask=~np.isfinite(values))
        for name, values in found.items()
    }
    return pa.table({"customer_id": everybody.customer_id} | columns, schema=_PREDICTIONS)


def _sample(customers: duckdb.DuckDBPyRelation, name: str) -> _Customers:
    """Customers in the order of their ids, so that equal rows give equal sums."""
    prefix = "calibration_" if name == CALIBRATION else ""
    names = [field.name for field in fields(_Customers)]
    columns = ", ".join(
        column if column == "customer_id" else f"{prefix}{column} as {column}" for column in names
    )
    rows = (
        customers.filter(f"{prefix}frequency is not null")
        .project(columns)
        .order("customer_id")
        .fetchnumpy()
    )
    return _Customers(**{column: np.asarray(rows[column]) for column in names})


def _holdout_days(customers: duckdb.DuckDBPyRelation) -> int:
    [(days,)] = customers.aggregate("max(holdout_days)").fetchall()
    return int(days)


def _fit(name: str, sample: _Customers) -> dict[str, object]:
    row: dict[str, object] = {
        "fitted_to": name,
        "fitted_customers": len(sample.customer_id),
        "fitted_repeat_customers": int(np.count_nonzero(sample.frequency)),
    }
    try:
        cells, history = sample.cells()
        counting = fit_bg_nbd(history, cells.customers)
        row |= {
            "r": counting.r,
            "alpha_days": counting.alpha,
            "a": counting.a,
            "b": counting.b,
            "log_likelihood": counting.log_likelihood,
        }
        near, values = value_cells(sample.purchases, sample.mean_value_cny)
        valuing = fit_gamma_gamma(near.rows[:, 0].astype(float), values, near.customers)
        row |= {
            "p": valuing.p,
            "q": valuing.q,
            "v_cny": valuing.v,
            "value_correlation": valuing.correlation,
        }
    except NotFittedError as error:
        row["not_fitted_reason"] = str(error)
    return row


def _bg_nbd(fit: dict[str, float] | None) -> BgNbd | None:
    if fit is None or fit["r"] is None:
        return None
    return BgNbd(fit["r"], fit["alpha_days"], fit["a"], fit["b"], fit["log_likelihood"])


def _gamma_gamma(fit: dict[str, float] | None) -> GammaGamma | None:
    if fit is None or fit["p"] is None:
        return None
    return GammaGamma(fit["p"], fit["q"], fit["v_cny"], fit["value_correlation"])
