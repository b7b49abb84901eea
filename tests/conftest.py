"""What every test may use, and the order in which test files run."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from pipelines.settings import Settings

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real formats, samples and reference answers that lies beside the checkout.

    A user's clone has none: those tests skip and say why. In CI a missing folder is a failure.
    """
    if SHARED.is_dir():
        return SHARED
    message = (
        f"no folder {SHARED.name!r} beside the checkout: real samples and references are absent"
    )
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def pytest_configure(config: pytest.Config) -> None:
    """Several processes take files in the order below; and garbage is as rare as in a refresh.

    An operator's own settings do not hold for tests: these would write into the brand's folder.
    """
    for name in Settings.model_fields:
        os.environ.pop(f"SIYU_{name.upper()}", None)
    config.option.loadscopereorder = False
    gc.set_threshold(100_000, 50, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no process has a long one left at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
