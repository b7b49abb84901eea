"""A full disk is named, whatever failed for it; other errors stay what they are."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from pipelines.orchestration.disk_space import DiskFullError, check_disk, naming_a_full_disk
from pipelines.settings import Settings


class Usage(NamedTuple):
    free: int


def fail(settings: Settings) -> None:
    with naming_a_full_disk(settings):
        assert not logging.raiseExceptions
        raise RuntimeError("(sqlite3.OperationalError) database or disk is full")


def test_an_error_on_a_full_disk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(3_000_000))
    with pytest.raises(DiskFullError, match=r"is full \(3 MB are free\).*make room, 64 MB") as told:
        fail(Settings(data=tmp_path))
    assert isinstance(told.value.__cause__, RuntimeError)
    with pytest.raises(DiskFullError):
        check_disk(Settings(data=tmp_path))


def test_an_error_beside_a_roomy_disk_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9))
    with pytest.raises(RuntimeError, match="sqlite3"):
        fail(Settings(data=tmp_path))
    with pytest.raises(RuntimeError, match="sqlite3"):
        fail(Settings(data=tmp_path / "absent"))
    assert logging.raiseExceptions
