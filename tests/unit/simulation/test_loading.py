"""The loader takes every simulated file and rejects exactly the rows that were spoilt."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.exports.contract_files import Contracts, load_contracts
from pipelines.exports.report import CheckedPart, check_file
from pipelines.settings import Settings
from tests.unit.simulation.conftest import Written

CONTRACTS = {
    "tmall/flagship/ExportOrderList": "tmall_orders",
    "tmall/flagship/ExportOrderDetailList": "tmall_items",
    "tmall/outlet/ExportOrderList": "tmall_orders",
    "tmall/outlet/ExportOrderDetailList": "tmall_items",
    "douyin/": "douyin_orders",
    "pos/": "pos_sales",
    "crm/": "crm_members",
    "wecom/": "wecom_contacts",
    "official_account/": "official_account_followers",
    "youzan/": "youzan_customers",
    "oceanengine/": "oceanengine_reports",
}


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Contracts:
    return load_contracts(Settings(brand_folder=tmp_path_factory.mktemp("no_brand")))


@pytest.fixture(scope="module")
def loaded(written: Written, contracts: Contracts) -> dict[str, CheckedPart]:
    """The only part of every file, by path."""
    parts = {}
    for file in written.brand.files:
        path = written.landing / file.path
        (parts[file.path],) = check_file(path, contracts, b"k" * 32, written.landing)
    return parts


def test_rows_are_accounted_for_as_the_brand_says(
    written: Written, loaded: dict[str, CheckedPart]
) -> None:
    for file in written.brand.files:
        report = loaded[file.path].report
        assert report.status == "loaded", report.message
        counts = (report.rows_read, report.rows_rejected, report.rows_junk)
        assert counts == (file.rows, file.rejected, file.junk), file.path
        assert report.unknown_headers == ()
    reports = [part.report for part in loaded.values()]
    assert sum(r.rows_rejected for r in reports) == written.brand.expected_rejected
    assert sum(r.rows_junk for r in reports) == written.brand.expected_junk


def test_every_file_finds_its_contract_account_and_export_time(
    written: Written, loaded: dict[str, CheckedPart]
) -> None:
    for file in written.brand.files:
        report = loaded[file.path].report
        assert report.contract == next(c for p, c in CONTRACTS.items() if file.path.startswith(p))
        folders = Path(file.path).parts[1:-1]
        assert report.account == (folders[0] if folders else "default")
        assert report.exported_at is not None
        late = file.exported_at.replace(tzinfo=None) - report.exported_at
        # A store file's name holds its days only, so it counts as exported when they end.
        assert timedelta() <= late < timedelta(hours=9 if file.path.startswith("pos/") else 1)


def test_keys_meet_across_sources(written: Written, loaded: dict[str, CheckedPart]) -> None:
    def keys(prefix: str, column: str) -> set[str]:
        found: set[str] = set()
        for path, part in loaded.items():
            if path.startswith(prefix) and part.checked is not None:
                found |= set(part.checked.rows[column].drop_nulls())
        return found

    nicks = keys("tmall/flagship/ExportOrderList", "buyer_nick_key")
    assert len(nicks) == written.brand.orders.filter("is_identified", platform="tmall")[
        "person_id"
    ].n_unique()  # fmt: skip
    assert len(nicks & keys("crm/", "tmall_nick_key")) > 50
    assert len(keys("crm/", "member_phone_key") & keys("youzan/", "customer_phone_key")) > 20
    assert len(keys("crm/", "unionid") & keys("wecom/", "unionid")) > 50
    assert len(keys("wecom/", "unionid") & keys("official_account/", "unionid")) > 50
    assert keys("pos/", "member_id_crm") <= keys("crm/", "member_id_crm")
    assert not keys("douyin/", "receiver_phone_key")
    assert not keys("tmall/flagship/ExportOrderList", "receiver_phone_key")
