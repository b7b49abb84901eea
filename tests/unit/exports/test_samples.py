"""Every real sample: loaded with exact counts, or refused with the way out."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from pipelines.exports.contract_files import Contracts
from pipelines.exports.report import check_file
from tests.unit.exports.conftest import KEY, Warehouse

# contract, variant, encoding, header line, read, loaded, junk
LOADED = {
    "crm_member_PLAUSIBLE.csv": ("crm_members", "standard", "gb18030", 1, 2, 2, {}),
    "doudian_aftersale.xlsx": ("douyin_aftersales", "standard", "xlsx", 1, 1, 1, {}),
    "doudian_cashflow.csv": ("douyin_cash_flow", "standard", "utf-8-sig", 1, 1, 1, {}),
    "doudian_order_1777800000_demo.csv": (
        "douyin_orders", "columns_73", "utf-8-sig", 1, 5, 5, {},
    ),
    "douyin_compass_live_list.xlsx": ("douyin_live_sessions", "standard", "xlsx", 1, 1, 1, {}),
    "douyin_local_clue_flat.csv": ("oceanengine_local_leads", "standard", "utf-8", 1, 2, 2, {}),
    "google_ads_campaign.csv": (
        "google_ads_campaigns", "standard", "utf-8", 3, 3, 2, {"total_row": 1},
    ),
    "doudian_settlement.csv": (
        "douyin_settlements", "standard", "utf-8-sig", 1, 3, 2, {"description_row": 1},
    ),
    "jd_order.csv": ("jd_orders", "standard", "gb18030", 1, 3, 3, {}),
    "kuaishou_order.xlsx": ("kuaishou_orders", "standard", "xlsx", 1, 1, 1, {}),
    "laike_售卖明细_2026-05-01_2026-05-02.xlsx": ("laike_sales", "standard", "xlsx", 1, 1, 1, {}),
    "klaviyo_profiles.csv": ("klaviyo_profiles", "standard", "utf-8-sig", 1, 1, 1, {}),
    "oa_user_info_flat.csv": ("official_account_followers", "standard", "utf-8", 1, 2, 2, {}),
    "oceanengine_project.csv": ("oceanengine_reports", "project", "utf-8-sig", 1, 2, 2, {}),
    "pos_sales_PLAUSIBLE.csv": (
        "pos_sales", "standard", "gb18030", 2, 3, 2, {"total_row": 1},
    ),
    "qianchuan_material_2026-05-01.xlsx": (
        "qianchuan_materials", "standard", "xlsx", 1, 1, 1, {},
    ),
    "qianchuan_product.csv": (
        "qianchuan_products", "standard", "utf-8-sig", 1, 2, 1, {"total_row": 1},
    ),
    "shopify_orders_export.csv": ("shopify_orders", "standard", "utf-8", 1, 2, 2, {}),
    "tiktok_shop_order.csv": (
        "tiktok_shop_orders", "standard", "utf-8-sig", 1, 2, 1, {"description_row": 1},
    ),
    "tmall_item_ExportOrderDetailList_2023.csv": (
        "tmall_items", "y2022_23", "gb18030", 1, 2, 2, {},
    ),
    "tmall_item_qianniu_2024.xlsx": ("tmall_items", "y2024_25", "xlsx", 1, 1, 1, {}),
    "tmall_order_ExportOrderList_2017.csv": ("tmall_orders", "y2017", "gb18030", 1, 2, 2, {}),
    "tmall_order_ExportOrderList_2022.csv": ("tmall_orders", "y2021_22", "gb18030", 1, 5, 5, {}),
    "tmall_order_qianniu_2026.xlsx": ("tmall_orders", "y2025_26", "xlsx", 1, 1, 1, {}),
    "wanxiangtai_item.xlsx": ("wanxiangtai_items", "standard", "xlsx", 1, 1, 1, {}),
    "wecom_external_contact_flat.csv": ("wecom_contacts", "standard", "utf-8", 1, 3, 3, {}),
    "xhs_juguang_note.csv": (
        "xiaohongshu_ads_juguang_notes", "standard", "utf-8-sig", 1, 2, 1, {"total_row": 1},
    ),
    "xhs_pugongying_order_report.xlsx": (
        "xiaohongshu_ads_pugongying_orders", "standard", "xlsx", 1, 1, 1, {},
    ),
    "yuntu_5a_A3_assets.csv": ("yuntu_assets", "standard", "utf-8-sig", 1, 1, 1, {}),
    "weixin_shop_order.xlsx": ("wechat_shop_orders", "standard", "xlsx", 1, 2, 2, {}),
    "xhs_order.xlsx": ("xiaohongshu_orders", "standard", "xlsx", 1, 1, 1, {}),
    "wecom_customer_list.xlsx": ("wecom_customers", "standard", "xlsx", 4, 3, 3, {}),
    "wecom_user_behavior_data.csv": ("wecom_statistics", "standard", "utf-8", 1, 2, 2, {}),
    "youzan_customer.csv": ("youzan_customers", "standard", "utf-8", 1, 2, 2, {}),
    "youzan_order.csv": ("youzan_orders", "standard", "utf-8", 1, 2, 2, {}),
}  # fmt: skip
FORMATS = {
    "tmall_orders": ["tmall_order_2017", "tmall_order_2022", "tmall_order_2026_qianniu_xlsx"],
    "tmall_items": ["tmall_item_old", "tmall_item_2021", "tmall_item_2023", "tmall_item_2024_xlsx"],
    "douyin_orders": ["doudian_order_2026", "doudian_order_compact_xlsx"],
    "douyin_aftersales": ["doudian_aftersale"],
    "douyin_settlements": ["doudian_settlement"],
    "douyin_cash_flow": ["doudian_cashflow"],
    "wechat_shop_orders": ["weixin_shop_order"],
    "youzan_orders": ["youzan_order"],
    "jd_orders": ["jd_order"],
    "xiaohongshu_orders": ["xhs_order"],
    "xiaohongshu_settlements": ["xhs_settlement"],
    "kuaishou_orders": ["kuaishou_order"],
    "kuaishou_settlements": ["kuaishou_settlement"],
    "tiktok_shop_orders": ["tiktok_shop_order"],
    "shopify_orders": ["shopify_orders"],
    "laike_sales": ["laike_sales_detail"],
    "wecom_contacts": ["wecom_external_contact_api"],
    "wecom_customers": ["wecom_customer_list"],
    "wecom_statistics": ["wecom_behavior_stat"],
    "wecom_acquisition_links": ["wecom_acquisition_link"],
    "klaviyo_profiles": ["klaviyo_profiles"],
    "official_account_followers": ["oa_user_info_api"],
    "youzan_customers": ["youzan_customer"],
    "crm_members": ["crm_member_template"],
    "pos_sales": ["pos_sales_template"],
    "oceanengine_reports": [
        "oceanengine_account", "oceanengine_project", "oceanengine_unit", "oceanengine_material",
    ],
    "oceanengine_local_leads": ["laike_clue_api"],
    "qianchuan_materials": ["qianchuan_material"],
    "qianchuan_products": ["qianchuan_product"],
    "wanxiangtai_items": ["wanxiangtai_item"],
    "xiaohongshu_ads_juguang_notes": ["xhs_juguang"],
    "xiaohongshu_ads_pugongying_orders": ["pgy_order_report"],
    "tencent_ads_reports": ["tencent_ads"],
    "google_ads_campaigns": ["google_ads_campaign"],
    "yuntu_assets": ["yuntu_5a_assets"],
    "douyin_live_sessions": ["compass_live_list"],
}  # fmt: skip
CLEAR_PERSONAL = (
    "19900000001", "19900000002", "测试甲", "测试乙", "示例买家甲", "示例买家乙", "示例买家丙",
    "demo_a@example.com", "demo@example.com", "jd_demo_a", "jd_demo_b", "demo_buyer",
    "+14165550100", "819000000000",
    "小鱼", "阿强", "示例街道", "示例路", "西湖区", "密文", "陈**", "张**",
)  # fmt: skip


@pytest.fixture(scope="session")
def samples(shared: Path) -> dict[str, Path]:
    folder = shared / "exports" / "samples"
    return {path.name: path for path in sorted(folder.iterdir()) if path.name != "MANIFEST.csv"}


@pytest.mark.parametrize("name", LOADED)
def test_sample_loads_with_exact_counts(
    name: str, samples: dict[str, Path], contracts: Contracts
) -> None:
    (part,) = check_file(samples[name], contracts, KEY)
    report = part.report
    contract, variant, encoding, header_line, read, loaded, junk = LOADED[name]
    assert report.status == "loaded", report.message
    assert (report.contract, report.variant) == (contract, variant)
    assert (report.encoding, report.header_line) == (encoding, header_line)
    assert (report.rows_read, report.rows_loaded, report.junk) == (read, loaded, junk)
    assert report.rows_read == report.rows_loaded + report.rows_rejected + report.rows_junk
    assert report.unknown_headers == ()
    assert part.checked is not None
    assert part.checked.rows.height == loaded
    assert part.checked.quarantine.height == 0


def test_every_other_sample_is_refused_with_the_way_out(
    samples: dict[str, Path], contracts: Contracts
) -> None:
    others = [name for name in samples if name not in LOADED]
    assert len(others) + len(LOADED) == len(samples)
    for name in others:
        (part,) = check_file(samples[name], contracts, KEY)
        message = part.report.message or ""
        assert part.report.status == "refused", name
        assert "none knows a cell of its first lines as a header" in message, name
        assert "`siyu add-export`" in message, name
        assert "\n- " not in message, "no contract is near"
        assert "836bad177a564d01dd4ec55db8b9304e" not in message


@pytest.mark.parametrize(
    ("contract", "form"), [(c, form) for c, forms in FORMATS.items() for form in forms]
)
def test_every_header_of_the_format_is_known(
    contract: str, form: str, shared: Path, contracts: Contracts, check
) -> None:
    headers = json.loads((shared / "exports/headers.json").read_text("utf-8"))[form]
    name = "report_A3_2026-05-01.csv"
    (part,) = check(name, ",".join(f'"{header}"' for header in headers) + "\n")
    assert part.report.status == "loaded", part.report.message
    assert part.report.contract == contract
    assert part.report.unknown_headers == ()
    assert part.report.message == "The file has a header and no rows."


def test_all_counts_add_up_in_the_warehouse(samples: dict[str, Path], warehouse: Warehouse) -> None:
    for path in samples.values():
        landed = warehouse.land(f"mixed/shop_1/{path.name}", path.read_bytes())
        os.utime(landed)
    reports = warehouse.load()
    junk: Counter[str] = sum((Counter(values[6]) for values in LOADED.values()), Counter())
    assert len(reports) == len(samples)
    assert sum(report.rows_read for report in reports) == sum(v[4] for v in LOADED.values())
    tables = warehouse.rows(
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name like 'raw%'"
    )
    assert len(tables) == len(warehouse.contracts.by_raw_table)
    for (table,) in tables:
        held = warehouse.rows(f"select _file_id, count(*) from {table} group by all order by all")
        ledger = warehouse.rows(
            "select file_id, rows_loaded from ledger.files where rows_loaded > 0 "
            f"and file_id in (select _file_id from {table}) order by all"
        )
        assert held == ledger
    assert warehouse.rows(
        "select count(*), count(*) filter (where rows_read = rows_loaded + rows_rejected + "
        "rows_junk), sum(rows_loaded), sum(rows_rejected), sum(rows_junk) from ledger.files "
        "where status = 'loaded'"
    ) == [(len(LOADED), len(LOADED), sum(v[5] for v in LOADED.values()), 0, sum(junk.values()))]
    assert dict(warehouse.rows("select rule, sum(rows_junk) from ledger.junk group by all")) == junk
    assert warehouse.rows("select count(*) from ledger.files where status = 'refused'") == [
        (len(samples) - len(LOADED),)
    ]


def test_no_clear_personal_value_is_anywhere_in_the_warehouse(
    samples: dict[str, Path], warehouse: Warehouse
) -> None:
    for path in samples.values():
        warehouse.land(f"mixed/{path.name}", path.read_bytes())
    warehouse.load()
    warehouse.con.execute("checkpoint")
    for table, rows in warehouse.content().items():
        text = repr(rows)
        assert [value for value in CLEAR_PERSONAL if value in text] == [], table
    file_bytes = warehouse.settings.warehouse_path.read_bytes()
    assert [v for v in CLEAR_PERSONAL if v.encode() in file_bytes] == []


def test_values_of_the_samples_are_read_right(
    samples: dict[str, Path], warehouse: Warehouse
) -> None:
    for name in LOADED:
        warehouse.land(f"shop/{name}", samples[name].read_bytes())
    warehouse.load()
    assert warehouse.rows(
        "select order_id_tmall, cast(created_at as varchar), received_cny::varchar, "
        "receiver_province, receiver_city, receiver_phone_masked, tracking_no "
        "from raw_tmall.orders where _variant = 'y2017' order by 1"
    ) == [
        (
            "90000000000000001", "2017-08-01 12:15:33", "179.0000", "浙江省", "杭州市",
            "199****0001", "YT0000000001",
        ),
        (
            "90000000000000002", "2017-08-02 01:00:00", "0.0000", "上海", "上海市",
            "199****0002", None,
        ),
    ]  # fmt: skip
    assert warehouse.rows(
        "select quantity::varchar, merchant_discount_cny::varchar, author_id_douyin, "
        "receiver_phone_key, receiver_phone_masked, _exported_at::varchar "
        "from raw_douyin.orders where sub_order_id_douyin = '6900000000000000001'"
    ) == [("1", "100.0000", "7000000000000000001", None, None, "2026-05-03 09:20:00")]
    assert warehouse.rows(
        "select spend_cny::varchar, click_rate::varchar from raw_oceanengine.reports "
        "order by 1 desc"
    ) == [("1234.5600", "0.015700"), ("0.0000", "0.000000")]
    # one phone, four files, one key
    keys = warehouse.rows(
        "select receiver_phone_key from raw_tmall.orders "
        "where receiver_phone_masked = '199****0001' "
        "union all select member_phone_key from raw_crm.members where member_id_crm = '80000001' "
        "union all select customer_phone_key from raw_youzan.customers "
        "where customer_phone_masked = '199****0001' "
        "union all select remark_phones_keys from raw_wecom.contacts "
        "where remark_phones_keys is not null"
    )
    assert len(keys) == 4
    assert len(set(keys)) == 1
