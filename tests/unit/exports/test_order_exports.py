"""What the order, settlement and cash-flow exports do oddly, platform by platform."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl

from pipelines.exports.report import CheckedPart


def csv(*rows: dict[str, str]) -> str:
    """A file with every header that one of the rows has; all cells quoted."""
    headers = list(dict.fromkeys(header for row in rows for header in row))
    lines = [headers, *([row.get(header, "") for header in headers] for row in rows)]
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n"


def loaded(part: CheckedPart) -> list[dict[str, Any]]:
    """Rows of a part that took everything but junk."""
    assert part.checked is not None, part.report.message
    assert part.checked.quarantine.to_dicts() == []
    return part.checked.rows.to_dicts()


def rejected(part: CheckedPart) -> list[tuple[int, str, str]]:
    """Line, header and value of every rejected cell."""
    assert part.checked is not None, part.report.message
    return part.checked.quarantine.select("line_number", "header", "value").rows()


def key_of(part: CheckedPart, column: str) -> list[str | None]:
    return [row[f"{column}_key"] for row in loaded(part)]


AFTERSALE = {
    "售后单号": "\t7100", "订单号": "\t6900", "商品单号": "\t6901", "售后类型": "已发货退款",
    "退商品金额（元）": "19.90", "退运费金额（元）": "-", "售后状态": "同意退款，退款成功",
    "售后申请时间": "2026-05-01 12:00:00", "商家退货联系人电话": "13912340000", "操作人": "店小二",
}  # fmt: skip


def test_douyin_aftersale_names_the_sub_order_and_drops_the_contact(check) -> None:
    (part,) = check("售后单.csv", csv(AFTERSALE))
    (row,) = loaded(part)
    assert part.report.contract == "douyin_aftersales"
    assert (row["aftersale_id_douyin"], row["sub_order_id_douyin"]) == ("7100", "6901")
    assert (row["goods_refund_cny"], row["shipping_refund_cny"]) == (Decimal("19.9"), None)
    assert "13912340000" not in repr(row)
    assert "店小二" not in repr(row)


SETTLEMENT = {
    "结算时间": "2026-05-16 05:59:20", "订单号": "'6900000000000000001", "子订单号": "'69001",
    "结算金额": "1097.02", "结算账户": "聚合账户", "结算单类型": "已结算", "用户实付": "1199.00",
    "收入合计": "1199.00", "平台服务费": "-23.98", "佣金": "-78.00", "支出合计": "-101.98",
}  # fmt: skip


def test_douyin_settlement_has_a_description_row_and_negative_entries(check) -> None:
    described = dict.fromkeys(SETTLEMENT, " ") | {"结算金额": "收入+支出"}
    refund = SETTLEMENT | {"结算金额": "-8", "结算单类型": "结算后退款-非原路退回"}
    adjustment = SETTLEMENT | {"订单号": "", "子订单号": "", "结算金额": "0.5"}
    (part,) = check("结算账单.csv", csv(described, SETTLEMENT, refund, adjustment))
    rows = loaded(part)
    assert part.report.junk == {"description_row": 1}
    assert [row["settled_cny"] for row in rows] == [
        Decimal("1097.02"),
        Decimal("-8"),
        Decimal("0.5"),
    ]
    assert [row["main_order_id_douyin"] for row in rows] == ["6900000000000000001"] * 2 + [None]


def test_douyin_settlement_keeps_a_description_that_holds_an_amount(check) -> None:
    """Only the formula is junk: a damaged amount is rejected, not thrown away."""
    (part,) = check("结算账单.csv", csv(SETTLEMENT, SETTLEMENT | {"结算金额": "很多"}))
    assert part.report.junk == {}
    assert rejected(part) == [(3, "结算金额", "很多")]


def test_douyin_cash_flow_writes_zero_for_nothing(check) -> None:
    flow = {
        "动账时间": "2026-05-16 05:59:20", "动帐流水号": "'T000000000000000001", "动账方向": "入账",
        "动账金额": "1097.02", "动账场景": "货款结算入账", "子订单号": "0", "订单号": "0",
        "售后编号": "0", "下单时间": "0", "商品ID": "0", "达人ID": "0", "订单退款": "0",
    }  # fmt: skip
    (part,) = check("动账.csv", csv(flow))
    (row,) = loaded(part)
    assert row["flow_id_douyin"] == "T000000000000000001"
    assert row["refund_cny"] == 0
    empty = ("sub_order_id_douyin", "main_order_id_douyin", "aftersale_id_douyin", "created_at")
    assert [row[name] for name in empty] == [None] * 4
    (renamed,) = check("动账2.csv", csv({k.replace("帐", "账"): v for k, v in flow.items()}))
    assert loaded(renamed)[0]["flow_id_douyin"] == "T000000000000000001"


def test_tmall_cash_flow_has_either_income_or_expense(check) -> None:
    flow = {
        "商家昵称": "示例旗舰店", "入帐日期": "2026-05-16", "入帐时间": "05:59:20",
        "支付流水号": '=""2026051600001""', "主订单id": "3512345678901234567", "子订单id": "",
        "入帐类型": "交易货款", "收入金额(元)": "1,097.02", "支出金额(元)": "", "业务描述": "-",
        "收/付渠道": "支付宝",
    }  # fmt: skip
    neither = flow | {"收入金额(元)": ""}
    (part,) = check("动账.csv", csv(flow, neither), "gb18030")
    assert part.report.contract == "tmall_cash_flow"
    assert part.checked is not None
    (row,) = part.checked.rows.to_dicts()
    assert (row["flow_id_tmall"], row["booked_date"]) == ("2026051600001", date(2026, 5, 16))
    assert (row["income_cny"], row["expense_cny"]) == (Decimal("1097.02"), None)
    assert [(line, header) for line, header, _ in rejected(part)] == [(3, "收入金额(元)")]


WECHAT = {
    "订单号": "3700000000000000001", "订单下单时间": "2026-04-01 12:00:00",
    "订单发货时间": "2026-04-02 12:00:00", "订单状态": "已完成", "收件人姓名": "测***",
    "收件人手机": "139****0001", "商品总价": "198.00", "订单实际支付金额": "188.00",
    "支付时间": "2026-04-01 12:00:10", "带货方式": "直播", "商品名称": "面霜",
    "商品实际价格(总共)": "129.00", "商品数量": "1", "商品已退款金额": "",
}  # fmt: skip
ITEM_COLUMNS = ("商品名称", "商品实际价格(总共)", "商品数量", "商品已退款金额")


def test_wechat_order_cells_hold_for_all_items_of_the_order(check) -> None:
    second = {**{h: WECHAT[h] if h in ITEM_COLUMNS else "" for h in WECHAT}, "商品名称": "洁面"}
    unshipped = WECHAT | {"订单号": "3700000000000000002", "订单发货时间": "", "订单状态": "待发货"}
    (part,) = check("微信小店订单.csv", csv(WECHAT, second, unshipped))
    rows = loaded(part)
    assert [row["order_id_wechat"][-1] for row in rows] == ["1", "1", "2"]
    assert [row["order_status"] for row in rows] == ["已完成", "已完成", "待发货"]
    # the blank of another order means "not yet"
    assert [row["shipped_at"] is None for row in rows] == [False, False, True]
    assert [name for name in rows[0] if "phone" in name or "receiver" in name] == []


def test_wechat_export_time_stands_in_the_name_of_the_archive(check) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("订单.csv", csv(WECHAT))
    (part,) = check("微信小店订单_wx1_2026年06月12日22时04分13秒.zip", buffer.getvalue())
    assert part.report.contract == "wechat_shop_orders"
    assert part.checked is not None
    assert part.checked.exported_at == datetime(2026, 6, 12, 14, 4, 13)


YOUZAN = (
    '"订单号","订单状态","订单来源","订单创建时间","买家付款时间","订单实付金额","全部商品名称",'
    '"收货人手机号/提货人手机号","买家手机号","分销员","订单已退款金额","分销员","分销员手机号"\n'
)


def test_youzan_reads_short_rows_dashes_and_the_first_of_two_distributors(check) -> None:
    text = YOUZAN + (
        "E1,交易完成,——,2026-04-01 12:00:00,——,188,霜;露,13812340000,13912340000,甲,0,乙,——\n"
        "E2,交易成功,——,2026-04-01 12:00:00,——,188,霜,13812340000,139******05\n"
    )
    (part,) = check("有赞订单.csv", text)
    first, short = loaded(part)
    assert part.report.unknown_headers == ()
    assert (first["order_source"], first["paid_at"], first["distributor"]) == (None, None, "甲")
    assert (short["distributor"], short["refund_cny"]) == (None, None)
    # the buyer is the link, the receiver is not kept, a masked phone is no key
    assert [row["buyer_phone_masked"] for row in (first, short)] == ["139****0000", "139******05"]
    assert [row["buyer_phone_key"] is None for row in (first, short)] == [False, True]
    assert [name for name in first if "receiver" in name] == []


JD = {
    "订单号": "300000000001", "商品ID": "100", "商品名称": "面霜", "订购数量": "1",
    "下单时间": "2026-05-01 10:00:00", "京东价": "199.00", "订单金额": "258.00",
    "结算金额": "258.00", "应付金额": "258.00", "订单状态": "完成", "下单帐号": "jd_demo",
    "客户姓名": "测试甲", "客户地址": "浙江杭州市西湖区幸福路1号", "联系电话": "1******6198",
    "商家应收": "499.00（系统计算中，该值仅供参考）", "商家SKUID": "S-1", "仓库id": "7",
}  # fmt: skip


def test_jd_rows_end_with_a_comma_and_amounts_carry_remarks(check) -> None:
    text = "".join(f"{line},\n" for line in csv(JD, JD | {"商品ID": "200"}).splitlines())
    (part,) = check("订单.csv", text, "gb18030")
    rows = loaded(part)
    assert (part.report.contract, part.report.encoding) == ("jd_orders", "gb18030")
    assert part.report.unknown_headers == ()
    assert [row["receivable_cny"] for row in rows] == [Decimal("499.00")] * 2
    assert (rows[0]["receiver_province"], rows[0]["receiver_phone_key"]) == ("浙江", None)
    assert rows[0]["buyer_account_key"] is not None
    assert [text for text in ("jd_demo", "测试甲", "幸福路") if text in repr(rows)] == []


XIAOHONGSHU = {
    "订单号": "P800000000000000001", "订单状态": "已完成", "售后状态": "无售后",
    "收件人电话": "139****0001", "省": "浙江省", "SKU件数": "1", "是否为赠品": "否",
    "用户应付金额(元)": "189.00", "商家应收金额(元)（支付金额）": "189.00",
    "订购人身份证姓名/ID Name": "测试甲", "订购人身份证号/ID Number": "110101199001010000",
    "收件人身份证号": "110101199001010001", "订单创建时间": "2026-05-01 10:00:00",
    "用户编号": "DEMOUSER0001", "商品名称": "面霜",
}  # fmt: skip


def test_xiaohongshu_id_cards_are_dropped_unread(check) -> None:
    (part,) = check("订单.csv", csv(XIAOHONGSHU))
    (row,) = loaded(part)
    assert part.report.contract == "xiaohongshu_orders"
    assert (row["user_id_xiaohongshu"], row["is_gift"]) == ("DEMOUSER0001", False)
    assert row["receiver_phone_key"] is None
    assert [text for text in ("1101011990", "测试甲") if text in repr(row)] == []


def test_an_id_card_number_is_not_even_shown_with_a_rejected_row(check) -> None:
    (part,) = check("订单.csv", csv(XIAOHONGSHU | {"订单创建时间": "昨天"}))
    assert part.checked is not None
    quarantine = part.checked.quarantine
    assert quarantine["header"].to_list() == ["订单创建时间"]
    assert "1101011990" not in repr(quarantine.rows())


KUAISHOU = {
    "订单号": "2600000000000001\t", "订单创建时间": "2026-05-01 21:00:00",
    "订单支付时间": "2026-05-01 21:00:12", "订单状态": "交易成功", "实付款": "￥1,189.00",
    "快递费": "¥0.00", "成交数量": "1", "商品名称": "面霜", "CPS达人ID": "0", "团长ID": "-",
    "收货人电话": "139****0001", "预售/承诺发货时间": "2099-01-01 00:00:00",
    "发货时间": "2206-05-02 00:00:00",
}  # fmt: skip


def test_kuaishou_signs_tabs_zeros_and_impossible_years(check) -> None:
    late = KUAISHOU | {"订单号": "2\t", "订单创建时间": "2206-05-01 21:00:00"}
    (part,) = check("订单.csv", csv(KUAISHOU, late))
    assert part.checked is not None
    (row,) = part.checked.rows.to_dicts()
    assert (row["order_id_kuaishou"], row["paid_cny"]) == ("2600000000000001", Decimal("1189"))
    assert (row["author_id_kuaishou"], row["leader_id_kuaishou"]) == (None, None)
    # an impossible dispatch costs no order; an impossible order time does, and says why
    assert rejected(part) == [(3, "订单创建时间", "2206-05-01 21:00:00")]
    assert "more than a year after the export" in part.checked.quarantine["reason"][0]


TIKTOK = {
    "Order ID": "570000000000000001\t", "Order Status": "Completed", "SKU ID": "17\t",
    "Product Name": "Demo cream", "Quantity": "1", "Order Amount": "18.50",
    "Order Refund Amount": "0", "Created Time": "02/05/2026 20:30:11\t",
    "Paid Time": "02/05/2026 20:30:25\t", "Buyer Username": "demo_buyer",
    "Recipient": "d***", "Phone #": "(+84)9*****01",
}  # fmt: skip


def test_tiktok_has_a_help_row_and_day_first_times(check) -> None:
    helped = dict.fromkeys(TIKTOK, "description") | {"Order ID": "Platform unique order ID."}
    (part,) = check("orders.csv", csv(helped, TIKTOK))
    (row,) = loaded(part)
    assert part.report.junk == {"description_row": 1}
    assert row["created_at"] == datetime(2026, 5, 2, 12, 30, 11)
    assert row["order_amount_local"] == Decimal("18.50")
    assert row["buyer_username_key"] is not None
    assert "demo_buyer" not in repr(row)


def test_tiktok_row_without_an_order_number_is_no_help_row(check) -> None:
    (part,) = check("orders.csv", csv(TIKTOK, TIKTOK | {"Order ID": ""}))
    assert part.report.junk == {}
    assert rejected(part) == [(3, "Order ID", None)]


SHOPIFY = {
    "Name": "#1001", "Email": "Demo@Example.com", "Financial Status": "paid",
    "Paid at": "2026-01-01 10:00:00 +0900", "Currency": "USD", "Total": "38.00",
    "Created at": "2026-01-01 09:59:30 +0900", "Lineitem quantity": "1",
    "Lineitem name": "Demo cream", "Lineitem price": "20.00", "Billing Phone": "'+819024681357",
    "Billing Zip": "'100-0001", "Billing Name": "Demo Person", "Phone": "", "Id": "6000000000001",
}  # fmt: skip


def test_shopify_times_carry_offsets_and_phones_a_quote(check) -> None:
    blank = {"Financial Status": "", "Paid at": "", "Currency": "", "Total": "", "Id": ""}
    second = SHOPIFY | blank | {"Billing Phone": "", "Lineitem name": "Demo cleanser"}
    (part,) = check("orders_export.csv", csv(SHOPIFY, second))
    first, other = loaded(part)
    assert first["created_at"] == datetime(2026, 1, 1, 0, 59, 30)
    assert (first["total_local"], other["total_local"]) == (Decimal("38"), None)
    assert first["customer_email_key"] == other["customer_email_key"] is not None
    assert (first["billing_phone_key"] is None, other["billing_phone_key"]) == (False, None)
    assert [t for t in ("819024681357", "Demo Person", "100-0001") if t in repr(first)] == []


LAIKE = {
    "所属订单ID": "1000000000000000001", "子订单ID": "1000000000000000001", "券码状态": "已核销",
    "核销时间": "2026-05-02 18:00:00", "订单实收": "168.00", "售卖金额": "188.00",
    "商品实付": "168.00", "软件服务费率": "5.00%", "成交渠道": "直播",
    "订单归属人昵称(字段如果获取不到就默认展示商家，具体金额以账单为主)": "商家",
}  # fmt: skip


def test_laike_headers_hold_commas_and_rates_percent_signs(check) -> None:
    (part,) = check("售卖明细_2026-05-01_2026-05-02.csv", csv(LAIKE))
    (row,) = loaded(part)
    assert (part.report.contract, part.report.unknown_headers) == ("laike_sales", ())
    assert (row["service_fee_rate"], row["owner_name"]) == (Decimal("0.05"), "商家")
    assert part.checked is not None
    assert part.checked.exported_at == datetime(2026, 5, 2, 15, 59, 59)


def test_laike_booking_status_stands_in_the_names_of_the_sheets(check) -> None:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["本表仅供参考，具体金额以账单为主"])
    for name in ("未预约-1", "已预约-1"):
        sheet = book.create_sheet(name)
        sheet.append(list(LAIKE))
        sheet.append(list(LAIKE.values()))
    book.save(file := io.BytesIO())
    parts = check("旅行社预约明细.xlsx", file.getvalue())
    assert [loaded(part)[0]["booking_status"] for part in parts] == ["未预约", "已预约"]
