"""The one door to the warehouse, and the right to refresh."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.warehouse import (
    NoWarehouseError,
    RefreshRunningError,
    open_warehouse,
    reading_warehouse,
    refresh_lock,
    table_counts,
)

HOLD = """
import sys, time
from contextlib import nullcontext
from pathlib import Path
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse, refresh_lock
settings = Settings(data=Path(sys.argv[1]))
lock = refresh_lock(settings) if sys.argv[3] == "True" else nullcontext()
with lock, open_warehouse(settings):
    print("open", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(settings: Settings, seconds: float, *, is_refresh: bool = False) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.data), str(seconds), str(is_refresh)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    assert holder.stdout.readline() == "open\n"
    return holder


def test_it_waits_for_the_process_that_has_it_open_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data=tmp_path)
    holder = hold(settings, 1.5)
    started = time.monotonic()
    with open_warehouse(settings) as connection:
        assert connection.execute("select 1").fetchall() == [(1,)]
    assert time.monotonic() - started > 0.5
    [told] = caplog.messages
    assert f"(PID {holder.pid}): waiting up to 120 seconds. The warehouse has" in told
    assert "close that program or end that process; read with `siyu query` instead." in told
    holder.wait()


def test_nobody_is_told_to_end_the_refresh_that_is_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data=tmp_path)
    holder = hold(settings, 30, is_refresh=True)
    with (
        pytest.raises(RefreshRunningError, match=rf"PID {holder.pid}\) is writing .* Let it end"),
        open_warehouse(settings, wait_seconds=0.6),
    ):
        pytest.fail("opened a warehouse that another process holds")
    [told] = caplog.messages
    assert "Let it end" in told
    holder.kill()
    holder.wait()


def test_it_says_who_holds_it_when_that_takes_too_long(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    holder = hold(settings, 30)
    with (
        pytest.raises(RefreshRunningError, match=rf"PID {holder.pid}"),
        open_warehouse(settings, wait_seconds=0.6),
    ):
        pytest.fail("opened a warehouse that another process holds")
    holder.kill()
    holder.wait()


def test_a_verb_says_whether_a_refresh_or_another_program_is_in_its_way(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    holder = hold(settings, 30)
    reading = reading_warehouse(settings, "siyu why")
    with pytest.raises(RefreshRunningError, match=rf"PID {holder.pid}.*end that process"), reading:
        pytest.fail("opened a warehouse that another process holds")
    holder.kill()
    holder.wait()
    holder = hold(settings, 30, is_refresh=True)
    reading = reading_warehouse(settings, "siyu why")
    with (
        pytest.raises(RefreshRunningError, match="Ask again when the refresh has ended"),
        reading,
    ):
        pytest.fail("opened a warehouse that another process holds")
    holder.kill()
    holder.wait()


def test_reading_before_the_first_refresh_says_what_to_run(tmp_path: Path) -> None:
    reading = open_warehouse(Settings(data=tmp_path), read_only=True)
    with pytest.raises(NoWarehouseError, match="`siyu refresh` makes it"), reading:
        pass


def test_times_are_utc(tmp_path: Path) -> None:
    with open_warehouse(Settings(data=tmp_path)) as connection:
        assert connection.execute("select current_setting('TimeZone')").fetchall() == [("UTC",)]


def test_who_needs_a_warehouse_does_not_make_one(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with (
        pytest.raises(NoWarehouseError, match="siyu refresh"),
        open_warehouse(settings, must_exist=True),
    ):
        pytest.fail("opened what does not exist")
    assert not settings.warehouse_path.exists()


def test_one_refresh_at_a_time(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with (
        refresh_lock(settings),
        pytest.raises(RefreshRunningError, match="already running"),
        refresh_lock(settings),
    ):
        pytest.fail("two refreshes at once")
    with refresh_lock(settings):
        pass


def test_a_backup_that_holds_the_lock_is_no_refresh(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with refresh_lock(settings):
        pass
    lock = settings.warehouse_path.parent / "refresh.lock"
    with subprocess.Popen(["flock", lock, "cat"], stdin=subprocess.PIPE) as backup:
        while _is_free(lock):
            time.sleep(0.05)
        with (
            pytest.raises(RefreshRunningError, match=r"such as a backup, holds .*refresh.lock"),
            refresh_lock(settings),
        ):
            pytest.fail("refreshed during a backup")
        assert backup.stdin
        backup.stdin.close()


def _is_free(lock: Path) -> bool:
    return subprocess.run(["flock", "--nonblock", lock, "true"], check=False).returncode == 0


def test_table_counts(tmp_path: Path) -> None:
    with open_warehouse(Settings(data=tmp_path)) as connection:
        connection.execute("create schema s; create table s.a as select * from range(3)")
        connection.execute("create table s.b (x int)")
        assert table_counts(connection, ["s.b", "s.a"]) == {"s.a": 3, "s.b": 0}
        assert table_counts(connection, []) == {}
