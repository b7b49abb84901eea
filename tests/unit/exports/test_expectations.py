"""Great Expectations on landed rows: each broken promise is found and named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.exports.expectations import Landed, check_landed_rows
from tests.unit.exports.conftest import Warehouse

REPORT = (
    "时间-天,项目ID,项目名称,消耗,展示数,点击数,点击率%,转化数,转化率%\n"
    "2026-05-01,7300000000000000001,示例项目,12.30,1000,40,4.00,2,5.00\n"
    "2026-05-02,7300000000000000001,示例项目,15.00,1200,30,2.50,1,3.33\n"
)
MEMBERS = (
    "会员卡号,姓名,手机号,会员等级,积分,余额,开卡门店,开卡时间,入会渠道,专属导购\n"
    "80000001,测试甲,19900000001,金卡,320,0.00,杭州一店,2025-06-01,门店扫码,导购01\n"
)


@pytest.fixture
def landed(warehouse: Warehouse):
    """Load the two files; the check of one table, of what landed since a time."""
    warehouse.land("oceanengine/report.csv", REPORT)
    warehouse.land("crm/members.csv", MEMBERS)
    warehouse.load()

    def check(table: str, since=None) -> Landed:
        contracts = warehouse.contracts.by_raw_table[table]
        return check_landed_rows(warehouse.con, table, contracts, since=since)

    return check


def test_what_landed_well_passes(landed) -> None:
    reports, members = landed("raw_oceanengine.reports"), landed("raw_crm.members")
    assert (reports.passed, reports.rows) == (True, 2)
    assert (members.passed, members.rows) == (True, 1)
    assert reports.expectations > 4


def test_only_what_landed_since_the_last_version_is_checked(landed) -> None:
    later = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=1)
    assert landed("raw_oceanengine.reports", since=later) == Landed("raw_oceanengine.reports", 0, 0)


@pytest.mark.parametrize(
    ("damage", "table", "complaint"),
    [
        (
            "delete from raw_oceanengine.reports where report_date = '2026-05-02'",
            "raw_oceanengine.reports",
            "expect_table_row_count_to_equal: 2 expected, found 1",
        ),
        (
            "update raw_oceanengine.reports set _line_number = 2",
            "raw_oceanengine.reports",
            "expect_compound_columns_to_be_unique",
        ),
        (
            "update raw_oceanengine.reports set click_rate = 4.0 where clicks = 40",
            "raw_oceanengine.reports",
            "expect_column_values_to_be_between on click_rate: 1 values",
        ),
        (
            "update raw_oceanengine.reports set impressions = -5 where clicks = 40",
            "raw_oceanengine.reports",
            "expect_column_values_to_be_between on impressions: 1 values",
        ),
        (
            "update raw_oceanengine.reports set spend_cny = null where clicks = 40",
            "raw_oceanengine.reports",
            "expect_column_values_to_not_be_null on spend_cny: 1 values",
        ),
        (
            "update raw_crm.members set member_phone_key = '19900000001'",
            "raw_crm.members",
            "expect_column_values_to_match_regex on member_phone_key: 1 values",
        ),
    ],
)
def test_each_broken_promise_is_named(
    landed, warehouse: Warehouse, damage: str, table: str, complaint: str
) -> None:
    warehouse.con.execute(damage)
    result = landed(table)
    assert not result.passed
    assert any(failure.startswith(complaint) for failure in result.failures), result.failures
