"""The one door to Splink: learning from records, and finding pairs among them.

Splink is an optional extra and is imported only where a model asks for it. It works in a DuckDB
of its own in memory, so it leaves nothing in the warehouse.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from pipelines.identity.errors import IdentityInputError
from pipelines.identity.splink.models import SplinkModel

if TYPE_CHECKING:
    from splink import Linker

ORIGIN = {"seen_at": "timestamp", "file_id": "bigint", "line_number": "bigint"}
"""What a record may say of where it stands."""
_SIDES = ("records_a", "records_b")
_SAMPLED_PAIRS = 5e6
"""Random pairs from which training learns how often strangers agree."""
_SEED = 1


def require_splink(model: SplinkModel) -> None:
    """Raise IdentityInputError when Splink is not installed."""
    try:
        import_module("splink")
    except ImportError as error:
        raise IdentityInputError(
            f"{model.file} needs Splink, which is not installed: "
            "`pip install 'siyu[splink]'`, or move the model out of this folder"
        ) from error


def learn(model: SplinkModel, frames: Sequence[pa.Table]) -> str:
    """What the records teach without labels, in the JSON form of Splink.

    Raises:
        IdentityInputError: Splink cannot learn from them.
    """
    with duckdb.connect() as memory:
        linker = _linker(memory, model, frames, _untrained(model))
        try:
            _train(linker, model)
        except Exception as error:
            raise IdentityInputError(
                f"{model.file}: Splink could not learn: {_short(error)}"
            ) from error
        return json.dumps(linker.misc.save_model_to_json(), indent=2)


def find_pairs(model: SplinkModel, frames: Sequence[pa.Table]) -> pa.Table:
    """The pairs that reach a rule: the columns of `identity.predicted_evidence`, but for source.

    Raises:
        IdentityInputError: what training wrote does not fit the model's file any more.
    """
    with duckdb.connect() as memory:
        try:
            learned = json.loads(model.trained_file.read_text("utf-8"))
            predicted = _linker(memory, model, frames, learned).inference.predict(
                threshold_match_probability=min(model.rules.values()), warning_mode="never"
            )
        except Exception as error:
            raise IdentityInputError(
                f"{model.trained_file}: Splink cannot predict with it: {_short(error)}; "
                f"`siyu identity train {model.name}` writes it anew"
            ) from error
        memory.register("a", frames[0])
        memory.register("b", frames[-1])
        # Of two tables, Splink may put the second on the left.
        is_turned = f"source_dataset_l = '{_SIDES[1]}'" if len(frames) == 2 else "false"
        rungs = sorted(model.rules.items(), key=lambda rung: -rung[1])
        rule = " ".join(f"when match_probability >= {at} then {rule}" for rule, at in rungs)
        return memory.sql(
            f"""
            with pairs as (
                select match_probability, case {rule} end as rule_id,
                    if({is_turned}, unique_id_r, unique_id_l) as id_a,
                    if({is_turned}, unique_id_l, unique_id_r) as id_b
                from {predicted.physical_name}
            )
            select rule_id, a.identifier_value as identifier_value_a,
                b.identifier_value as identifier_value_b,
                greatest(a.seen_at, b.seen_at) as first_seen_at,
                greatest(a.seen_at, b.seen_at) as last_seen_at,
                if(b.seen_at > a.seen_at, b.file_id, a.file_id) as file_id,
                if(b.seen_at > a.seen_at, b.line_number, a.line_number) as line_number,
                match_probability
            from pairs join a on a.unique_id = id_a join b on b.unique_id = id_b
            order by id_a, id_b
            """
        ).to_arrow_table()


def _short(error: Exception) -> str:
    """What went wrong; Splink puts the whole statement before it."""
    lines = str(error).rpartition("Error was: ")[2].strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _train(linker: Linker, model: SplinkModel) -> None:
    from splink import block_on

    linker.training.estimate_probability_two_random_records_match(
        [block_on(*columns) for columns in model.certain], recall=model.certain_recall
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLED_PAIRS, seed=_SEED)
    for columns in model.block_on:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))


def _untrained(model: SplinkModel) -> dict[str, Any]:
    import splink.comparison_library as compare

    kinds = {
        "exact": compare.ExactMatch,
        "name": compare.NameComparison,
        "typo": compare.DamerauLevenshteinAtThresholds,
    }
    comparisons = [
        kinds[kind](column).configure(term_frequency_adjustments=True)
        for column, kind in model.compare.items()
    ]
    return {"comparisons": comparisons}


def _linker(
    memory: duckdb.DuckDBPyConnection,
    model: SplinkModel,
    frames: Sequence[pa.Table],
    settings: dict[str, Any],
) -> Linker:
    """Splink over the records, in a database of its own."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    memory.execute("set threads = 1")  # sums of floats in one order: training is repeatable
    database = DuckDBAPI(memory)
    tables = [
        database.register(frame.drop_columns(list(ORIGIN)), dataset_display_name=side)
        for frame, side in zip(frames, _SIDES, strict=False)
    ]
    own = {
        "link_type": "dedupe_only" if len(frames) == 1 else "link_only",
        "blocking_rules_to_generate_predictions": [block_on(*names) for names in model.block_on],
        "retain_matching_columns": False,
        "linker_uid": model.name,
    }
    return Linker(tables, SettingsCreator.from_path_or_dict(settings | own), log_level=None)
