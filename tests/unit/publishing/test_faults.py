"""Readers beside a publisher, and publishers that are killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from pipelines.publishing import connect, layout, read_manifest, versions
from pipelines.publishing.manifest import hash_file
from pipelines.settings import Settings
from tests.unit.publishing.conftest import publish_now, write_warehouse

REPOSITORY = Path(__file__).resolve().parents[3]
BOTH_TABLES = """
    select number, count(*) from customer_center.dim_customers group by all
    union all
    select number, count(*) from marts.rpt_tiers group by all
"""


def start_publisher(settings: Settings, first: int, count: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.unit.publishing.publisher_process",
            str(settings.data_folder),
            str(first),
            str(count),
        ],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "0\n"
    return process


def test_readers_see_no_error_and_no_mixture_while_twenty_versions_are_published(
    settings: Settings,
) -> None:
    write_warehouse(settings, number=1)
    publish_now(settings)
    publisher = start_publisher(settings, first=2, count=20)
    seen = []
    with connect(settings) as following:
        while True:
            finished = publisher.poll() is not None
            [(number, customers), (other, tiers)] = following.fetch(BOTH_TABLES)[1]
            assert (number, customers, tiers) == (other, 100, 200)
            seen.append(number)
            with connect(settings, follow=False) as staying:
                first = staying.fetch("select distinct number from marts.rpt_tiers")[1]
                second = staying.fetch("select distinct number from customer_center.dim_customers")
                assert first == second[1]
            assert len(versions(settings)) <= 4, "three kept and one about to be retired"
            if finished:
                break
    assert publisher.returncode == 0
    assert seen == sorted(seen), "a reader never goes back to an older version"
    assert seen[-1] == 21
    assert len(set(seen)) > 5


def test_a_killed_publisher_leaves_a_readable_version_and_its_rubbish_goes_next_time(
    settings: Settings,
) -> None:
    write_warehouse(settings, number=1)
    publish_now(settings)
    chance = random.Random(20260131)
    number = 1
    interrupted = 0
    for _ in range(10):
        publisher = start_publisher(settings, first=number + 1, count=1000)
        time.sleep(chance.uniform(0.0, 0.4))
        publisher.send_signal(signal.SIGKILL)
        printed = [int(line) for line in publisher.communicate()[0].split()]
        number = max([number, *printed])

        with connect(settings) as reader:
            [(low, customers), (high, tiers)] = reader.fetch(BOTH_TABLES)[1]
            assert (low, customers, tiers) == (high, 100, 200)
            # Killed after the swap and before the print, it is one further.
            assert low in (number, number + 1)
            number = low
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
        assert {row[0] for row in reader.fetch(BOTH_TABLES)[1]} == {number}
