"""What a worker tells the process that measures it. Standard library only."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def cpu_seconds() -> float:
    """CPU seconds of this process and of its children that ended."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


class Clock:
    """CPU seconds of the measured call, start-up and preparation apart."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure the body; several bodies add up."""
        started = cpu_seconds()
        yield
        self.seconds += cpu_seconds() - started


def tell(clock: Clock | None = None, **facts: object) -> None:
    """Print the facts as the last line of output."""
    if clock is not None:
        facts["work_seconds"] = clock.seconds
    sys.stdout.write(json.dumps(facts, default=str) + "\n")
