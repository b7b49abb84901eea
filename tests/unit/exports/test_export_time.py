"""The export time stands in the file name in many shapes."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.exports.column import FileNameValue
from pipelines.exports.export_time import export_time

ZONE = ZoneInfo("Asia/Shanghai")
DELIVERED = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ExportOrderList201905151650.csv", "2019-05-15 08:50:00"),
        ("ExportOrderDetailList20190515165059.csv", "2019-05-15 08:50:59"),
        ("1777800000_demo.csv", "2026-05-03 09:20:00"),
        ("微信小店订单_wx1_2026年06月12日22时04分13秒.zip", "2026-06-12 14:04:13"),
        ("报表_2026年6月1日.xlsx", "2026-06-01 15:59:59"),
        ("orders_20260501_101500.csv", "2026-05-01 02:15:00"),
        ("orders 2026-05-01 10.15.00.csv", "2026-05-01 02:15:00"),
        ("售卖明细_2026-05-01_2026-05-02.xlsx", "2026-05-02 15:59:59"),
        ("sales20260501.csv", "2026-05-01 15:59:59"),
        ("tmall_order_2022.csv", "2026-06-01 12:00:00"),
        ("orders_99999999.csv", "2026-06-01 12:00:00"),
        ("19990101.csv", "2026-06-01 12:00:00"),
        ("members.csv", "2026-06-01 12:00:00"),
    ],
)
def test_usual_names(name: str, expected: str) -> None:
    assert str(export_time([name], (), ZONE, DELIVERED)) == expected


def test_a_contract_may_name_its_own_shape() -> None:
    shape = FileNameValue(pattern=r"_(\d{2}-\d{2}-\d{4})_", format="%d-%m-%Y")
    assert (
        str(export_time(["x_03-05-2026_.csv"], [shape], ZONE, DELIVERED)) == "2026-05-03 15:59:59"
    )


def test_the_member_of_an_archive_comes_before_the_archive() -> None:
    names = ["a_20260501.csv", "all_20260601.zip"]
    assert str(export_time(names, (), ZONE, DELIVERED)) == "2026-05-01 15:59:59"
    assert str(export_time(["a.csv", names[1]], (), ZONE, DELIVERED)) == "2026-06-01 15:59:59"
