"""One refresh, as `siyu refresh` runs it; tells what it did and where the time went.

It takes its settings from the environment, as `siyu` does. What a refresh leaves behind is read by
another process (`refreshed`), so that this one does nothing but refresh.
"""

from __future__ import annotations

from benchmarks.workers.told import cpu_seconds, tell
from pipelines.ending import end_at_once
from pipelines.orchestration.refresh import refresh
from pipelines.settings import current_settings


class Stages:
    """CPU seconds of each stage; the one before the first is start-up."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name = "start-up"
        self._since = 0.0

    def __call__(self, kind: str, text: str) -> None:
        """The progress of the refresh: a step begins, so the one before it is over."""
        if kind == "step":
            self.end()
            self._name = text

    def end(self) -> None:
        """Close the stage that runs."""
        now = cpu_seconds()
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._since
        self._since = now


def main() -> None:
    """Refresh once."""
    stages = Stages()
    outcome = refresh(current_settings(), stages)
    stages.end()
    tell(
        status=outcome.status,
        failures=outcome.run.failures if outcome.run else [],
        refused=[path for path, _ in outcome.refused],
        rebuilt=outcome.rebuilt,
        stages=stages.seconds,
        run_id=outcome.run.run_id if outcome.run else None,
    )


if __name__ == "__main__":
    main()
    end_at_once()  # as `siyu` does
