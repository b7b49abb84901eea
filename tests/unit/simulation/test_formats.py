"""The files look as the platforms write them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.unit.simulation.conftest import Written
from tests.unit.simulation.reading import table

HEADERS = {
    "tmall/flagship/ExportOrderList*.csv": "tmall_order_2022",
    "tmall/flagship/ExportOrderDetailList*.csv": "tmall_item_2023",
    "tmall/outlet/ExportOrderList*.xlsx": "tmall_order_2026_qianniu_xlsx",
    "tmall/outlet/ExportOrderDetailList*.xlsx": "tmall_item_2024_xlsx",
    "douyin/flagship/*.csv": "doudian_order_2026",
    "douyin/outlet/*.xlsx": "doudian_order_compact_xlsx",
    "wecom/corp_main/*.csv": "wecom_external_contact_api",
    "official_account/*/*.csv": "oa_user_info_api",
    "oceanengine/*/*.csv": "oceanengine_project",
}
BRAND_HEADERS = {
    "crm/*.csv": "会员卡号,姓名,手机号,会员等级,积分,余额,开卡门店,开卡时间,入会渠道,专属导购,"
    "会员状态,合并至卡号,天猫昵称,unionid,营销授权",
    "pos/*": "销售日期,门店名称,收银机,小票号,会员卡号,物料编码,物料描述,销售数量,销售金额,收银员",
}


@pytest.fixture(scope="module")
def known_headers(shared: Path) -> dict[str, list[str]]:
    return json.loads((shared / "exports" / "headers.json").read_text("utf-8"))


@pytest.mark.parametrize(("pattern", "layout"), HEADERS.items())
def test_headers_equal_the_published_ones(
    written: Written, known_headers: dict[str, list[str]], pattern: str, layout: str
) -> None:
    paths = written.paths(pattern)
    assert paths
    for path in paths:
        assert table(path, pattern.split("/")[0])[0] == known_headers[layout]


def test_youzan_header_ends_in_a_comma(
    written: Written, known_headers: dict[str, list[str]]
) -> None:
    (path,) = written.paths("youzan/*.csv")
    assert table(path, "youzan")[0] == [*known_headers["youzan_customer"], ""]
    assert all(line.endswith(b",") for line in path.read_bytes().split(b"\r\n")[:-1])


@pytest.mark.parametrize(("pattern", "header"), BRAND_HEADERS.items())
def test_brand_headers(written: Written, pattern: str, header: str) -> None:
    paths = written.paths(pattern)
    assert paths
    for path in paths:
        assert table(path, pattern.split("/")[0])[0] == header.split(",")


def test_every_file_is_declared_and_has_its_rows(written: Written) -> None:
    on_disk = {str(p.relative_to(written.landing)) for p in written.paths("**/*") if p.is_file()}
    assert on_disk == {file.path for file in written.brand.files}
    for file in written.brand.files:
        _, rows = table(written.landing / file.path, file.path.split("/")[0])
        assert len(rows) == file.rows, file.path
        assert sum(row[0] == "合计" for row in rows) == file.junk
        delivered = (written.landing / file.path).stat().st_mtime
        assert delivered == file.exported_at.timestamp()


def test_encodings_and_line_ends(written: Written) -> None:
    for path in written.paths("**/*.csv"):
        content = path.read_bytes()
        source = path.relative_to(written.landing).parts[0]
        has_mark = content.startswith(b"\xef\xbb\xbf")
        assert has_mark == (source in {"douyin", "oceanengine"}), path
        assert content.endswith(b"\r\n")
        assert content.count(b"\n") == content.count(b"\r\n")
        if source in {"tmall", "crm", "pos"}:
            with pytest.raises(UnicodeDecodeError):
                content.decode("utf-8")


def test_tmall_quirks(written: Written) -> None:
    text = written.paths("tmall/flagship/ExportOrderList*.csv")[-1].read_bytes().decode("gb18030")
    lines = text.split("\r\n")[:-1]
    assert all(line.startswith('"') and line.endswith('"') for line in lines)
    for quirk in (
        '"=""39', "\"'1*********", '"0元"', '元"', '"null"', "卖家已发货，等待买家确认",
        "买家已付款，等待卖家发货", "交易成功", "交易关闭", "等待买家付款", "No:YT", "订单未关闭",
        "示例街道 ****",
    ):  # fmt: skip
        assert quirk in text, quirk
    assert "199000" not in text  # no phone in clear


def test_tmall_amounts_do_not_hide_whether_the_refund_is_taken_off(written: Written) -> None:
    header, rows = table(written.paths("tmall/flagship/ExportOrderList*.csv")[-1], "tmall")
    seen_partial = 0
    for row in rows:
        record = dict(zip(header, row, strict=False))
        if len(row) < len(header) or "待" in record["买家实际支付金额"]:
            continue
        paid, refund = float(record["买家实际支付金额"]), float(record["退款金额"])
        if refund:
            assert refund <= paid
            assert paid + refund > float(record["总金额"])
            seen_partial += refund < paid
    assert seen_partial


def test_douyin_quirks(written: Written) -> None:
    paths = written.paths("douyin/flagship/*.csv")
    text = paths[-1].read_bytes().decode("utf-8-sig")
    for quirk in (
        '"\t69', ",##", ",$$", "店铺新人券-", "赠品 小样", "主品订单售后完成", "超时未支付",
        "退款成功", "同意退款，退款成功", "数据将于第二天更新", '"1,299.00"', '"\t0"',
    ):  # fmt: skip
        assert quirk in text, quirk
    for path, file in zip(
        paths, (f for f in written.brand.files if f.path.startswith("douyin/flagship")), strict=True
    ):
        assert int(path.name.split("_")[0]) == file.exported_at.timestamp()


def test_wechat_quirks(written: Written) -> None:
    header, rows = table(written.paths("wecom/corp_main/*.csv")[0], "wecom")
    way = header.index("add_way")
    assert {"1", "16", "201", "202"} <= {row[way] for row in rows}
    assert any(row[header.index("remark_mobiles")].startswith('["199000') for row in rows)
    assert any(row[header.index("state")].startswith("livecode_") for row in rows)
    header, rows = table(written.paths("official_account/brand_service/*.csv")[0], "wecom")
    gone = [row for row in rows if row[0] == "0" and row[1]]
    assert gone
    assert all(not any(row[2:]) for row in gone)


def test_member_quirks(written: Written) -> None:
    header, rows = table(written.paths("crm/*.csv")[0], "crm")
    column = {name: [row[i] for row in rows] for i, name in enumerate(header)}
    assert set(column["入会渠道"]) == {
        "门店扫码",
        "天猫会员通",
        "公众号菜单",
        "导购邀请",
        "小程序注册",
    }
    phones = column["手机号"]
    assert phones.count("13800138000") >= 3
    assert phones.count("19900099999") >= 5
    assert any("****" in phone for phone in phones)
    assert all(p.startswith(("199", "138****")) or p == "13800138000" for p in phones)
    assert {len(joined) for joined in column["开卡时间"]} == {10, 19}
    merged = [row for row in rows if row[header.index("会员状态")] == "107"]
    assert merged
    cards = set(column["会员卡号"])
    assert all(row[header.index("合并至卡号")] in cards for row in merged)
    _, customers = table(written.paths("youzan/*.csv")[0], "youzan")
    assert {"*" in row[2] for row in customers} == {True, False}
    assert any(row[0] == " " for row in customers)


def test_store_quirks(written: Written) -> None:
    assert len(written.paths("pos/*.zip")) == 1
    negative = guests = 0
    for path in written.paths("pos/*"):
        header, rows = table(path, "pos")
        body = [row for row in rows[:-1] if len(row) == len(header)]
        negative += sum(row[8].startswith("-") for row in body)
        guests += sum(not row[4] for row in body)
        assert rows[-1][0] == "合计"
    assert negative > 10
    assert guests > 100


def test_workbooks_hold_inline_strings_only(written: Written) -> None:
    for path in written.paths("*/outlet/*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            assert "xl/sharedStrings.xml" not in archive.namelist()
            assert b't="inlineStr"' in archive.read("xl/worksheets/sheet1.xml")
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
