"""Reader processes beside a publisher, and publishers that are killed.

`make proof` asks the same of more readers, publishes and kills.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.publishing import connect, layout, read_manifest, versions
from pipelines.publishing.manifest import hash_file
from pipelines.settings import Settings
from tests.unit.publishing.conftest import publish_now, read_number, write_warehouse

REPOSITORY = Path(__file__).resolve().parents[3]
proof = pytest.mark.proof


def start(module: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.unit.publishing.{module}", *map(str, arguments)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def start_publisher(settings: Settings, first: int, count: int) -> subprocess.Popen[str]:
    process = start("publisher_process", settings.data_folder, first, count)
    assert process.stdout is not None
    assert process.stdout.readline() == "0\n"
    return process


@pytest.mark.parametrize(("publishes", "readers"), [(20, 2), pytest.param(100, 8, marks=proof)])
def test_readers_see_no_error_and_no_mixture_while_versions_are_published(
    publishes: int, readers: int, settings: Settings
) -> None:
    write_warehouse(settings, number=1)
    publish_now(settings)
    reading = [start("reader_process", settings.data_folder) for _ in range(readers)]

    publisher = start_publisher(settings, first=2, count=publishes)
    _, complaint = publisher.communicate()
    assert publisher.returncode == 0, complaint

    for reader in reading:
        printed, complaint = reader.communicate()  # closes its standard input: it ends
        assert reader.returncode == 0, complaint
        reads, _, last, versions_seen = map(int, printed.split())
        assert last == publishes + 1
        assert reads >= versions_seen > publishes / 10
    assert len(versions(settings)) == 3


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=proof)])
def test_a_killed_publisher_leaves_a_readable_version_and_its_rubbish_goes_next_time(
    kills: int, settings: Settings
) -> None:
    write_warehouse(settings, number=1)
    publish_now(settings)
    chance = random.Random(20260131)
    number = 1
    interrupted = 0
    for _ in range(kills):
        publisher = start_publisher(settings, first=number + 1, count=1000)
        time.sleep(chance.uniform(0.0, 0.4))
        publisher.send_signal(signal.SIGKILL)
        printed = [int(line) for line in publisher.communicate()[0].split()]
        number = max([number, *printed])

        with connect(settings) as reader:
            # Killed after the swap and before the print, it is one further.
            assert read_number(reader) in (number, number + 1)
            number = read_number(reader)
        for manifest in versions(settings):
            folder = layout.versions_folder(settings) / manifest.version
            assert hash_file(folder / layout.DATABASE_NAME) == manifest.file_sha256
        interrupted += any(
            path.name.startswith(layout.LEFTOVER_PREFIXES)
            for path in settings.serving_folder.iterdir()
        )
    assert interrupted > 0, "no kill hit a publish: the test shows nothing"

    number += 1
    write_warehouse(settings, number)
    publish_now(settings)
    assert sorted(path.name for path in settings.serving_folder.iterdir()) == [
        ".publishing.lock",
        "current",
        "versions",
    ]
    assert read_manifest(settings).tables["marts.rpt_tiers"].rows == 200
    with connect(settings) as reader:
        assert read_number(reader) == number
