"""A version that cannot be read is named with the way out, also where it is compared."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.publishing.errors import BrokenVersionError
from pipelines.restatement.compare import attach
from pipelines.settings import Settings
from tests.unit.publishing.conftest import publish_now, write_warehouse


@pytest.mark.parametrize("content", [b"no database", None])
def test_a_damaged_version_is_named_when_it_is_compared(
    tmp_path: Path, content: bytes | None
) -> None:
    settings = Settings(data=tmp_path)
    write_warehouse(settings)
    database = publish_now(settings).database
    database.chmod(0o644)
    database.write_bytes(database.read_bytes()[:20_000] if content is None else content)
    with (
        duckdb.connect() as connection,
        pytest.raises(BrokenVersionError, match=f"delete {database.parent}"),
    ):
        attach(connection, database.parent, "older")
