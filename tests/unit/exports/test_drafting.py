"""Drafting a contract: from every sample alone, from several files, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipelines.exports.contract_files import Contracts, read_contracts
from pipelines.exports.drafting.add_export import add_export, dry_run
from pipelines.exports.drafting.draft import Draft, Titles, draft
from pipelines.exports.drafting.guess import guess
from pipelines.exports.drafting.names import column_name, english_name
from pipelines.exports.drafting.render import contract_yaml, staging_sql
from pipelines.exports.drafting.sample import read_sample
from pipelines.exports.errors import ContractError, ExportRefused
from pipelines.exports.report import check_file
from pipelines.settings import Settings
from tests.unit.exports.conftest import KEY, write

TITLES = Titles("our_shop", "orders", "Our orders", "自有订单")
# header line, rows read, junk
SAMPLES = {
    "crm_member_PLAUSIBLE.csv": (1, 2, {}),
    "doudian_aftersale.xlsx": (1, 1, {}),
    "doudian_cashflow.csv": (1, 1, {}),
    "doudian_order_1777800000_demo.csv": (1, 5, {}),
    "doudian_settlement.csv": (1, 3, {"description_row": 1}),
    "douyin_compass_live_list.xlsx": (1, 1, {}),
    "douyin_local_clue_flat.csv": (1, 2, {}),
    "google_ads_campaign.csv": (3, 3, {"total_row": 1}),
    "jd_order.csv": (1, 3, {}),
    "klaviyo_profiles.csv": (1, 1, {}),
    "kuaishou_order.xlsx": (1, 1, {}),
    "laike_售卖明细_2026-05-01_2026-05-02.xlsx": (1, 1, {}),
    "oa_user_info_flat.csv": (1, 2, {}),
    "oceanengine_project.csv": (1, 2, {}),
    "pos_sales_PLAUSIBLE.csv": (2, 3, {"total_row": 1}),
    "qianchuan_material_2026-05-01.xlsx": (1, 1, {}),
    "qianchuan_product.csv": (1, 2, {"total_row": 1}),
    "shopify_orders_export.csv": (1, 2, {}),
    "tiktok_shop_order.csv": (1, 2, {"description_row": 1}),
    "tmall_item_ExportOrderDetailList_2023.csv": (1, 2, {}),
    "tmall_item_qianniu_2024.xlsx": (1, 1, {}),
    "tmall_order_ExportOrderList_2017.csv": (1, 2, {}),
    "tmall_order_ExportOrderList_2022.csv": (1, 5, {}),
    "tmall_order_qianniu_2026.xlsx": (1, 1, {}),
    "wanxiangtai_item.xlsx": (1, 1, {}),
    "wecom_customer_list.xlsx": (4, 3, {}),
    "wecom_external_contact_flat.csv": (1, 3, {}),
    "wecom_user_behavior_data.csv": (1, 2, {}),
    "weixin_shop_order.xlsx": (1, 2, {}),
    "xhs_juguang_note.csv": (1, 2, {"total_row": 1}),
    "xhs_order.xlsx": (1, 1, {}),
    "xhs_pugongying_order_report.xlsx": (1, 1, {}),
    "youzan_customer.csv": (1, 2, {}),
    "youzan_order.csv": (1, 2, {}),
    "yuntu_5a_A3_assets.csv": (1, 1, {}),
}
PERSONAL = (
    "19900000001", "19900000002", "测试甲", "测试乙", "示例买家", "demo_a@", "demo@example", "小鱼",
    "阿强", "示例街道", "示例路", "密文", "jd_demo_", "+1416",
)  # fmt: skip
ORDERS = (
    "订单编号,下单时间,收货人,手机号,收货地址,数量,实付金额,退款率\n"
    "WM1,2026-05-01 10:00:00,测试甲,19900000001,浙江省示例路1号,1,199.00,1.5%\n"
    "WM2,2026-05-01 11:00:00,测试乙,19900000002,上海市示例路2号,2,118.00,0.0%\n"
)


def without(contracts: Contracts, name: str | None) -> Contracts:
    return Contracts({n: contract for n, contract in contracts.by_name.items() if n != name})


def kinds(drafted: Draft) -> dict[str, str]:
    return {column.header: column.kind for column in drafted.columns}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_draft_from_one_sample_loads_it_whole(
    name: str, shared: Path, contracts: Contracts, tmp_path: Path
) -> None:
    path = shared / "exports/samples" / name
    own = check_file(path, contracts, KEY)[0].report.contract
    others = without(contracts, own)
    drafted = draft([path], TITLES, others)
    text = contract_yaml(drafted)
    folder = tmp_path / "contracts"
    write(folder / "our_shop_orders.yml", text)
    contract = read_contracts(folder, tmp_path / "none")["our_shop_orders"]
    together = Contracts({**others.by_name, contract.contract: contract})
    (part,) = check_file(path, together, KEY)
    line, read, junk = SAMPLES[name]
    assert part.report.contract == "our_shop_orders", part.report.message
    assert (part.report.header_line, part.report.rows_read) == (line, read)
    assert part.report.junk == junk
    assert part.report.rows_loaded == read - sum(junk.values())
    assert part.report.unknown_headers == ()
    assert part.checked is not None
    stored = text + staging_sql(drafted) + repr(part.checked.rows.rows())
    assert [value for value in PERSONAL if value in stored] == []
    assert yaml.safe_load(text) == drafted.document()
    assert text.count("unsure:") >= len(drafted.doubts)


def test_every_sample_is_drafted_from(shared: Path) -> None:
    files = {p.name for p in (shared / "exports/samples").iterdir() if p.suffix != ".txt"}
    assert files - {"MANIFEST.csv"} == SAMPLES.keys()


@pytest.mark.parametrize(
    ("header", "cells", "kind", "options"),
    [
        ("收件人姓名", ["测试甲"], "person_name", {}),
        ("收件人姓名", [], "person_name", {}),
        ("联系方式", ["19900000001"], "phone", {}),
        ("备用", ["19900000001", "19900000002"], "phone", {}),
        ("备用", ["demo@example.com"], "email", {}),
        ("下单帐号", ["jd_demo"], "account", {}),
        ("订购人身份证号", [], "dropped", {}),
        ("备用", ["330106199001011234"], "dropped", {}),
        ("详细地址", ["示例路1号"], "dropped", {}),
        ("买家留言", [], "dropped", {}),
        ("虚拟号过期时间", ["2026-05-01 10:00:00"], "timestamp", {}),
        ("是否手机订单", ["手机订单"], "text", {}),
        ("主播昵称", ["示例主播"], "text", {}),
        ("订单编号", ["900000000000001"], "id", {}),
        ("物流单号", ["000123"], "id", {}),
        ("实付金额", ["1,299.00", "0元"], "money", {}),
        ("展示数", ["120", "3"], "integer", {}),
        ("净成交ROI", ["1.85"], "decimal", {}),
        ("点击率", ["4.00%"], "percent", {"unit": "points"}),
        ("点击率%", ["1.57"], "percent", {"unit": "points"}),
        ("点击率", ["0.0333"], "percent", {"unit": "ratio"}),
        ("createtime", ["1777564800"], "epoch_seconds", {}),
        ("Created Time", ["25/05/2026 10:00:00"], "timestamp", {"day_first": True}),
        ("统计日期", ["20260501"], "date", {}),
        ("是否会员", ["是", "否"], "boolean", {}),
        ("tags", ['[{"a": 1}]'], "json", {}),
        ("remark_mobiles", ['["19900000001"]'], "phone_list", {}),
        ("订单状态", ["已完成"], "text", {}),
        ("unionid", ["oDEMO1"], "id", {}),
    ],
)
def test_guesses(header: str, cells: list[str], kind: str, options: dict[str, object]) -> None:
    found = guess(header, cells)
    assert (found.kind, found.options) == (kind, options)


def test_names_follow_the_naming_page() -> None:
    assert english_name("订单创建时间") == ("order_created_at", True)
    assert english_name("Avg. CPC") == ("avg_cpc", True)
    assert english_name("玄学指数") == ("count", False)
    assert column_name("order_id", "id", "weimob") == "order_id_weimob"
    assert column_name("order_created_at", "date", "weimob") == "order_created_date"
    assert column_name("click_rate", "percent", "x") == "click_rate"
    assert column_name("member", "boolean", "x") == "is_member"


def test_several_samples_are_merged(tmp_path: Path, contracts: Contracts) -> None:
    one = write(tmp_path / "a_20260501.csv", ORDERS)
    header, *rows = ORDERS.splitlines()
    more = "\n".join([f"{header},门店", *(row.replace("WM", "XM") + ",一店" for row in rows)])
    two = write(tmp_path / "b_20260502.csv", more, "gb18030")
    sample = read_sample([one, two])
    assert (len(sample.rows), sample.headers[-1]) == (4, "门店")
    drafted = draft([one, two], TITLES, contracts)
    assert kinds(drafted)["门店"] == "text"
    assert [column.header for column in drafted.columns if column.required] == ["订单编号"]
    assert "one file alone" not in contract_yaml(drafted)
    contract = drafted.contract()
    for path in (one, two):
        (part,) = check_file(path, Contracts({contract.contract: contract}), KEY)
        assert (part.report.rows_loaded, part.report.unknown_headers) == (2, ())


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", data=tmp_path / "data")


def test_add_export_writes_contract_and_staging_and_its_sample_passes(
    tmp_path: Path, home: Settings
) -> None:
    path = write(home.landing_folder / "weimob/main/订单_20260501.csv", ORDERS)
    added = add_export([path], home)
    names = [file.relative_to(home.home).as_posix() for file in added.files]
    assert names == [
        "brand/contracts/weimob_orders.yml",
        "dbt_project/models/staging/weimob/stg_weimob__orders.sql",
        "dbt_project/models/staging/weimob/_weimob__sources.yml",
        "dbt_project/models/staging/weimob/_weimob__models.yml",
    ]
    (part,) = dry_run([path], home, "weimob_orders")
    assert (part.report.contract, part.report.rows_loaded) == ("weimob_orders", 2)
    with pytest.raises(ExportRefused, match="is known: contract weimob_orders fits it"):
        add_export([path], home)


def test_a_second_export_of_a_source_is_added_to_its_files(tmp_path: Path, home: Settings) -> None:
    first = write(tmp_path / "orders.csv", ORDERS)
    second = write(tmp_path / "stock.csv", "仓库,货号,库存量,盘点日期\nA,S1,5,2026-05-01\n")
    add_export([first], home, source="weimob", export="orders")
    added = add_export([second], home, source="weimob", export="stock")
    sources, models = (yaml.safe_load(path.read_text("utf-8")) for path in added.files[2:])
    assert [t["name"] for t in sources["sources"][0]["tables"]] == ["orders", "stock"]
    assert [m["name"] for m in models["models"]] == ["stg_weimob__orders", "stg_weimob__stock"]


def test_refusals_say_what_to_do(tmp_path: Path, home: Settings) -> None:
    path = write(tmp_path / "x.csv", ORDERS)
    with pytest.raises(ExportRefused, match="Say it with --source NAME --export NAME"):
        add_export([path], home)
    with pytest.raises(ExportRefused, match="is no name"):
        add_export([path], home, source="We Mob", export="orders")
    with pytest.raises(ExportRefused, match="contract tmall_orders already"):
        add_export([path], home, source="tmall", export="orders")
    no_header = write(tmp_path / "y.csv", "1,2\n3,4\n")
    with pytest.raises(ExportRefused, match="looks like a header"):
        add_export([no_header], home, source="weimob", export="orders")
    with pytest.raises(ContractError, match="no contract 'nix'"):
        dry_run([path], home, "nix")
    taken = write(home.home / "dbt_project/models/staging/weimob/stg_weimob__orders.sql", "x")
    with pytest.raises(ExportRefused, match="is not overwritten"):
        add_export([path], home, source="weimob", export="orders")
    assert taken.read_text() == "x"
    assert not (home.home / "brand/contracts/weimob_orders.yml").exists()
