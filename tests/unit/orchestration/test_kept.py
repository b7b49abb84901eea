"""What one process keeps, the next one reads: but only what was made of the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.orchestration.kept import keep, read_kept


@pytest.fixture
def file(tmp_path: Path) -> Path:
    keep(tmp_path / "kept", "version 1", b"worked out")
    return tmp_path / "kept"


def test_the_next_process_reads_it(file: Path):
    assert read_kept(file, "version 1") == b"worked out"
    assert [each.name for each in file.parent.iterdir()] == ["kept"]


def test_what_was_made_of_something_else_is_not_read(file: Path):
    assert read_kept(file, "version 2") is None


@pytest.mark.parametrize("damage", [b"", b"worked", b"x" * 100])
def test_a_damaged_file_is_not_read(file: Path, damage: bytes):
    file.write_bytes(damage)
    assert read_kept(file, "version 1") is None


def test_one_changed_byte_is_noticed(file: Path):
    file.write_bytes(file.read_bytes()[:-1] + b"T")
    assert read_kept(file, "version 1") is None


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path):
    keep(tmp_path / "missing" / "kept", "version 1", b"worked out")
    assert read_kept(tmp_path / "missing" / "kept", "version 1") is None


def test_a_full_disk_leaves_what_was_kept_and_no_rubbish(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_: object):
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    keep(file, "version 2", b"more")
    assert [each.name for each in file.parent.iterdir()] == ["kept"]
    assert read_kept(file, "version 1") == b"worked out"
