"""The lean build tells of every node what dbt as shipped tells of it, in a small project."""

from __future__ import annotations

import re
from pathlib import Path

from tests.python_process import told_by

_FILES = {
    "dbt_project.yml": "{name: small, profile: small, flags: {send_anonymous_usage_stats: false}}",
    "profiles.yml": """
        small:
          target: dev
          outputs: {dev: {type: duckdb, path: small.duckdb, threads: 2}}
    """,
    "seeds/people.csv": "person_id,city\n1,上海\n2,北京\n2,北京\n3,\n",
    "models/cities.sql": "select city, count(*) as people from {{ ref('people') }} group by city",
    "models/short.sql": "{{ config(materialized='ephemeral') }} select 1 as one",
    "models/viewed.sql": "{{ config(materialized='view') }} select * from {{ ref('short') }}",
    "models/grown.sql": """
        {{ config(materialized='incremental') }}
        select * from {{ ref('people') }} {% if is_incremental() %} where false {% endif %}
    """,
    "models/promised.sql": "select 'one' as one",
    "models/broken.sql": "select {{ ref('cities').schema }}.nothing from {{ ref('cities') }}",
    "models/behind.sql": "select * from {{ ref('broken') }}",
    "models/after_a_failure.sql": "select * from {{ ref('grown') }}",
    "models/_models.yml": """
        models:
          - name: cities
            columns:
              - name: city
                data_tests:
                  - unique
                  - not_null: {config: {severity: warn}}
          - name: grown
            columns: [{name: person_id, data_tests: [unique]}]
          - name: viewed
            columns: [{name: one, data_tests: [{accepted_values: {arguments: {values: [1]}}}]}]
          - name: promised
            config: {contract: {enforced: true}}
            columns: [{name: one, data_type: integer}]
    """,
    "tests/assert_few_people.sql": """
        {{ config(fail_calc='sum(people)', error_if='>100', warn_if='>3', limit=2) }}
        select * from {{ ref('cities') }} order by people  -- and nobody else
    """,
    "tests/assert_readable.sql": "select 1 as one where cast('one' as integer) = 1",
    "tests/assert_nobody.sql": """
        {{ config(fail_calc='coalesce(sum(people), 0)') }}
        select * from {{ ref('cities') }} where false  -- nobody at all
    """,
}
_BUILD_THRICE = """
import json
from dbt.cli.main import dbtRunner
from pipelines.orchestration.dbt_lean import use_lean_parts

def build():
    arguments = ["--quiet", "build", "--exclude-resource-type", "unit_test"]
    return {
        one.node.unique_id: [
            str(one.status), one.message, one.failures, getattr(one.node, "compiled_code", None)
        ]
        for one in dbtRunner().invoke(arguments).result
    }

build()
shipped = build()
use_lean_parts()
print(json.dumps([shipped, build()]))
"""


def test_every_node_ends_alike(tmp_path: Path):
    for name, text in _FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")

    shipped, lean = told_by(_BUILD_THRICE, tmp_path, DBT_PROFILES_DIR=str(tmp_path))

    # DuckDB shows the place in the statement, which is not the same one.
    for ends in (shipped, lean):
        error = ends["test.small.assert_readable"]
        error[1] = error[1].split("LINE")[0].rstrip()
    assert lean == shipped
    # The log is at dbt's own level, debug: it takes all that is told.
    log = (tmp_path / "logs" / "dbt.log").read_text("utf-8")
    parts = re.split("={30}.*={30}", log)
    *_, of_shipped, of_lean = (part.count("Finished running node") for part in parts)
    assert of_lean == of_shipped > 10
    statuses = {status for status, *_ in shipped.values()}
    assert statuses == {"success", "pass", "warn", "fail", "error", "skipped"}


_DECLARES = """
from dbt_common.behavior_flags import BehaviorFlagRendered

def source():
    flag = {"name": "new", "default": False, "description": "something new"}
    return BehaviorFlagRendered(flag, {})._behavior_change_event.flag_source
"""
_DECLARE_TWICE = """
import json
from declaring import source
from pipelines.orchestration.dbt_lean import use_lean_parts

shipped = source()
use_lean_parts()
print(json.dumps([shipped, source()]))
"""


def test_who_declares_a_behaviour_flag_is_named(tmp_path: Path):
    (tmp_path / "declaring.py").write_text(_DECLARES, "utf-8")
    assert told_by(_DECLARE_TWICE, tmp_path) == ["declaring", "declaring"]
