"""What can go wrong with audience packages; every message names the remedy."""

from __future__ import annotations


class AudienceError(Exception):
    """A package cannot be built, found or taken back."""
