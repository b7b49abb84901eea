"""Faults are tried on the brand of the integration tests."""

from tests.integration.conftest import refreshed

__all__ = ["refreshed"]
