"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
