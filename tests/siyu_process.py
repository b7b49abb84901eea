"""Runs `siyu` as a user does: a process of its own, with a data folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipelines.settings import Settings

TIMEOUT = int(os.environ.get("SIYU_TEST_TIMEOUT", "600"))
SIYU = Path(sys.executable).parent / "siyu"


class SiyuProcess:
    """A `siyu` with its own data folder (and brand folder), apart from the checkout's."""

    def __init__(self, data: Path, brand_folder: Path | None = None) -> None:
        self.settings = Settings(data=data, brand_folder=brand_folder)
        self._environment = os.environ | {"SIYU_DATA": str(data), "COLUMNS": "160"}
        if brand_folder:
            self._environment["SIYU_BRAND_FOLDER"] = str(brand_folder)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a verb; the caller waits for it or kills it."""
        return subprocess.Popen(
            [SIYU, *arguments],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, expect: int = 0) -> str:
        """Run a verb to its end; its output. The exit code must be `expect`."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=TIMEOUT)
        assert process.returncode == expect, f"siyu {' '.join(arguments)}:\n{output}"
        return output

    def land(self, source: Path, folder: str) -> Path:
        """Deliver a file into landing/<folder>/ under its own name."""
        target = self.settings.landing_folder / folder / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        return target
