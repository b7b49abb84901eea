"""Writes reference.json beside this file: what other programs find, in their own environment.

    make .venv-bench/.ready
    pip download --no-deps --no-binary :all: channelattribution==2.2.5   # for the bundled data
    .venv-bench/bin/python -m tests.golden.attribution.make_reference Data.csv

where Data.csv lies in src/cypack/data of the unpacked archive.

ChannelAttribution is GPL-licensed and compiled on the spot, and marketing-attribution-models (MAM)
brings a plotting library, so tests import neither. Of ChannelAttribution's bundled data set the
reference holds counts of steps, not the paths.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.workers.mam import load_mam
from tests.golden.attribution.journeys import CHANNELS, SEPARATOR, journeys

with contextlib.redirect_stdout(io.StringIO()):  # it prints an advertisement
    import ChannelAttribution

REFERENCE = Path(__file__).with_name("reference.json")
_COLUMNS = {"path": "path", "total_conversions": "conversions", "total_null": "nulls",
            "total_conversion_value": "revenue"}  # fmt: skip


def main(bundled: Path) -> None:
    """Made-up journeys and the bundled data, heuristics and Markov chains of order 1 to 3."""
    made = pd.DataFrame(
        {
            "path": [journey.text for journey in journeys()],
            "conversions": [journey.conversions for journey in journeys()],
            "nulls": [journey.nulls for journey in journeys()],
            "revenue": [journey.revenue_fen / 100 for journey in journeys()],
        }
    )
    theirs = pd.read_csv(bundled, sep=";").rename(columns=_COLUMNS)
    theirs["revenue"] = theirs["revenue"].where(theirs["conversions"] > 0, 0.0)
    names = sorted({name.strip() for path in theirs["path"] for name in path.split(">")})
    reference = {
        "journeys": {
            "heuristics": _heuristics(made),
            "shapley": _shapley(),
            "markov": _markov(made),
        },
        "bundled": {
            "channels": names,
            "steps": _steps(theirs, names),
            "markov": _markov(theirs),
        },
    }
    text = json.dumps(reference, indent=None, separators=(",", ":"))
    REFERENCE.write_text(text.replace('"markov":', '\n"markov":') + "\n", "utf-8")


def _heuristics(data: pd.DataFrame) -> dict[str, Any]:
    found = ChannelAttribution.heuristic_models(
        data, "path", "conversions", var_value="revenue", sep=SEPARATOR.strip(), flg_pro=False
    )
    return {str(row.pop("channel_name")): row for row in found.to_dict("records")}


def _markov(data: pd.DataFrame) -> dict[str, Any]:
    """Removal effects and credit from four million simulated paths."""
    effects = {}
    for order in (1, 2, 3):
        with contextlib.redirect_stdout(io.StringIO()):
            found = ChannelAttribution.markov_model(
                data, "path", "conversions", var_value="revenue", var_null="nulls", order=order,
                sep=SEPARATOR.strip(), out_more=True, nsim_start=4e6, nfold=1, seed=1,
                max_step=100_000, verbose=False, flg_pro=False,
            )  # fmt: skip
        effects[str(order)] = {
            what: {name: list(rest) for name, *rest in found[table].itertuples(index=False)}
            for what, table in (("removal", "removal_effects"), ("credit", "result"))
        }
    return effects


def _shapley() -> dict[str, float]:
    """MAM's game of conversion rates, with no set of channels cut."""
    rows = [
        (journey.text, has_converted, int(has_converted))
        for journey in journeys()
        for has_converted in [True] * journey.conversions + [False] * journey.nulls
    ]
    data = pd.DataFrame(rows, columns=["path", "has_converted", "value"])
    models = load_mam()(
        data,
        channels_colname="path",
        journey_with_conv_colname="has_converted",
        conversion_value="value",
        path_separator=SEPARATOR,
    )
    _, credit = models.attribution_shapley(size=len(CHANNELS))
    return dict(credit.items())


def _steps(data: pd.DataFrame, names: list[str]) -> list[list[float]]:
    """[recent, is_last, conversions, nulls, revenue] as `pipelines.attribution.Steps` counts."""
    counts: Counter[tuple[int, bool, str]] = Counter()
    for path, conversions, nulls, revenue in data[
        ["path", "conversions", "nulls", "revenue"]
    ].itertuples(index=False):
        channels, recent = path.split(">"), 0
        for position, name in enumerate(channels, start=1):
            recent = (recent << 8 | names.index(name.strip()) + 1) & 0xFFFFFFFF
            is_last = position == len(channels)
            counts[recent, is_last, "conversions"] += conversions
            counts[recent, is_last, "nulls"] += nulls
            counts[recent, is_last, "revenue"] += revenue if is_last else 0
    kinds = sorted({key[:2] for key in counts})
    return [
        [recent, int(is_last)]
        + [round(counts[recent, is_last, what], 3) for what in ("conversions", "nulls", "revenue")]
        for recent, is_last in kinds
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
