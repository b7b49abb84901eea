"""The console that everything is printed on."""

from __future__ import annotations

import os
import sys
from typing import IO

from rich.console import Console

_WIDTH_OF_LOGS = 160


def screen(*, file: IO[str] | None = None, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or 160 characters where none tells its width.

    Rich takes 80 for log files and pipes, which cuts names in tables. ``COLUMNS`` wins over both.
    """
    stream = file or (sys.stderr if stderr else sys.stdout)
    told = stream.isatty() or "COLUMNS" in os.environ
    return Console(
        file=file, stderr=stderr, highlight=False, width=None if told else _WIDTH_OF_LOGS
    )
