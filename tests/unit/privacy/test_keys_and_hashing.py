"""The key is made once, privately; hashes depend on it and on the type."""

from __future__ import annotations

import hashlib
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.exports.ledger import ensure_ledger
from pipelines.privacy.hashing import hash_series, identifier_key
from pipelines.privacy.keys import KeyFileError, check_key, load_or_create_key
from pipelines.settings import Settings


def test_the_key_is_created_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    key = load_or_create_key(settings)
    assert len(key) == 32
    assert load_or_create_key(settings) == key
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    assert [path.name for path in settings.key_file.parent.iterdir()] == [settings.key_file.name]


def test_processes_that_start_together_get_one_key(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_or_create_key(settings), range(32)))
    assert len(keys) == 1


def test_a_damaged_key_stops_the_load(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    settings.key_file.parent.mkdir(parents=True)
    settings.key_file.write_bytes(b"short")
    with pytest.raises(KeyFileError, match="must be 32 bytes, this file has 5"):
        load_or_create_key(settings)


def test_another_key_than_the_warehouse_knows_stops_the_load(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with duckdb.connect() as warehouse:
        ensure_ledger(warehouse)
        for _ in range(2):
            check_key(warehouse, load_or_create_key(settings), settings.key_file)
        settings.key_file.unlink()
        another = load_or_create_key(settings)
        with pytest.raises(KeyFileError, match=r"hashed with another key.*Restore it"):
            check_key(warehouse, another, settings.key_file)


def test_the_hash_is_a_keyed_hmac_of_type_and_value() -> None:
    key = b"k" * 32
    expected = hmac.new(key, b"phone:+8619900000001", hashlib.sha256).hexdigest()
    assert identifier_key("phone", "+8619900000001", key) == expected
    assert identifier_key("account", "+8619900000001", key) != expected
    assert identifier_key("phone", "+8619900000001", b"j" * 32) != expected


def test_a_series_keeps_order_and_nulls() -> None:
    key = b"k" * 32
    values = pl.Series(["b", None, "a", "b"])
    expected = [identifier_key("account", v, key) if v else None for v in values]
    assert hash_series("account", values, key).to_list() == expected
    assert hash_series("account", pl.Series([None], dtype=pl.String), key).to_list() == [None]
