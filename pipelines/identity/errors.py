"""Errors of identity resolution."""


class IdentityInputError(Exception):
    """The identifiers, edges or seeds contradict each other; the old identity stays in place."""
