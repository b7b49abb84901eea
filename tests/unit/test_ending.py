"""A process that ends at once loses nothing that Python promises."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import atexit, threading, time
from pipelines.ending import end_at_once

class Finalized:
    def __del__(self):
        print("finalized")

def late():
    time.sleep(0.2)
    print("thread")

kept = Finalized()
kept.itself = kept
threading.Thread(target=late).start()
atexit.register(print, "registered")
print("printed")
"""


@pytest.mark.parametrize(
    ("last_line", "said"),
    [
        ("end_at_once()", ["printed", "thread", "registered"]),
        ("", ["printed", "thread", "registered", "finalized"]),
    ],
)
def test_threads_and_registered_functions_finish_and_output_is_whole(
    last_line: str, said: list[str]
) -> None:
    ended = _run("-c", _PROGRAM + last_line)
    assert (ended.returncode, ended.stdout.split()) == (0, said)


@pytest.mark.parametrize(("argument", "code"), [("--version", 0), ("--no-such-option", 2)])
def test_siyu_ends_with_the_exit_code_of_its_verb(argument: str, code: int) -> None:
    ended = _run("-m", "pipelines.cli", argument)
    assert ended.returncode == code
    assert ended.stdout + ended.stderr


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
