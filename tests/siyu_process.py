"""Runs `siyu` as a user does: a process of its own, with a data folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkstemp

from pipelines.settings import Settings

TIMEOUT = int(os.environ.get("SIYU_TEST_TIMEOUT", "600"))
SIYU = Path(sys.executable).parent / "siyu"


class Started(subprocess.Popen[bytes]):
    """A process whose output goes to a file: a pipe that nobody reads would stop it when full."""

    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        self._file, path = mkstemp()
        Path(path).unlink()
        super().__init__(
            command,
            env=environment,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def output(self) -> str:
        """What it has said so far."""
        return os.pread(self._file, os.fstat(self._file).st_size, 0).decode(errors="replace")


class SiyuProcess:
    """A `siyu` with its own data folder (and brand folder), apart from the checkout's."""

    def __init__(self, data: Path, brand_folder: Path | None = None) -> None:
        self.settings = Settings(data=data, brand_folder=brand_folder)
        self._environment = os.environ | {"SIYU_DATA": str(data), "COLUMNS": "160"}
        if brand_folder:
            self._environment["SIYU_BRAND_FOLDER"] = str(brand_folder)

    def start(self, *arguments: str) -> Started:
        """Start a verb; the caller waits for it or kills it."""
        return Started([SIYU, *arguments], self._environment)

    def run(self, *arguments: str, expect: int = 0) -> str:
        """Run a verb to its end; its output. The exit code must be `expect`."""
        process = self.start(*arguments)
        process.wait(timeout=TIMEOUT)
        assert process.returncode == expect, f"siyu {' '.join(arguments)}:\n{process.output}"
        return process.output

    def land(self, source: Path, folder: str) -> Path:
        """Deliver a file into landing/<folder>/ under its own name."""
        target = self.settings.landing_folder / folder / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        return target
