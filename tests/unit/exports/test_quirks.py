"""Every quirk that the notes on the formats list, and the tests that cover it.

The notes (`exports/README.md` beside the checkout) are read line by line: a line that tells a quirk
and is not in the list fails, and so does a test that is named here and does not exist.
"""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

import pytest
import yaml

from pipelines.exports.contract_files import Contracts
from pipelines.settings import REPOSITORY

SEEDS = REPOSITORY / "dbt_project/seeds"
CSV = "exports/test_read_csv.py::test_"
CONVERT = "exports/test_convert.py::test_"
DETECT = "exports/test_detect.py::test_"
ORDERS = "exports/test_order_exports.py::test_"
PRIVATE = "exports/test_private_formats.py::test_"
ADS = "exports/test_ads_and_leads.py::test_"
SAMPLE = "exports/test_samples.py::test_sample_loads_with_exact_counts"
VALUES = "exports/test_samples.py::test_values_of_the_samples_are_read_right"
CLEAR = "exports/test_samples.py::test_no_clear_personal_value_is_anywhere_in_the_warehouse"
HEADERS = "exports/test_samples.py::test_every_header_of_the_format_is_known"
LISTED = "exports/test_quirks.py::test_every_listed_value_has_a_meaning"

# words of the line in the notes: the tests
QUIRKS: dict[str, tuple[str, ...]] = {
    # 0. rules across the sources
    "**No stable column set.**": (
        f"{DETECT}position_does_not_matter", f"{DETECT}unknown_headers_are_loaded_and_reported",
        f"{DETECT}douyin_forms_load_the_same_row",
    ),
    "**Find the header row; do not assume row 1.**": (
        f"{DETECT}preamble_is_skipped_up_to_twelve_rows", SAMPLE,
    ),
    "**Drop summary rows by value.**": (
        SAMPLE, f"{ADS}the_sum_row_of_qianchuan_products_does_not_count",
    ),
    "**Normalise header text.**": (
        f"{DETECT}header_texts_fold", f"{DETECT}repeated_headers_are_numbered",
        f"{DETECT}the_first_listed_alias_wins",
    ),
    "**Normalise ids before any join.**": (f"{CONVERT}ids",),
    "**Null tokens:**": (f"{CONVERT}null_tokens", f"{CONVERT}ids"),
    "**Money** is 元": (f"{CONVERT}money", f"{CONVERT}what_is_no_money"),
    "**Rates** come as": (f"{CONVERT}percent_belongs_to_the_format_unless_signed",),
    "**Time** is naive local time": (
        f"{CONVERT}timestamps_in_every_shape", f"{CONVERT}epoch_seconds",
        f"{CONVERT}day_first_only_where_the_contract_says_so",
    ),
    "**Order exports are overlapping window snapshots, not deltas**": (
        "exports/test_deliveries.py::test_every_snapshot_is_kept_and_the_newest_is_told_by_export_time",
        "dbt::newest_export_of_a_tmall_order_wins_and_keeps_what_it_leaves_out",
        "dbt::a_line_that_left_a_tmall_order_is_gone",
    ),
    "**Encoding:** try UTF-8-BOM": (
        f"{CSV}encodings",
        "exports/test_read_cells.py::test_a_stale_dimension_hides_no_cells", SAMPLE,
    ),
    # 1. Tmall
    "`ExportOrderList201905151650.csv`": ("exports/test_export_time.py::test_usual_names", SAMPLE),
    "| 2017 **V1** |": (SAMPLE, HEADERS),
    "| 2018-09 **V1** |": (f"{DETECT}tmall_variants_without_a_sample",),
    "| 2019-20 **V1** |": (f"{DETECT}tmall_variants_without_a_sample",),
    "| 2021-22 **V1** |": (SAMPLE, HEADERS),
    "| 2025-26 xlsx **V2** |": (SAMPLE, HEADERS),
    "| old **V1** |": (HEADERS,),
    "| 2021 **V1** |": (HEADERS,),
    "| 2022-23 **V2** |": (SAMPLE, HEADERS),
    "| 2024-25 xlsx **V2** |": (SAMPLE, HEADERS),
    'written `="351…"`; strip to digits': (f"{CONVERT}ids", VALUES),
    "`买家服务费` = `0元`": (
        f"{CONVERT}money", "dbt::tmall_amounts_tell_refunds_taken_off_from_refunds_to_take_off",
    ),
    "`'139…` (old); `1*********8` masked": (
        VALUES, "privacy/test_normalise.py::test_what_proves_no_person_has_no_key",
        "privacy/test_normalise.py::test_name_keeps_its_first_character", CLEAR,
    ),
    "packs `name，86-phone，address` into one cell": (
        f"{CONVERT}region_keeps_province_and_city_only",
    ),
    "`No:YT…` prefix": (f"{CONVERT}ids", VALUES),
    "`订单未关闭` when open": (LISTED,),
    "literal `null`": (f"{CONVERT}null_tokens",),
    "Commas are full-width.": (LISTED,),
    "**Identity.** 买家会员名/昵称": (
        "exports/test_load.py::test_a_virtual_number_gets_no_key",
        "privacy/test_normalise.py::test_account",
    ),
    "**Companions.** 千牛动账": (f"{ORDERS}tmall_cash_flow_has_either_income_or_expense",),
    # 2. Douyin
    "file name starts with the export epoch second": (
        "exports/test_export_time.py::test_a_contract_may_name_its_own_shape", VALUES,
    ),
    "**leading TAB**": (f"{CONVERT}ids", VALUES),
    "**ciphertext** when not decrypted": (
        VALUES, "privacy/test_normalise.py::test_what_proves_no_person_has_no_key", CLEAR,
    ),
    "Decrypting gives a virtual number": (
        "privacy/test_normalise.py::test_what_proves_no_person_has_no_key",
    ),
    "join a main order's children with `;`": (
        "dbt::joined_douyin_sub_orders_are_split_and_their_sums_hold",
    ),
    "Gift lines are sub-orders": (SAMPLE,),
    "**attribution arrives a day late**": (
        "dbt::douyin_traffic_that_is_not_known_yet_is_pending",
    ),
    "商家优惠 may read `名称-金额`": (f"{CONVERT}labelled_money", VALUES),
    "No refund amount column": ("dbt::douyin_refunds_come_from_aftersale_cases",),
    "售后状态: `-`, 退款成功": (LISTED,),
    "**row 2 is a description row**": (
        f"{ORDERS}douyin_settlement_has_a_description_row_and_negative_entries",
        f"{ORDERS}douyin_settlement_keeps_a_description_that_holds_an_amount",
    ),
    "- 动账 (38": (f"{ORDERS}douyin_cash_flow_writes_zero_for_nothing", HEADERS),
    # 3. WeCom
    "one **follow relation** (customer × member)": (
        f"{PRIVATE}one_nick_under_two_members_is_two_relations",
    ),
    "**No external_userid and no unionid in this file.**": (
        "dbt::a_line_of_the_customer_list_is_the_contact_that_the_member_got_in_that_second",
    ),
    "people who left just vanish": (
        "dbt::a_loss_has_a_direction_only_where_a_callback_tells_it",
        "dbt::a_filtered_wecom_file_is_no_complete_snapshot",
        "dbt::parts_of_one_day_are_one_wecom_snapshot",
    ),
    "Tag cells hold several values": (
        f"{PRIVATE}tag_groups_of_the_customer_list_are_one_object",
    ),
    "客户群列表.xlsx": (f"{PRIVATE}group_files_of_the_api_and_of_the_console_are_one_form",),
    "获客链接明细": (f"{PRIVATE}form_loads_whole_under_its_contract",),
    "**del_external_contact** (member deleted": (
        LISTED,
        "dbt::who_came_back_has_two_relations_and_a_callback_adds_what_no_snapshot_caught",
    ),
    "群发 status: 0 未发送": (LISTED, f"{PRIVATE}a_mass_send_that_was_not_sent_has_no_time"),
    # 4. official account and shops
    "openid is per app; external_userid per corp": (
        "exports/test_quirks.py::test_an_openid_belongs_to_its_account",
    ),
    "34 + trailing comma": (
        SAMPLE, f"{CSV}a_header_that_ends_with_a_comma_adds_no_required_cell",
        f"{CSV}short_records_can_be_padded", CLEAR,
    ),
    "`分销员` twice": (
        f"{ORDERS}youzan_reads_short_rows_dashes_and_the_first_of_two_distributors",
        "dbt::youzan_orders_belong_to_the_buyers_phone",
    ),
    # 6. ads
    "**no account id in rows**": (
        "exports/test_load.py::test_report_day_from_the_file_name",
        "exports/test_load.py::test_a_file_is_loaded_with_its_account", HEADERS,
    ),
    "**date only in file name**": (
        f"{ADS}a_qianchuan_creative_takes_its_day_from_the_file_name",
        f"{ADS}a_report_without_dates_must_name_one_day",
    ),
    "`全部` row doubles every sum": (f"{ADS}the_sum_row_of_qianchuan_products_does_not_count",),
    "| 万相台 商品报表 xlsx (83) |": (f"{ADS}wanxiangtai_rates_are_decimals", SAMPLE),
    "| 直通车 / 引力魔方 / 品销宝 (2022) |": (f"{ADS}tencent_and_zhitongche_sums_do_not_count",),
    "**row 2 is not data**": (
        f"{ADS}the_second_row_of_juguang_is_a_sum",
        f"{ADS}a_second_row_of_juguang_under_another_label_is_not_lost",
    ),
    "| 小红书蒲公英 订单报告 xlsx (64) |": (
        f"{ADS}a_creator_order_has_slashed_days_and_dashes_for_nothing",
        "dbt::a_creator_order_costs_price_and_fee_or_its_consumption",
    ),
    "| 腾讯广告 |": (f"{ADS}tencent_and_zhitongche_sums_do_not_count", HEADERS),
    "is only in the file name**": (
        f"{ADS}the_5a_tier_is_read_from_the_file_name",
        f"{ADS}a_5a_file_whose_name_holds_no_tier_is_refused",
        "exports/test_column_options.py::test_a_header_whose_wording_varies",
    ),
    # 7. live sessions, local life, leads
    "**电商罗盘 直播间列表**": (f"{ADS}a_live_session_has_dashes_and_decimal_ratios",),
    "**来客 售卖明细**": (
        f"{ORDERS}laike_headers_hold_commas_and_rates_percent_signs",
        f"{ORDERS}laike_booking_status_stands_in_the_names_of_the_sheets",
    ),
    "**Leads 留资**": (
        f"{ADS}a_lead_keeps_no_clear_phone_name_remark_or_address",
        f"{ADS}a_lead_list_has_four_columns", f"{ADS}weekly_leads_of_xiaohongshu", LISTED,
    ),
    # 8. JD, Xiaohongshu, Kuaishou
    "| **JD** CSV GBK / xlsx **V1**": (
        f"{ORDERS}jd_rows_end_with_a_comma_and_amounts_carry_remarks",
        "dbt::jd_order_totals_count_once", "dbt::a_deleted_jd_order_keeps_the_status_that_it_had",
    ),
    "| **小红书** xlsx (72) **V2**": (
        f"{ORDERS}xiaohongshu_id_cards_are_dropped_unread",
        f"{ORDERS}an_id_card_number_is_not_even_shown_with_a_rejected_row", LISTED,
    ),
    "| **快手小店** xlsx (61) **V2**": (
        f"{ORDERS}kuaishou_signs_tabs_zeros_and_impossible_years", LISTED,
    ),
    # 9. abroad
    "- **TikTok Shop** (54": (
        f"{ORDERS}tiktok_has_a_help_row_and_day_first_times",
        f"{ORDERS}tiktok_row_without_an_order_number_is_no_help_row",
        "dbt::tiktok_order_amounts_count_once",
    ),
    "- **Shopify `orders_export.csv`**": (
        f"{ORDERS}shopify_times_carry_offsets_and_phones_a_quote",
        "dbt::shopify_currency_of_the_first_row_holds_for_all_lines",
    ),
    "- **Klaviyo profiles** (32": (SAMPLE, f"{PRIVATE}an_address_has_one_key_whatever_its_case"),
    "- **HubSpot contacts**": (f"{PRIVATE}mixed_date_shapes_of_hubspot_are_read",),
    "- **Google Ads**": (f"{ADS}google_ads_has_a_preamble_and_sums_at_the_end",),
}  # fmt: skip
PARAGRAPHS: dict[str, tuple[str, ...]] = {
    "`stat_time, new_apply_cnt": (f"{PRIVATE}reply_figures_are_absent_on_a_day_without_chats",),
    "After unsubscribing only `subscribe=0`+openid remain": (
        "dbt::who_followed_again_followed_twice", SAMPLE,
    ),
    "201/202 are hand-overs inside the brand": (
        "exports/test_quirks.py::test_a_hand_over_is_no_channel",
    ),
    "whether order cells repeat or stay blank on later items": (
        f"{ORDERS}wechat_order_cells_hold_for_all_items_of_the_order",
        f"{ORDERS}wechat_export_time_stands_in_the_name_of_the_archive",
        "dbt::wechat_shop_order_amounts_count_once_and_items_refund",
    ),
    "**107 被合并**": (LISTED,),
    "**小票号 is unique only with store + till + date**": ("dbt::assert_pos_money_is_conserved",),
    "Variants: + `序列号`; 90 columns": (
        f"{DETECT}douyin_forms_load_the_same_row",
        f"{DETECT}douyin_75_columns_take_the_price_from_its_other_name",
    ),
    "Masked phones (`138****1234`)": (
        "privacy/test_normalise.py::test_what_proves_no_person_has_no_key",
    ),
    "ID-card numbers, street addresses, 发票抬头 at ingest": (
        CLEAR, "exports/test_quirks.py::test_no_contract_loads_an_id_card_or_a_street",
    ),
}  # fmt: skip
_CODE = r"(?:\d+|[A-Z_]+(?: / [A-Z]+)?)"
NO_QUIRK = (
    r"^\*\*Menu \(V2\)\.\*\* 交易",  # where the export is found
    r"^\| (?:Version|Column|Quirk|Report|Source|add_way|ADD_SCENE_) \|",  # heads of tables
    r"^\|-",
    rf"^\| {_CODE} \| [^|]+ \| {_CODE} \|",  # lists of codes, see LISTED_VALUES
    r"^- Transfer status",
    r"^- A vendor SCRM's export",
    r"^- \*\*微盟 Weimob",
    r"^- Per-user 粉丝",
)  # fmt: skip
LISTED_VALUES = {
    "order_status_map.csv": {
        "tmall": (
            "等待买家付款", "买家已付款，等待卖家发货", "卖家已发货，等待买家确认", "交易成功",
            "交易关闭", "买家已签收", "没有创建支付宝交易", "TRADE_CLOSED_BY_TAOBAO",
        ),
        "douyin": ("备货中", "待发货", "已发货", "已完成", "已关闭", "待支付"),
        "youzan": ("交易完成", "交易成功"),
        "jd": ("完成", "等待出库"),
        "xiaohongshu": ("已完成", "配货中", "已取消"),
        "kuaishou": ("交易成功", "已发货", "已收货"),
    },
    "aftersale_status_map.csv": {
        "douyin": (
            "退款成功", "同意退款，退款成功", "已全额退款", "售后关闭", "待商家处理", "待商家收货",
            "待买家退货处理", "换货成功", "补寄成功",
        )
    },
    "channel_map_wecom_add_way.csv": {None: (*map(str, range(19)), "21", "22", "24", "201", "202")},
    "channel_map_official_account_scene.csv": {
        None: tuple(
            f"ADD_SCENE_{scene}"
            for scene in (
                "SEARCH", "ACCOUNT_MIGRATION", "PROFILE_CARD", "QR_CODE", "PROFILE_LINK",
                "PROFILE_ITEM", "PAID", "WECHAT_ADVERTISEMENT", "REPRINT", "LIVESTREAM", "CHANNELS",
                "WXA", "OTHERS",
            )
        )
    },
    "wecom_change_types.csv": {
        None: (
            "add_external_contact", "add_half_external_contact", "edit_external_contact",
            "del_external_contact", "del_follow_user", "transfer_fail",
        )
    },
    "outreach_status_map.csv": {"wecom_single": ("0", "1", "2", "3")},
    "lead_state_map.csv": {None: ("0", "1", "2", "3", "6", "7", "204")},
    "member_status_map.csv": {None: ("104", "105", "106", "107")},
}  # fmt: skip
"""Values that the notes list, by seed and platform."""


@pytest.fixture(scope="module")
def notes(shared: Path) -> list[str]:
    """Lines of the sections on formats (0 to 9)."""
    text = (shared / "exports/README.md").read_text("utf-8")
    return text.partition("## 0.")[2].partition("## 10.")[0].splitlines()


def names_of(tests: Path) -> set[str]:
    """``path::function`` of every test below a folder."""
    found = set()
    for path in tests.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.add(f"{path.relative_to(tests).as_posix()}::{node.name}")
    return found


def names_of_dbt_tests() -> set[str]:
    """``dbt::name`` of every unit test and every claim of the dbt project."""
    project = REPOSITORY / "dbt_project"
    found = {path.stem for path in (project / "tests").glob("assert_*.sql")}
    for path in (project / "models").rglob("*unit_tests.yml"):
        found.update(test["name"] for test in yaml.safe_load(path.read_text("utf-8"))["unit_tests"])
    return {f"dbt::{name}" for name in found}


def test_every_line_with_a_quirk_is_listed(notes: list[str]) -> None:
    told = [line for line in notes if re.match(r"- |\| |\d+\. |\*\*", line)]
    open_lines = [
        line[:120]
        for line in told
        if not any(words in line for words in (*QUIRKS, *PARAGRAPHS))
        and not any(re.search(pattern, line) for pattern in NO_QUIRK)
    ]
    assert open_lines == []


def test_every_listed_quirk_is_in_the_notes(shared: Path) -> None:
    text = (shared / "exports/README.md").read_text("utf-8")
    assert [words for words in (*QUIRKS, *PARAGRAPHS) if words not in text] == []


def test_every_quirk_has_tests_that_exist() -> None:
    there = names_of(REPOSITORY / "tests/unit") | names_of_dbt_tests()
    wanted = {test for tests in (*QUIRKS.values(), *PARAGRAPHS.values()) for test in tests}
    assert sorted(wanted - there) == []
    assert all(QUIRKS.values())


@pytest.mark.parametrize("seed", LISTED_VALUES)
def test_every_listed_value_has_a_meaning(seed: str) -> None:
    with (SEEDS / seed).open(encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    for platform, values in LISTED_VALUES[seed].items():
        place = 0 if platform is None else 1
        known = {row[place] for row in rows if platform is None or row[0] == platform}
        assert set(values) <= known, (seed, platform, head)


def test_a_hand_over_is_no_channel() -> None:
    with (SEEDS / "channel_map_wecom_add_way.csv").open(encoding="utf-8") as file:
        channels = {row["add_way"]: row["channel"] for row in csv.DictReader(file)}
    assert (channels["201"], channels["202"]) == ("", "")
    assert channels["16"] == "wecom_acquisition_link"


def test_an_openid_belongs_to_its_account() -> None:
    """It is scoped to one app: the identifier is account and openid together."""
    models = REPOSITORY / "dbt_project/models/intermediate/identity"
    stated = [
        line.strip()
        for path in models.glob("*.sql")
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"\bopenid\b", line)
    ]
    assert len(stated) >= 4
    assert [line for line in stated if "account || ':' ||" not in line] == []


def test_no_contract_loads_an_id_card_or_a_street(contracts: Contracts) -> None:
    """A column may keep province and city of an address, and nothing else of it."""
    private = re.compile(r"身份证|ID Number|证件|街道|详细|Street|Address|抬头|开户|银行卡")
    for contract in contracts:
        for column in contract.columns:
            for header in column.headers:
                is_kept = private.search(header) and column.type != "region"
                assert not is_kept, (contract.contract, column.name, header)
