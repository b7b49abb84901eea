"""The sample of CDNOW's customers that the package lifetimes brings along: 6,919 purchases.

Its code is not imported: it needs packages that nothing else does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import distribution
from pathlib import Path

ENDS = date(1998, 6, 30)
"""The last day of the sample."""
CALIBRATION_ENDS = date(1997, 9, 30)
"""The day up to which the summary of lifetimes counts."""


@dataclass(frozen=True)
class Purchase:
    """One row of the sample; the value may be 0."""

    customer: int
    day: date
    value: Decimal


@dataclass(frozen=True)
class Summary:
    """What lifetimes says of a customer up to CALIBRATION_ENDS; spans in weeks, rounded to 0.01."""

    frequency: int
    recency: float
    age: float


def purchases() -> list[Purchase]:
    """Every purchase, in the order of the file."""
    lines = _file("CDNOW_sample.txt").read_text("ascii").splitlines()
    return [_purchase(*line.split()) for line in lines]


def summaries() -> dict[int, Summary]:
    """Customer -> repeat purchase days, weeks to the last one, weeks watched."""
    header, *lines = _file("cdnow_customers_summary.csv").read_text("ascii").splitlines()
    assert header == "ID,frequency,recency,T"
    rows = [line.split(",") for line in lines]
    return {
        int(customer): Summary(int(frequency), float(recency), float(age))
        for customer, frequency, recency, age in rows
    }


def _purchase(_master: str, customer: str, day: str, _units: str, value: str) -> Purchase:
    return Purchase(int(customer), datetime.strptime(day, "%Y%m%d").date(), Decimal(value))


def _file(name: str) -> Path:
    return Path(str(distribution("lifetimes").locate_file(f"lifetimes/datasets/{name}")))
