"""dbt, called in this process: imported once, and its project read once for all builds of a run."""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.orchestration.fingerprint import dbt_sources_fingerprint
from pipelines.orchestration.kept import keep, read_kept
from pipelines.settings import Settings

if TYPE_CHECKING:
    from dbt.artifacts.schemas.results import NodeResult
    from dbt.contracts.graph.manifest import Manifest

_QUIET = ["--quiet", "--no-print", "--log-level", "none"]
"""dbt's own log goes to its log file; standard output belongs to who started the run."""

_OF_THE_USER = {"DBT_LOG_LEVEL_FILE"}
"""What a user may tell dbt otherwise."""

_ANYWHERE = "siyu.duckdb"
"""The warehouse while dbt parses, which opens none: dbt parses anew when its place changes."""

_TOLD_TO_PARSE = {"SIYU_WAREHOUSE", "SIYU_REFRESH"}
"""Variables of the environment that say the same whenever dbt parses."""

_PARSERS = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb")
"""Whose code and macros are in a parsed project."""

_TEMPLATES, _PARSED = "templates.marshal", "parsed.pickle"
"""Kept for the next process, where dbt keeps its own."""


class DbtError(RuntimeError):
    """A file of the dbt project is wrong, or dbt cannot start; the message is dbt's own."""


class DbtProjectRun:
    """The project of one run: parsed at the first build, and not again."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def _manifest(self) -> Manifest:
        return parsed(self.settings)

    def build(self, selection: Sequence[str], *, full: bool = True) -> list[NodeResult]:
        """Build and test what `selection` (dbt's options) selects: what became of every node.

        `full`: incremental models are built anew as well, and every row is tested.

        A node that failed is in the results. Unit tests do not run: they try the SQL on made-up
        rows, `make test` runs them. Compiled SQL and the log are in `<data>/dbt`.

        Raises:
            DbtError: dbt could not begin.
        """
        folder = str(self.settings.data_folder / "dbt")
        arguments = ["build", "--exclude-resource-type", "unit_test", *selection]
        arguments += ["--target-path", folder, "--log-path", folder, "--no-write-json"]
        arguments += ["--use-fast-test-edges"]
        if full:
            arguments += ["--full-refresh"]
        warehouse = str(self.settings.warehouse_path)
        refresh = "full" if full else "increment"
        called = call_dbt(self.settings, arguments, warehouse, self._manifest, refresh)
        return list(called.results)

    def names(self, unique_ids: Iterable[str]) -> list[str]:
        """The fully qualified names, by which dbt selects, of models, seeds and tests."""
        return sorted({".".join(self._manifest.nodes[unique_id].fqn) for unique_id in unique_ids})


def parsed(settings: Settings) -> Manifest:
    """The parsed project, from the last process that parsed it unless anything changed since.

    dbt keeps one as well, which takes it ten times as long to read and to compare.

    Raises:
        DbtError: a file of the project is wrong.
    """
    from dbt.contracts.graph.manifest import Manifest

    kept = read_kept(*_kept_parsed(settings))
    return Manifest(**pickle.loads(kept)) if kept else parse(settings, write=False)


def parse(settings: Settings, *, write: bool) -> Manifest:
    """The project, parsed now and kept for `parsed`; dbt looks at the files that changed alone.

    `write`: also as `target/manifest.json`, which Dagster reads.

    Raises:
        DbtError: a file of the project is wrong.
    """
    kept_parsed = _kept_parsed(settings)
    arguments = ["parse", "--write-json" if write else "--no-write-json"]
    arguments += ["--log-path", str(settings.dbt_project_folder / "target")]
    manifest: Manifest = call_dbt(settings, arguments, _ANYWHERE)
    if manifest.env_vars.keys() <= _TOLD_TO_PARSE:
        names = [each.name for each in fields(manifest) if not each.name.startswith("_")]
        content = pickle.dumps({name: getattr(manifest, name) for name in names})
        keep(*kept_parsed, content)
    return manifest


def _kept_parsed(settings: Settings) -> tuple[Path, str]:
    """The file of the parsed project, and what one is made of that is as good as parsing anew."""
    programs = [sys.version, *map(version, _PARSERS)]
    told = [each for each in sorted(os.environ.items()) if each[0].startswith("DBT_")]
    made_of = repr((programs, dbt_sources_fingerprint(settings), dbt_variables(settings), told))
    return settings.dbt_project_folder / "target" / _PARSED, made_of


def write_catalog(settings: Settings) -> Path:
    """dbt's own documentation of every model, with lineage, as one HTML file; returns its path.

    It opens without a network. The types of columns come from the warehouse.

    Raises:
        DbtError: a file of the project is wrong, or there is no warehouse to look into.
    """
    folder = settings.data_folder / "dbt"
    if not settings.warehouse_path.exists():
        raise DbtError(f"{settings.warehouse_path} does not exist yet; remedy: siyu refresh")
    arguments = ["docs", "generate", "--static", "--write-json", "--log-path", str(folder)]
    arguments += ["--target-path", str(folder)]
    call_dbt(settings, arguments, str(settings.warehouse_path))
    return folder / "static_index.html"


def dbt_variables(settings: Settings) -> list[str]:
    """The `--vars` of every dbt call: dbt parses anew whenever they differ from the last call."""
    variables: dict[str, str | int | list[str]] = {
        "industry_profile": settings.brand.industry_profile,
        "member_card_ad_recipients": list(settings.brand.member_card.ad_recipients),
    }
    if settings.as_of_date:
        variables["as_of_date"] = settings.as_of_date.isoformat()
    return ["--vars", json.dumps(variables)]


def call_dbt(
    settings: Settings,
    arguments: Sequence[str],
    warehouse: str = _ANYWHERE,
    manifest: Manifest | None = None,
    refresh: str = "full",
) -> Any:
    """What dbt answers to a command, such as `["build", "--select", …]`: its own result.

    `manifest`: the project, if it is parsed already. Nodes that failed are in the result.

    Raises:
        DbtError: dbt could not begin.
    """
    # Their import takes longer than anything else here: only when dbt is called.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    from pipelines.orchestration.dbt_lean import templates, use_lean_parts

    use_lean_parts()
    folder = str(settings.dbt_project_folder)
    common = ["--project-dir", folder, "--profiles-dir", folder, *dbt_variables(settings)]
    kept = settings.dbt_project_folder / "target" / _TEMPLATES
    with _environment(warehouse, refresh), templates.kept_in(kept):
        called = dbtRunner(manifest=manifest).invoke([*_QUIET, *arguments, *common])
        # dbt-duckdb does this at the end of the process: the warehouse would stay open until then.
        DuckDBConnectionManager.close_all_connections()
    if isinstance(called.exception, Exception):
        raise DbtError(f"dbt cannot build {folder}:\n{called.exception}") from called.exception
    if called.exception:  # somebody interrupted it
        raise called.exception
    return called.result


@contextmanager
def _environment(warehouse: str, refresh: str) -> Iterator[None]:
    """Tell dbt, which reads environment variables, where the warehouse is and what is refreshed.

    Parsing always says "full": what reads a variable is parsed anew when its value is another.
    Afterwards the variables are what they were: this process calls other things than dbt.
    """
    told = {
        "SIYU_WAREHOUSE": warehouse,
        "SIYU_REFRESH": refresh,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # Dagster keeps what became of every node. At the level "debug", its default, dbt spends a
        # fifth of a small build on its log, at "info" a tenth.
        "DBT_LOG_LEVEL_FILE": "warn",
    }
    before = {name: value for name, value in os.environ.items() if name in told}
    os.environ.update(told | {name: before[name] for name in _OF_THE_USER & before.keys()})
    try:
        yield
    finally:
        for name in told.keys() - before.keys():
            os.environ.pop(name, None)
        os.environ.update(before)
