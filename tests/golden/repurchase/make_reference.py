"""Writes reference.json beside this file: Kaplan-Meier curves of lifelines, in its own environment.

    make .venv-bench/.ready
    .venv-bench/bin/pip install --no-deps lifetimes==0.11.3   # for the bundled sample
    .venv-bench/bin/python -m tests.golden.repurchase.make_reference

lifelines takes no pandas of version 3 and brings a plotting library, so tests do not import it.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from lifelines import KaplanMeierFitter

from tests.golden.repurchase.cdnow import ENDS, purchases

REFERENCE = Path(__file__).with_name("reference.json")
STEPS = 5


def main() -> None:
    """From each of the first purchase days to the next one, purchases of value 0 left out."""
    days: defaultdict[int, set[date]] = defaultdict(set)
    for purchase in purchases():
        if purchase.value > 0:
            days[purchase.customer].add(purchase.day)
    sequences = [sorted(of_one) for of_one in days.values()]
    reference = {str(step): _curve(sequences, step) for step in range(1, STEPS + 1)}
    text = json.dumps(reference, separators=(",", ":"))
    REFERENCE.write_text(text.replace('},"', '},\n"') + "\n", "utf-8")


def _curve(sequences: list[list[date]], step: int) -> dict[str, Any]:
    durations, came_back = [], []
    for days in sequences:
        if len(days) >= step:
            until = days[step] if len(days) > step else ENDS
            durations.append((until - days[step - 1]).days)
            came_back.append(len(days) > step)
    fitter = KaplanMeierFitter().fit(durations, came_back)
    events = fitter.event_table[fitter.event_table["observed"] > 0]
    survival = fitter.survival_function_["KM_estimate"]
    median = fitter.median_survival_time_
    return {
        "customers": len(durations),
        "median": None if math.isinf(median) else int(median),
        "curve": [
            [int(day), int(row["at_risk"]), int(row["observed"]), float(survival.loc[day])]
            for day, row in events.iterrows()
        ],
    }


if __name__ == "__main__":
    main()
