"""ChannelAttribution (peer): argument 1 the CSV of paths, 2 `heuristic` or `markov`."""

from __future__ import annotations

import contextlib
import io
import sys

import pandas as pd

from benchmarks.workers.told import Clock, tell

_NAMES = {"first_touch": "first", "last_touch": "last", "linear_touch": "linear"}


def main(paths: str, kind: str) -> None:
    """From distinct paths to credit per model and channel."""
    with contextlib.redirect_stdout(io.StringIO()):  # it prints an advertisement
        import ChannelAttribution

    data, clock = pd.read_csv(paths), Clock()
    arguments = {"Data": data, "var_path": "path", "var_conv": "conversions", "sep": ">"}
    arguments |= {"var_value": "revenue", "flg_pro": False}
    with clock.running():
        if kind == "heuristic":
            found = ChannelAttribution.heuristic_models(**arguments)
        else:
            result = ChannelAttribution.markov_model(
                **arguments,
                var_null="nulls",
                out_more=True,
                max_step=1_000,
                verbose=False,
                ncore=1,
                seed=1,
            )
    credit, effects = [], {}
    if kind == "markov":
        removal = result["removal_effects"]
        effects = dict(zip(removal.iloc[:, 0], removal.iloc[:, 1], strict=True))
    if kind == "heuristic":
        credit = [
            [model, row["channel_name"], row[f"{prefix}_conversions"]]
            for prefix, model in _NAMES.items()
            for row in found.to_dict("records")
        ]
    tell(clock, credit=sorted(credit), effects=effects)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
