"""Runs a program in a Python of its own, in a folder and an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def told_by(program: str, folder: Path, **environment: str) -> Any:
    """The last line that a program prints, which is JSON; it knows the checkout's packages."""
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(__file__).parents[1]), **environment},
    ).stdout
    return json.loads(told.splitlines()[-1])
