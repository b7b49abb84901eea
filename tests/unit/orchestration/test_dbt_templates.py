"""A template is compiled by the first process that needs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.orchestration import dbt_templates
from pipelines.orchestration.dbt_templates import CompiledTemplates


class Sandbox:
    """An environment."""


class Native:
    """One that compiles otherwise."""


class Process:
    """What one process compiles; `run` gives what the code of a template makes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.compiled: list[str] = []
        self._templates = CompiledTemplates()

    def run(self, text: str, environment: type = Sandbox) -> str:
        def compiled():
            self.compiled.append(text)
            return compile(f"made = {environment.__name__ + ': ' + text!r}", "<template>", "exec")

        names: dict[str, str] = {}
        with self._templates.kept_in(self.file):
            exec(self._templates.get(environment, text, compiled), names)
        return names["made"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    first = Process(tmp_path / "templates.marshal")
    assert [first.run("select 1"), first.run("select 1")] == ["Sandbox: select 1"] * 2
    assert first.compiled == ["select 1"]
    return first.file


def test_the_next_process_compiles_what_is_new_alone(file: Path):
    second, third = Process(file), Process(file)
    assert second.run("select 1") == "Sandbox: select 1"
    assert second.run("select 2") == "Sandbox: select 2"
    assert second.compiled == ["select 2"]
    assert [third.run("select 1"), third.run("select 2")] == [
        "Sandbox: select 1",
        "Sandbox: select 2",
    ]
    assert third.compiled == []


def test_environments_do_not_share_code(file: Path):
    second = Process(file)
    assert second.run("select 1", Native) == "Native: select 1"
    assert second.compiled == ["select 1"]


def test_another_compiler_begins_anew(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dbt_templates, "version", lambda name: f"another {name}")
    second = Process(file)
    assert second.run("select 1") == "Sandbox: select 1"
    assert second.compiled == ["select 1"]


def test_a_file_of_too_many_begins_anew(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dbt_templates, "_MOST", 0)
    second = Process(file)
    assert second.run("select 2") == "Sandbox: select 2"
    monkeypatch.undo()
    third = Process(file)
    assert [third.run("select 2"), third.run("select 1")] == [
        "Sandbox: select 2",
        "Sandbox: select 1",
    ]
    assert third.compiled == ["select 1"]


def test_a_failure_keeps_what_was_compiled(file: Path):
    second, third = Process(file), Process(file)

    def build():
        with second._templates.kept_in(file):
            second.run("select 2")
            raise RuntimeError("a model failed")

    with pytest.raises(RuntimeError, match="a model failed"):
        build()
    assert third.run("select 2") == "Sandbox: select 2"
    assert third.compiled == []
