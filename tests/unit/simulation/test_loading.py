"""The loader takes every simulated file and rejects exactly the rows that were spoilt."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
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
    "douyin/flagship/1": "douyin_orders",
    "douyin/outlet/1": "douyin_orders",
    "douyin/flagship/售后单": "douyin_aftersales",
    "douyin/outlet/售后单": "douyin_aftersales",
    "douyin/flagship/直播间列表": "douyin_live_sessions",
    "pos/": "pos_sales",
    "youzan/订单": "youzan_orders",
    "jd/": "jd_orders",
    "xiaohongshu/": "xiaohongshu_orders",
    "kuaishou/": "kuaishou_orders",
    "wechat_shop/": "wechat_shop_orders",
    "oceanengine/adv_1001/": "oceanengine_reports",
    "oceanengine/adv_1002/": "oceanengine_reports",
    "oceanengine/adv_1003/unit": "oceanengine_reports",
    "oceanengine/adv_1003/clue": "oceanengine_local_leads",
    "oceanengine/adv_1003/线索": "oceanengine_lead_table",
    "qianchuan/qc_2001/": "qianchuan_products",
    "qianchuan/qc_2002/": "qianchuan_materials",
    "wanxiangtai/": "wanxiangtai_items",
    "xiaohongshu_ads/xhs_4001/聚光": "xiaohongshu_ads_juguang_notes",
    "xiaohongshu_ads/xhs_4001/订单": "xiaohongshu_ads_pugongying_orders",
    "tencent_ads/": "tencent_ads_reports",
    "yuntu/": "yuntu_assets",
}
"""What the private domain writes has tests of its own."""
NAMED_BY_DAY = ("material_report", "千川_素材")
"""Files whose name holds the day of the figures and not the time of the export."""
NEWEST = 4
"""Files of each kind that are read: the newest ones hold the spoilt rows."""


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Contracts:
    return load_contracts(Settings(brand_folder=tmp_path_factory.mktemp("no_brand")))


@pytest.fixture(scope="module")
def loaded(written: Written, contracts: Contracts) -> dict[str, CheckedPart]:
    """The only part of the newest files of each kind, by path."""
    parts = {}
    for prefix in CONTRACTS:
        files = written.truth.files.filter(pl.col("path").str.starts_with(prefix))
        for path in files.sort("exported_at")["path"].tail(NEWEST):
            whole = written.landing / path
            (parts[path],) = check_file(whole, contracts, b"k" * 32, written.landing)
    return parts


def test_rows_are_accounted_for_as_the_truth_says(
    written: Written, loaded: dict[str, CheckedPart]
) -> None:
    files = {row["path"]: row for row in written.truth.files.iter_rows(named=True)}
    for path, part in loaded.items():
        report, file = part.report, files[path]
        assert report.status == "loaded", report.message
        counts = (report.rows_read, report.rows_rejected, report.rows_junk)
        assert counts == (file["rows"], file["rejected"], file["junk"]), path
        assert report.unknown_headers == ()
    assert sum(part.report.rows_rejected for part in loaded.values()) >= 16


def test_every_file_finds_its_contract_account_and_export_time(
    written: Written, loaded: dict[str, CheckedPart]
) -> None:
    exported = dict(written.truth.files.select("path", "exported_at").iter_rows())
    for path, part in loaded.items():
        report = part.report
        assert report.contract == next(c for p, c in CONTRACTS.items() if path.startswith(p))
        folders = Path(path).parts[1:-1]
        assert report.account == (folders[0] if folders else "default")
        assert report.exported_at is not None
        if Path(path).name.startswith(NAMED_BY_DAY):
            continue
        late = exported[path] - timedelta(hours=8) - report.exported_at
        assert timedelta() <= late < timedelta(minutes=1), path


def test_keys_are_those_of_the_people(written: Written, loaded: dict[str, CheckedPart]) -> None:
    def keys(prefix: str, column: str) -> set[str]:
        found: set[str] = set()
        for path, part in loaded.items():
            if path.startswith(prefix) and part.checked is not None:
                found |= set(part.checked.rows[column].drop_nulls())
        return found

    assert len(keys("tmall/flagship/ExportOrderList", "buyer_nick_key")) > 100
    cards = written.truth.identifiers.filter(identifier_type="crm_member_id")["identifier_value"]
    assert keys("pos/", "member_id_crm") <= set(cards)
    assert not keys("douyin/flagship/1", "receiver_phone_key")
    assert not keys("xiaohongshu/", "receiver_phone_key")
    assert len(keys("youzan/", "buyer_phone_key")) > 20
    assert len(keys("jd/", "buyer_account_key")) > 20
    assert len(keys("oceanengine/adv_1003/clue", "lead_phone_key")) > 5
    assert not keys("tmall/flagship/ExportOrderList", "receiver_phone_key")
