"""What is peculiar to each ad report, lead list, live list and 5A file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipelines.exports.report import CheckedPart

MATERIALS = "素材名称,素材ID,素材评估,整体消耗,整体成交金额,净成交订单数,1小时内退款率\n"
PRODUCTS = "日期,商品ID,商品名称,整体展示次数,整体点击次数,整体点击率,整体消耗,整体成交金额\n"
NOTES = "时间,笔记/素材ID,消费,展现量,点击量,点击率,微信加好友(计费时间)\n"
ASSETS = "日期,{0},本品牌日新增,本品牌日流失,{1},对比品牌均值日新增,对比品牌均值日流失\n"
CAMPAIGNS = (
    "Campaign report\n1 September 2026 - 2 September 2026\n"
    "Day,Campaign,Currency code,Clicks,Impr.,CTR,Cost,Conversions,Conv. value\n"
)
LEADS = (
    "clue_id,create_time_detail,name,telephone,remark,address,flow_type,action_type,"
    "effective_state,promotion_id\n"
)


def rows(part: CheckedPart) -> list[dict[str, Any]]:
    assert part.report.status == "loaded", part.report.message
    assert part.checked is not None
    assert part.report.rows_read == part.report.rows_loaded + part.report.rows_junk
    return part.checked.rows.to_dicts()


def test_a_qianchuan_creative_takes_its_day_from_the_file_name(check) -> None:
    body = (
        MATERIALS
        + '示例.mp4,7400000000000000001,优质,"1,520.30",3192.63,41,3.21%\n直播间画面,-,-,8,-,-,-\n'
    )
    (part,) = check("千川_素材_2026-05-01.csv", body)
    creative, live_room = rows(part)
    assert str(creative["report_date"]) == "2026-05-01"
    assert creative["spend_cny"] == Decimal("1520.3")
    assert creative["refund_rate_1h"] == Decimal("0.0321")
    assert live_room["material_id"] is None


@pytest.mark.parametrize(
    ("name", "is_loaded"),
    [
        ("素材_20260501.csv", True),
        ("素材_2026-05-01_2026-05-01_1791430000123.csv", True),
        ("素材_2026-05-01_2026-05-07.csv", False),
        ("素材.csv", False),
    ],
)
@pytest.mark.parametrize("contract", ["qianchuan_materials", "oceanengine_reports"])
def test_a_report_without_dates_must_name_one_day(
    contract: str, name: str, is_loaded: bool, check
) -> None:
    """The sum of a week is not the spend of its last day."""
    body = (
        MATERIALS + "示例.mp4,1,优质,5,3,1,1%\n"
        if contract == "qianchuan_materials"
        else "素材名称,素材类型,素材ID,消耗,展示数,点击数\n示例.mp4,视频,1,5,3,1\n"
    )
    (part,) = check(name, body)
    assert (part.report.status == "loaded") == is_loaded
    if is_loaded:
        assert part.report.contract == contract
    else:
        assert "Put the day into the file name" in str(part.report.message)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_sum_row_of_qianchuan_products_does_not_count(encoding: str, check) -> None:
    header = PRODUCTS.replace("商品ID", '"商品ID\t"').replace("整体消耗", '"整体\n消耗"')
    body = header + "全部,-,全部,20,8,4.00%,15.2,3\n2026-05-01,36,面霜,20,8,4.00%,15.2,3\n"
    (part,) = check("千川商品.csv", body, encoding)
    (product,) = rows(part)
    assert part.report.junk == {"total_row": 1}
    assert product["click_rate"] == Decimal("0.04")
    assert product["product_id_douyin"] == "36"


def test_wanxiangtai_rates_are_decimals(check) -> None:
    body = (
        "日期,主体ID,主体类型,主体名称,展现量,点击量,花费,点击率,宝贝收藏数,入会率\n"
        "2026-05-01,600,商品,面霜,8000,240,160.0,0.03,7,0.5\n"
    )
    (part,) = check("商品报表.csv", body)
    (item,) = rows(part)
    assert (item["click_rate"], item["join_rate"]) == (Decimal("0.03"), Decimal("0.5"))
    assert item["favourites"] == 7
    assert part.report.unknown_headers == ()


@pytest.mark.parametrize("label", ["合计", "总计", "全部", "合计（2条）"])
def test_the_second_row_of_juguang_is_a_sum(label: str, check) -> None:
    body = NOTES + f"{label},-,10,5,1,1.97%,-\n2026-05-01,66,10,5,1,1.97%,6\n"
    (part,) = check("聚光.csv", body, "utf-8-sig")
    (note,) = rows(part)
    assert part.report.junk == {"total_row": 1}
    assert (note["wechat_adds"], note["click_rate"]) == (6, Decimal("0.0197"))


def test_a_second_row_of_juguang_under_another_label_is_not_lost(check) -> None:
    (part,) = check("聚光.csv", NOTES + "所有,-,10,5,1,1.97%,-\n2026-05-01,66,10,5,1,1.97%,6\n")
    assert (part.report.rows_read, part.report.rows_loaded, part.report.rows_rejected) == (2, 1, 1)


def test_a_creator_order_has_slashed_days_and_dashes_for_nothing(check) -> None:
    body = (
        "数据更新日期,笔记数,发布人数,订单id,合作名称,博主报价,服务费金额,是否为优效模式,总消耗,"
        "订单创建时间,订单完成时间,总曝光量,总互动率\n"
        "2026/08/03,1,1,208,合作,500,50,否,-,2026/08/01,-,2000,100.0%\n"
    )
    (part,) = check("蒲公英.csv", body)
    (order,) = rows(part)
    assert (str(order["updated_date"]), str(order["created_date"])) == ("2026-08-03", "2026-08-01")
    assert (order["consumed_cny"], order["completed_date"]) == (None, None)
    assert (order["is_performance"], order["interaction_rate"]) == (False, Decimal(1))


def test_google_ads_has_a_preamble_and_sums_at_the_end(check) -> None:
    body = CAMPAIGNS + (
        '2026-09-01,Search,USD,40,"1,900",4.44%,12.40,1.5,13.49\n'
        "2026-09-02,Search,USD,0,0,--,0.00,0,--\n"
        "Total: Account,,,40,1900,4.44%,12.40,1.5,13.49\n"
        "Total: Campaigns,,,40,1900,4.44%,12.40,1.5,13.49\n"
    )
    (part,) = check("Campaign report.csv", body)
    first, second = rows(part)
    assert part.report.header_line == 3
    assert part.report.junk == {"total_row": 2}
    assert (first["currency"], first["cost"], first["conversions"]) == (
        "USD", Decimal("12.4"), Decimal("1.5"),
    )  # fmt: skip
    assert first["impressions"] == 1900
    assert (second["click_rate"], second["conversion_value"]) == (None, None)


@pytest.mark.parametrize(
    ("name", "brand", "peers", "tier"),
    [
        ("yuntu_5a_A3_assets.csv", "本品牌A3人群资产", "对比品牌A3人群资产均值", "A3"),
        ("云图A5人群_20260501.csv", "本品牌A5人群资产", "对比品牌A5人群资产均值", "A5"),
        ("云图_O_20260501.csv", "本品牌O人群资产", "对比品牌O人群资产均值", "O"),
        ("人群总资产.csv", "本品牌人群总资产资产", "对比品牌人群总资产资产均值", "人群总资产"),
        ("总资产.csv", "本品牌人群资产", "对比品牌人群资产均值", "总资产"),
    ],
)
def test_the_5a_tier_is_read_from_the_file_name(
    name: str, brand: str, peers: str, tier: str, check
) -> None:
    (part,) = check(name, ASSETS.format(brand, peers) + "2026-05-01,120000,35,31,98000,24,23\n")
    (day,) = rows(part)
    assert (day["tier"], day["brand_assets"], day["peer_assets"]) == (tier, 120000, 98000)
    assert (day["brand_new"], day["peer_lost"]) == (35, 23)
    assert part.report.unknown_headers == ()


def test_a_5a_file_whose_name_holds_no_tier_is_refused(check) -> None:
    header = ASSETS.format("本品牌A3人群资产", "对比品牌A3人群资产均值")
    (part,) = check("5A关系资产.csv", header + "2026-05-01,120000,35,31,98000,24,23\n")
    assert part.report.status == "refused"
    assert "its name holds no tier" in str(part.report.message)


def test_a_live_session_has_dashes_and_decimal_ratios(check) -> None:
    body = (
        "主播头像,主播昵称,主播抖音号,直播开始时间,直播结束时间,直播时长(分钟),直播间观看人数,"
        "观看老粉占比,直播间成交金额,直播间用户支付金额,直播间退款金额,1小时退款率\n"
        "-,示例旗舰店,demo,2026/09/07 08:55:37,2026/09/07 12:00:00,184,8000,0.18,310,298,-,0.041\n"
    )
    (part,) = check("直播间列表.csv", body)
    (session,) = rows(part)
    assert str(session["started_at"]) == "2026-09-07 00:55:37"
    assert (session["fan_viewer_share"], session["refund_rate_1h"]) == (
        Decimal("0.18"), Decimal("0.041"),
    )  # fmt: skip
    assert (session["gmv_cny"], session["paid_cny"], session["refund_cny"]) == (310, 298, None)


def test_a_lead_keeps_no_clear_phone_name_remark_or_address(check) -> None:
    body = LEADS + (
        "75,2026-05-01 20:31:00,测试甲,19400000001,想买,示例路1号,AD,LIVE_VIDEO,6,73\n"
        "76,2026-05-01 21:00:00,,194****0001,,,NATURE,IM_MESSAGE,0,0\n"
    )
    (part,) = check("clue.csv", body)
    known, hidden = rows(part)
    assert known["lead_phone_key"] is not None
    assert (hidden["lead_phone_key"], hidden["unit_id"]) == (None, None)
    assert [
        t for t in ("19400000001", "测试甲", "想买", "示例路") if t in repr((known, hidden))
    ] == []


def test_a_lead_list_has_four_columns(check) -> None:
    body = "手机号,线索创建时间,单元ID,单元名称\n19400000001,2026-05-01 10:00:00,73,单元\n"
    (part,) = check("线索.csv", body)
    (lead,) = rows(part)
    assert part.report.contract == "oceanengine_lead_table"
    assert (lead["unit_id"], str(lead["created_at"])) == ("73", "2026-05-01 02:00:00")


def test_weekly_leads_of_xiaohongshu(check) -> None:
    body = "belongUserId,当周开始,当周结束,账号昵称,私信进线人数,私信开口人数,总留资\n"
    (part,) = check("线索周报.csv", body + "u1,2026-05-04,2026-05-10,示例,20,12,7\n")
    (week,) = rows(part)
    assert part.report.contract == "xiaohongshu_ads_weekly_leads"
    assert (week["message_persons"], week["speaking_persons"], week["leads"]) == (20, 12, 7)


def test_tencent_and_zhitongche_sums_do_not_count(check) -> None:
    tencent = "日期,广告名称,曝光次数,点击次数,花费,目标转化量\n"
    (part,) = check(
        "a.csv", tencent + '2026-05-01,朋友圈,"1,000",20,123.40,3\n合计,,1000,20,123,3\n'
    )
    (ad,) = rows(part)
    assert (part.report.contract, ad["spend_cny"]) == ("tencent_ads_reports", Decimal("123.4"))
    units = "日期,计划id,计划名称,推广类型,单元id,单元名称,商品id,展现量,点击量,花费\n"
    (part,) = check(
        "b.csv", units + "2022-05-01,1,计划,标准,2,单元,600,100,5,12.5\n总计,,,,,,,,,12.5\n"
    )
    (unit,) = rows(part)
    assert (part.report.contract, unit["unit_id"]) == ("zhitongche_units", "2")
