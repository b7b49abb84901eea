"""Great Expectations on landed rows: each broken promise is found and named."""

from __future__ import annotations

import subprocess
import sys
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
        tables = {table: warehouse.contracts.by_raw_table[table]}
        (verdict,) = check_landed_rows(warehouse.con, tables, since=since)
        return verdict

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
            "pair_values_to_be_equal on oceanengine/report.csv: rows 1, rows_in_ledger 2",
        ),
        (
            "update raw_oceanengine.reports set _line_number = 2",
            "raw_oceanengine.reports",
            "pair_values_to_be_equal on oceanengine/report.csv: rows 2, distinct_lines 1",
        ),
        (
            "update raw_oceanengine.reports set click_rate = 4.0 where clicks = 40",
            "raw_oceanengine.reports",
            "values_to_be_between on click_rate of oceanengine/report.csv: largest_share 4",
        ),
        (
            "update raw_oceanengine.reports set impressions = -5 where clicks = 40",
            "raw_oceanengine.reports",
            "values_to_be_between on impressions of oceanengine/report.csv: least -5",
        ),
        (
            "update raw_oceanengine.reports set spend_cny = null where clicks = 40",
            "raw_oceanengine.reports",
            "values_to_be_between on spend_cny of oceanengine/report.csv: missing 1",
        ),
        (
            "update raw_crm.members set member_phone_key = '19900000001'",
            "raw_crm.members",
            "values_to_be_between on member_phone_key of crm/members.csv: unhashed 1",
        ),
    ],
)
def test_each_broken_promise_is_named(
    landed, warehouse: Warehouse, damage: str, table: str, complaint: str
) -> None:
    warehouse.con.execute(damage)
    result = landed(table)
    assert not result.passed
    assert result.failures == [f"expect_column_{complaint}"]


def test_a_table_whose_rows_are_all_gone_is_told(landed, warehouse: Warehouse) -> None:
    warehouse.con.execute("delete from raw_crm.members")
    told = "expect_column_pair_values_to_be_equal on crm/members.csv: rows 0, rows_in_ledger 1"
    assert landed("raw_crm.members").failures == [told]


_AFTER_A_CHECK = """
import sys
from pipelines.exports.expectations import _failures, _Measured

file = {"raw_table": "raw_a.b", "file": "b.csv", "rows": 1, "rows_in_ledger": 1}
assert not _failures(_Measured([file | {"distinct_lines": 1}]))
print("scipy.stats" in sys.modules, "altair" in sys.modules)

from great_expectations.expectations.core import (
    expect_column_kl_divergence_to_be_less_than as divergence,
)
print(divergence.stats.entropy([0.5, 0.5], [0.5, 0.5]), divergence.alt.Chart.__name__)
print("scipy.stats" in sys.modules, "altair" in sys.modules)
"""


def test_what_other_expectations_need_is_imported_when_they_ask() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _AFTER_A_CHECK], capture_output=True, text=True, check=True
    ).stdout
    assert told.split() == ["False", "False", "0.0", "Chart", "True", "True"]
