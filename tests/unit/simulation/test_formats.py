"""The files look as the platforms write them."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.unit.simulation.conftest import Written
from tests.unit.simulation.reading import ENCODINGS, table

HEADERS = {
    "tmall/flagship/ExportOrderList*.csv": "tmall_order_2022",
    "tmall/flagship/ExportOrderDetailList*.csv": "tmall_item_2023",
    "tmall/outlet/ExportOrderList*.xlsx": "tmall_order_2026_qianniu_xlsx",
    "tmall/outlet/ExportOrderDetailList*.xlsx": "tmall_item_2024_xlsx",
    "douyin/flagship/*.csv": "doudian_order_2026",
    "douyin/outlet/1*.xlsx": "doudian_order_compact_xlsx",
    "douyin/*/售后单*.xlsx": "doudian_aftersale",
    "douyin/*/直播间列表*.xlsx": "compass_live_list",
    "oceanengine/*/project*.csv": "oceanengine_project",
    "oceanengine/*/account*.csv": "oceanengine_account",
    "oceanengine/*/unit*.csv": "oceanengine_unit",
    "oceanengine/*/material*.csv": "oceanengine_material",
    "oceanengine/*/clue*.csv": "laike_clue_api",
    "qianchuan/qc_2001/*.csv": "qianchuan_product",
    "qianchuan/qc_2002/*.xlsx": "qianchuan_material",
    "wanxiangtai/*/*.xlsx": "wanxiangtai_item",
    "xiaohongshu_ads/*/*.csv": "xhs_juguang",
    "xiaohongshu_ads/*/*.xlsx": "pgy_order_report",
    "tencent_ads/*/*.csv": "tencent_ads",
    "youzan/订单*.csv": "youzan_order",
    "jd/*.csv": "jd_order",
    "xiaohongshu/*.xlsx": "xhs_order",
    "kuaishou/*.xlsx": "kuaishou_order",
    "wechat_shop/*.zip": "weixin_shop_order",
}
STORE_HEADER = "销售日期,门店名称,收银机,小票号,会员卡号,物料编码,物料描述,销售数量,销售金额,收银员"
SHANGHAI = timedelta(hours=8)


@pytest.fixture(scope="module")
def known_headers(shared: Path) -> dict[str, list[str]]:
    return json.loads((shared / "exports" / "headers.json").read_text("utf-8"))


@pytest.mark.parametrize(("pattern", "layout"), HEADERS.items())
def test_headers_equal_the_published_ones(
    written: Written, known_headers: dict[str, list[str]], pattern: str, layout: str
) -> None:
    paths = written.paths(pattern)
    assert paths
    for path in paths[-3:]:
        header = table(path, pattern.split("/")[0])[0]
        assert [name for name in header if name] == known_headers[layout]


def test_store_header(written: Written) -> None:
    paths = written.paths("pos/*")
    assert len(paths) > 50
    assert all(table(path, "pos")[0] == STORE_HEADER.split(",") for path in paths[-3:])


def test_every_file_is_declared_and_delivered_when_it_says(written: Written) -> None:
    on_disk = {str(p.relative_to(written.landing)) for p in written.paths("**/*") if p.is_file()}
    assert on_disk == set(written.truth.files["path"])
    for path, delivered in written.truth.files.select("path", "delivered_at").iter_rows():
        seconds = (written.landing / path).stat().st_mtime
        assert pl.select(pl.from_epoch(pl.lit(int(seconds)))).item() + SHANGHAI == delivered


def test_every_file_has_its_rows(written: Written) -> None:
    files = written.truth.files.filter(
        pl.col("path").str.split("/").list.first().is_in(list(ENCODINGS))
    )
    counted = 0
    for path, rows, junk in files.select("path", "rows", "junk").iter_rows():
        if path.startswith("oceanengine/") and "project" not in path:
            continue
        _, records = table(written.landing / path, path.split("/")[0])
        assert len(records) == rows, path
        assert sum(record[0] == "合计" for record in records) == junk
        counted += 1
    assert counted > 350


def test_one_file_arrives_late(written: Written) -> None:
    delay = pl.col("delivered_at") - pl.col("exported_at")
    late = written.truth.files.filter(
        delay > timedelta(days=1), pl.col("path").str.starts_with("tmall/")
    )
    assert late.select(delay)["delivered_at"].to_list() == [timedelta(days=2)] * 2


def test_encodings_and_line_ends(written: Written) -> None:
    for path in written.paths("*/*/*.csv") + written.paths("pos/*.csv"):
        source = path.relative_to(written.landing).parts[0]
        if source not in ENCODINGS:
            continue
        content = path.read_bytes()
        has_mark = source == "douyin" or path.stem.startswith(("project", "account", "unit"))
        assert content.startswith(b"\xef\xbb\xbf") or not has_mark, path
        assert content.endswith(b"\r\n")
        assert content.count(b"\n") == content.count(b"\r\n")
        if source in {"tmall", "pos"}:
            with pytest.raises(UnicodeDecodeError):
                content.decode("utf-8")


def test_tmall_quirks(written: Written) -> None:
    paths = written.paths("tmall/flagship/ExportOrderList*.csv")
    text = max(paths, key=lambda path: path.stat().st_size).read_bytes().decode("gb18030")
    lines = text.split("\r\n")[:-1]
    assert all(line.startswith('"') and line.endswith('"') for line in lines)
    for quirk in (
        '"=""39', "\"'1*********", '"0元"', '元"', '"null"', "交易成功", "交易关闭", "No:YT",
        "订单未关闭", "示例街道 ****",
    ):  # fmt: skip
        assert quirk in text, quirk
    every = [path.read_bytes().decode("gb18030") for path in paths]
    for status in ("卖家已发货，等待买家确认", "买家已付款，等待卖家发货", "等待买家付款"):
        assert any(status in content for content in every), status
    assert "194" not in {cell.strip("'")[:3] for cell in text.replace('"', "").split(",")}


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
        "退款成功", "数据将于第二天更新", '"1,299.00"', '"\t0"',
    ):  # fmt: skip
        assert quirk in text, quirk
    exported = dict(written.truth.files.select("path", "exported_at").iter_rows())
    for path in paths[-3:]:
        epoch = int(path.name.split("_")[0])
        moment = exported[str(path.relative_to(written.landing))]
        assert pl.select(pl.from_epoch(pl.lit(epoch))).item() + SHANGHAI == moment


def test_store_quirks(written: Written) -> None:
    assert [path.suffix for path in written.paths("pos/*")].count(".zip") == 1
    negative = guests = 0
    for path in written.paths("pos/*"):
        header, rows = table(path, "pos")
        body = [row for row in rows[:-1] if len(row) == len(header)]
        negative += sum(row[8].startswith("-") for row in body)
        guests += sum(not row[4] for row in body)
        assert rows[-1][0] == "合计"
        total = sum(float(row[8]) for row in body if row[8] != "壹佰元" and row[3])
        assert total == pytest.approx(float(rows[-1][8]))
    assert negative >= 5
    assert guests > 50


def test_a_day_of_the_tills_is_corrected(written: Written) -> None:
    days: dict[str, list[Path]] = {}
    for path in written.paths("pos/*.csv"):
        days.setdefault(path.name.split("_")[1], []).append(path)
    [(at_first, again)] = [paths for paths in days.values() if len(paths) > 1]
    before, after = (table(path, "pos")[1][:-1] for path in (at_first, again))
    assert [row[:7] for row in before] == [row[:7] for row in after]
    assert before != after


def test_workbooks_hold_inline_strings_only(written: Written) -> None:
    paths = written.paths("*/outlet/*.xlsx")
    assert len(paths) > 8
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            assert "xl/sharedStrings.xml" not in archive.namelist()
            assert b't="inlineStr"' in archive.read("xl/worksheets/sheet1.xml")
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
