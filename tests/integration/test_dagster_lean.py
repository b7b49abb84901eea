"""The lean run of a job tells of every asset and check what Dagster as shipped tells."""

from __future__ import annotations

from pathlib import Path

from tests.python_process import told_by

_RUN_TWICE = """
import json
from datetime import UTC, datetime
import dagster as dg
from pipelines.orchestration.dagster_lean import use_lean_parts

DAYS = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="Asia/Shanghai", end_offset=1)

def spec(key, *deps):
    return dg.AssetSpec(key, deps=deps, code_version="1")

@dg.multi_asset(specs=[spec(["raw", name]) for name in "abc"], partitions_def=DAYS)
def raw():
    for name in "abc":
        yield dg.MaterializeResult(["raw", name], metadata={"rows": 1})

@dg.multi_asset(
    specs=[spec("x", ["raw", "a"]), spec("y", "x", ["raw", "b"])],
    check_specs=[dg.AssetCheckSpec("not_empty", asset="x")],
)
def models():
    yield dg.MaterializeResult("x")
    yield dg.AssetCheckResult(asset_key="x", passed=True)
    yield dg.MaterializeResult("y")

@dg.asset(deps=["y"], code_version="1")
def last(): ...

def versions(event):
    if not event.is_step_materialization:
        return []
    tags = event.step_materialization_data.materialization.tags or {}
    return sorted((name, tags[name]) for name in tags if name.endswith("version"))

def told():
    result = dg.materialize([raw, models, last], partition_key="2026-03-04", raise_on_error=False)
    events = [
        [event.event_type_value, str(event.step_key), str(event.asset_key), versions(event)]
        for event in result.all_events
    ]
    moments = [datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 5, 1, 17, tzinfo=UTC), None]
    return [result.success, events, [DAYS.get_partition_keys(moment) for moment in moments]]

told()
shipped = told()
use_lean_parts()
print(json.dumps([shipped, told(), told()]))
"""


def test_a_run_tells_the_same(tmp_path: Path):
    shipped, lean, again = told_by(_RUN_TWICE, tmp_path, DAGSTER_HOME="")
    assert lean == again == shipped
    succeeded, events, keys = shipped
    assert succeeded
    versions = [versions for event, *_, versions in events if event == "ASSET_MATERIALIZATION"]
    assert [len(each) >= 2 for each in versions] == [True] * 6
    assert [days[-1] for days in keys[:2]] == ["2026-02-01", "2026-05-02"]
