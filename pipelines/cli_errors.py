"""How the command line ends when something expected goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from pipelines.attribution.explain import OrderNotExplainedError
from pipelines.audiences.errors import AudienceError
from pipelines.exports.errors import ContractError, ExportRefused
from pipelines.identity.errors import IdentityInputError
from pipelines.metrics.errors import MetricError
from pipelines.orchestration.dbt_calls import DbtError
from pipelines.orchestration.disk_space import DiskFullError
from pipelines.privacy.keys import KeyFileError
from pipelines.publishing.errors import PublishingError
from pipelines.reporting import console
from pipelines.settings import SettingsError
from pipelines.warehouse import NoWarehouseError, RefreshRunningError

_EXPECTED = (
    AudienceError,
    ContractError,
    DbtError,
    DiskFullError,
    ExportRefused,
    IdentityInputError,
    KeyFileError,
    MetricError,
    OrderNotExplainedError,
    NoWarehouseError,
    PublishingError,
    RefreshRunningError,
    SettingsError,
)


@contextmanager
def readable_errors() -> Iterator[None]:
    """Expected errors end with their message and exit code 1, never with a traceback."""
    try:
        yield
    except _EXPECTED as error:
        console.error(str(error))
        raise typer.Exit(1) from None
