"""Plain readers of the simulated files that share no code with the package."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import python_calamine

ENCODINGS = {
    "tmall": "gb18030",
    "pos": "gb18030",
    "douyin": "utf-8-sig",
    "oceanengine": "utf-8-sig",
}

PLAIN_ENCODINGS = {
    "jd": "gb18030",
    "youzan": "utf-8",
    "qianchuan": "utf-8-sig",
    "xiaohongshu_ads": "utf-8-sig",
    "tencent_ads": "utf-8-sig",
    "yuntu": "utf-8-sig",
}

Record = dict[str, str]


def _decoded(content: bytes, encoding: str) -> str:
    """The text; Qianchuan's CSV comes in GBK now and then."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("gb18030")


def table(path: Path, source: str) -> tuple[list[str], list[list[str]]]:
    """Header and all records behind it, as cells without any cleaning."""
    content, kind = path.read_bytes(), path.suffix
    if kind == ".zip":
        with zipfile.ZipFile(path) as archive:
            (name,) = archive.namelist()
            content, kind = archive.read(name), Path(name).suffix
    if kind == ".xlsx":
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = [[str(cell) for cell in row] for row in sheet.get_sheet_by_index(0).to_python()]
    else:
        encoding = ENCODINGS.get(source) or PLAIN_ENCODINGS[source]
        rows = list(csv.reader(io.StringIO(_decoded(content, encoding), newline="")))
    if source == "pos":
        assert rows[0][0] == "门店销售明细"
        rows = rows[1:]
    return rows[0], rows[1:]


def clean(cell: str) -> str:
    """A cell without TAB, ``="…"`` and ``No:``; null words become empty."""
    text = cell.strip()
    if text.startswith('="'):
        text = text[2:-1]
    return "" if text in {"-", "null"} else text


def good_records(
    path: Path,
    source: str,
    *,
    moneys: tuple[str, ...],
    times: tuple[str, ...],
    required: tuple[str, ...],
    integers: tuple[str, ...] = (),
) -> tuple[list[Record], int]:
    """Records whose cells can be read, and how many cannot."""
    header, rows = table(path, source)
    good, bad = [], 0
    for row in rows:
        if row[0] == "合计":
            continue
        record = {name: clean(cell) for name, cell in zip(header, row, strict=False)}
        if len(row) == len(header) and is_readable(record, moneys, times, required, integers):
            good.append(record)
        else:
            bad += 1
    return good, bad


def is_readable(
    record: Record,
    moneys: tuple[str, ...],
    times: tuple[str, ...],
    required: tuple[str, ...],
    integers: tuple[str, ...],
) -> bool:
    """Whether required cells are there and typed cells can be read."""
    try:
        for name in moneys:
            money(record[name])
        for name in times:
            if record[name]:
                datetime.fromisoformat(record[name])
        for name in integers:
            int(record[name])
    except (ValueError, InvalidOperation):
        return False
    return all(record[name] for name in required)


def money(cell: str) -> Decimal:
    """Yuan; an empty cell is zero."""
    return Decimal(cell.replace(",", "") or "0")
