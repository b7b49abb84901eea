"""What tests run `siyu` with."""

from __future__ import annotations

import os
import sys

from tests.siyu_process import Started


def test_a_process_of_many_words_ends_though_nobody_reads_them() -> None:
    process = Started([sys.executable, "-c", "print('x' * 200_000)"], os.environ)
    assert process.wait(timeout=30) == 0
    assert process.output == "x" * 200_000 + "\n"
