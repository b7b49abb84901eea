"""dbt's build with less work around each node. It builds, tests and tells the same.

As shipped, dbt 1.11 spends more time around the SQL of a small brand than in it. Here events that
no log takes are never written out, a node's context is made once instead of twice, templates are
compiled once and kept (`dbt_templates.py`), and a test asks for its three numbers without a
materialization around it.

This replaces parts of dbt that are no public interface, so dbt-core stays pinned to 1.11;
tests/integration/test_dbt_lean.py compares a build with one by dbt as shipped.
"""

from __future__ import annotations

import inspect
import threading
from types import CodeType
from typing import Any

import dbt.compilation
import dbt.task.build
import dbt.task.run
from dbt.adapters.base import BaseRelation
from dbt.adapters.duckdb.impl import DuckDBAdapter
from dbt.adapters.reference_keys import _ReferenceKey
from dbt.clients.jinja import MacroGenerator
from dbt.compilation import Linker
from dbt.context.macros import MacroNamespace
from dbt.context.manifest import ManifestContext
from dbt.context.providers import ModelContext, RuntimeProvider
from dbt.contracts.graph.manifest import Manifest
from dbt.graph import GraphQueue
from dbt.node_types import NodeType
from dbt.task.build import BuildTask
from dbt.task.test import TestResultData, TestRunner
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.clients import agate_helper, jinja
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager

from pipelines.orchestration.dbt_templates import CompiledTemplates

_BY_LOUDNESS = list(EventLevel)


class LeanTest(TestRunner):
    """A data test: its select goes to DuckDB as it is, and three numbers come back."""

    def execute_data_test(self, data_test: Any, manifest: Manifest) -> TestResultData:
        """As dbt's `test` materialization, which this project leaves as it is, does it."""
        config = data_test.config
        if config.store_failures or config.limit:
            return super().execute_data_test(data_test, manifest)
        _, cursor = self.adapter.connections.add_query(
            f"select {config.fail_calc} as failures, {config.fail_calc} {config.warn_if}, "
            f"{config.fail_calc} {config.error_if} from ({data_test.compiled_code}\n) as tested",
            auto_begin=False,
        )
        [(failures, warns, fails)] = cursor.fetchall()
        return TestResultData(int(failures), bool(warns), bool(fails), adapter_response={})


class LeanBuild(BuildTask):
    """`dbt build` with lean data tests, and a short way to what is selected."""

    RUNNER_MAP = BuildTask.RUNNER_MAP | {NodeType.Test: LeanTest}

    def get_graph_queue(self) -> GraphQueue:
        """Select once; dbt selects twice more to tell unit tests, if any, from other nodes."""
        if NodeType.Unit in self.resource_types():
            return super().get_graph_queue()
        return self.get_node_selector().get_graph_queue(self.get_selection_spec())


class HeardEvents(EventManager):
    """Events that a log takes. dbt makes a message of each event before it asks the logs."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """As dbt does, unless nobody listens; what warns or fails is always told."""
        loudness = _BY_LOUDNESS.index(level or e.level_tag())
        heard = [_BY_LOUDNESS.index(logger.level) for logger in self.loggers]
        if loudness >= min([_BY_LOUDNESS.index(EventLevel.WARN), *heard]):
            super().fire_event(e, level, node, force_warn_or_error_handling)


_parse_arguments = BaseEvent.__init__


def _keep_arguments(event: BaseEvent, *args: Any, **kwargs: Any) -> None:
    event.__dict__["_arguments"] = (args, kwargs)


def _write_out(event: BaseEvent, name: str) -> Any:
    """Attributes of an event stand in its message, which is made when the first is asked for."""
    if name != "pb_msg":
        return getattr(event.pb_msg, name)
    if "_arguments" not in event.__dict__:
        raise AttributeError(name)
    args, kwargs = event.__dict__.pop("_arguments")
    _parse_arguments(event, *args, **kwargs)
    return event.__dict__["pb_msg"]


class _Macros:
    """The macros that the nodes of a package know, made once for all of them.

    They look names up in `names`, of whichever node is at work, when they are called.
    """

    def __init__(self, context: LeanContext) -> None:
        self.names: dict[str, Any] = {}
        self.stack = context.macro_stack
        self.namespace = context._get_namespace_builder().build_namespace(
            context.manifest.get_macros_by_package(), self.names
        )
        self.by_name: dict[str, Any] = {}
        for package in reversed(list(self.namespace._search_order())):
            self.by_name.update(package)
        self._all = [
            macro
            for package in (*self.namespace.packages.values(), self.by_name)
            for macro in package.values()
            if isinstance(macro, MacroGenerator)
        ]

    def serve(self, node: Any) -> None:
        """Forget the names of the node before; what is called belongs to this node."""
        self.names.clear()
        for macro in self._all:
            macro.node = node


class _Kept(threading.local):
    """Of each thread the context of the node that it compiled last, and the macros by package."""

    def __init__(self) -> None:
        self.context: LeanContext | None = None
        self.manifest: Manifest | None = None
        self.macros: dict[str, _Macros] = {}


_kept = _Kept()


class LeanContext(ModelContext):
    """The names that templates know. A thread works at one node at a time, so that its macros,
    more than half a thousand, are made once and serve node after node."""

    def _build_namespace(self) -> MacroNamespace:
        if _kept.manifest is not self.manifest:
            _kept.manifest, _kept.macros = self.manifest, {}
        if self.search_package not in _kept.macros:
            _kept.macros[self.search_package] = _Macros(self)
        macros = _kept.macros[self.search_package]
        macros.serve(self.model)
        self._ctx, self.macro_stack = macros.names, macros.stack
        return macros.namespace

    def to_dict(self) -> dict[str, Any]:
        """As dbt does it, which searches all packages for each macro."""
        names = super(ManifestContext, self).to_dict()
        names.update(_kept.macros[self.search_package].by_name)
        return names


_make_macro = MacroGenerator.get_macro


def _macro_made_once(generator: MacroGenerator) -> Any:
    """What a macro's template defines; it looks names up when it is called."""
    if "_made" not in generator.__dict__:
        generator.__dict__["_made"] = _make_macro(generator)
    return generator.__dict__["_made"]


def _context(model: Any, config: Any, manifest: Manifest) -> dict[str, Any]:
    """The context of a node, for compiling it and then, in the same thread, for running it."""
    if _kept.context is None or _kept.context.model is not model:
        _kept.context = LeanContext(model, config, manifest, RuntimeProvider(), None)
    _kept.context.sql_results = {}
    return _kept.context.to_dict()


templates = CompiledTemplates()
_compile = jinja.MacroFuzzEnvironment.compile


def _compile_once(environment: jinja.MacroFuzzEnvironment, source: str) -> CodeType:
    """A template keeps its own environment for running."""
    return templates.get(type(environment), source, lambda: _compile(environment, source))


_NO_ROWS = agate_helper.empty_table()
"""What dbt notes for each statement that returns nothing."""


def _known_relation(
    adapter: DuckDBAdapter, database: str, schema: str, identifier: str
) -> BaseRelation | None:
    """The table or view of a name. dbt compares it with every relation that it knows."""
    if not adapter._schema_is_cached(database, schema):
        return _get_relation(adapter, database, schema, identifier)
    kept = adapter.cache.relations.get(
        _ReferenceKey(database.lower(), schema.lower(), identifier.lower())
    )
    return kept.inner if kept else None


_get_relation = DuckDBAdapter.get_relation


def _no_foreign_keys(_adapter: DuckDBAdapter, _model: Any) -> bool:
    """Our materializations write no keys: no node asks the catalog for tables that point to it."""
    return False


_find_cycles = Linker.find_cycles


def _cycles(linker: Linker) -> str | None:
    """The way round in circles that dbt reports; it looks for one step by step, edge by edge."""
    return (
        None if dbt.compilation.nx.is_directed_acyclic_graph(linker.graph) else _find_cycles(linker)
    )


def _calling_module() -> str:
    """The module that declares a behaviour flag. dbt reads the source of each frame for it."""
    frame = inspect.currentframe()
    while frame and frame.f_globals["__name__"] in (__name__, BehaviorFlagRendered.__module__):
        frame = frame.f_back
    return str(frame.f_globals["__name__"]) if frame else "Unknown"


_REPLACED: list[tuple[Any, str, Any]] = [
    (BaseEvent, "__init__", _keep_arguments),
    (BaseEvent, "__getattr__", _write_out),
    (dbt.compilation, "generate_runtime_model_context", _context),
    (dbt.task.run, "generate_runtime_model_context", _context),
    (jinja.MacroFuzzEnvironment, "compile", _compile_once),
    (MacroGenerator, "get_macro", _macro_made_once),
    (agate_helper, "empty_table", lambda: _NO_ROWS),
    (DuckDBAdapter, "get_relation", _known_relation),
    (DuckDBAdapter, "_acquire_foreign_key_lock", _no_foreign_keys),
    (Linker, "find_cycles", _cycles),
    (BehaviorFlagRendered, "_default_source", staticmethod(_calling_module)),
    (dbt.task.build, "BuildTask", LeanBuild),
]


def use_lean_parts() -> None:
    """Replace dbt's parts in this process; every dbt call after it uses these."""
    ctx_set_event_manager(HeardEvents())
    for owner, name, lean in _REPLACED:
        setattr(owner, name, lean)
