"""What can go wrong with a contract or an export file, each with a message for its reader."""

from __future__ import annotations


class ContractError(Exception):
    """A contract file is wrong. The message names file, field and remedy, one line each."""


class ExportRefused(Exception):  # noqa: N818 - an answer to the operator, not a failure of ours
    """A delivered file (or one part of it) is not loaded; the message says why and what to do."""


class UnreadableExport(ExportRefused):
    """The bytes cannot be read as any known file format."""


class UnknownExport(ExportRefused):
    """No contract fits the header; the message shows the nearest ones and what differs."""


class AmbiguousExport(ExportRefused):
    """Several contracts fit equally well."""
