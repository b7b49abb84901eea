"""marketing-attribution-models (peer): argument 1 the CSV of paths, one row per distinct path."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import pandas as pd

from benchmarks.workers.told import Clock, tell

SEPARATOR = " > "


def load_mam() -> Any:
    """MAM's class. Its import asks for a plotting style that matplotlib has renamed."""
    warnings.simplefilter("ignore", FutureWarning)  # one per assignment
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import style

    style.library["seaborn-white"] = style.library["seaborn-v0_8-white"]
    from marketing_attribution_models import MAM

    return MAM


def main(paths: str) -> None:
    """From one row per journey to Shapley credit per channel, cut to four channels as it is by
    default: without the cut every set of ten channels would take it hours.
    """
    data = pd.read_csv(paths)
    counts = data["conversions"] + data["nulls"]
    journeys = data.loc[data.index.repeat(counts), ["path"]].reset_index(drop=True)
    first_nulls = counts.cumsum() - data["nulls"]
    number = pd.Series(range(len(journeys)))
    owner = data.index.repeat(counts)
    journeys["has_converted"] = number.to_numpy() < first_nulls.to_numpy()[owner]
    journeys["value"] = journeys["has_converted"].astype(int)
    models, clock = load_mam(), Clock()
    with clock.running():
        credit = models(
            journeys,
            channels_colname="path",
            journey_with_conv_colname="has_converted",
            conversion_value="value",
            path_separator=SEPARATOR,
        ).attribution_shapley()[1]
    tell(clock, credit=sorted([name, float(value)] for name, value in credit.items()))


if __name__ == "__main__":
    main(sys.argv[1])
