"""Valid exports to mutate: every sample, and one file made from every contract."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl

from pipelines.exports.contract import Contract
from pipelines.exports.contract_files import Contracts
from tests.robustness.writing import csv_text, sheet_xml, workbook

FILE_NAMES = {"yuntu_assets": "yuntu_5a_A3_assets"}
"""Formats that keep a value in the file name."""
MADE_ROWS = 6
_VALUES = {
    "text": "示例 甲{i}", "id": "6900000000000{i:04d}", "integer": "1{i}", "money": "1,29{i}.50",
    "decimal": "3.{i}", "percent": "{i}.25%", "timestamp": "2026-05-0{d} 20:15:3{i}",
    "date": "2026-05-0{d}", "epoch_seconds": "177757{i:04d}", "json": "[{i}]",
    "phone": "1990000{i:04d}", "email": "demo_{i}@example.com", "account": "示例买家{i}",
    "phone_list": "1990001{i:04d}", "person_name": "测试{i}", "region": "浙江省 杭州市 西湖区",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """One table of text cells, as it stands in a file."""

    name: str
    file_name: str
    encoding: str
    """utf-8, utf-8-sig, gb18030 or xlsx."""
    preamble: tuple[tuple[str, ...], ...]
    header: tuple[str, ...]
    records: tuple[tuple[str, ...], ...]

    @property
    def is_workbook(self) -> bool:
        return self.encoding == "xlsx"

    @property
    def grid(self) -> list[tuple[str, ...]]:
        return [*self.preamble, self.header, *self.records]

    @property
    def text(self) -> str:
        return csv_text(self.grid)

    @property
    def data(self) -> bytes:
        if self.is_workbook:
            return workbook({"Sheet1": sheet_xml(self.grid)})
        return self.text.encode(self.encoding)

    def with_header(self, header: list[str]) -> Table:
        return replace(self, header=tuple(header))

    def with_records(self, records: list[list[str]] | list[tuple[str, ...]]) -> Table:
        return replace(self, records=tuple(tuple(record) for record in records))


def sample_grid(path: Path) -> tuple[str, list[list[str]]]:
    """Encoding and cells of a sample, read by libraries that the loader does not use."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        rows = [["" if v is None else str(v) for v in row] for row in sheet.values]
        return "xlsx", rows
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig" and not data.startswith(b"\xef\xbb\xbf"):
            encoding = "utf-8"
        return encoding, list(csv.reader(io.StringIO(text, newline="")))
    raise AssertionError(path)


def sample_table(path: Path, header_line: int) -> Table:
    """A sample whose header is known to stand in that row."""
    encoding, rows = sample_grid(path)
    header = rows[header_line - 1]
    return Table(
        name=path.name,
        file_name=path.name,
        encoding=encoding,
        preamble=tuple(tuple(row) for row in rows[: header_line - 1]),
        header=tuple(header),
        records=tuple(tuple(row) for row in rows[header_line:]),
    )


def made_tables(contracts: Contracts) -> Iterator[Table]:
    """One file per contract, turn by turn in every encoding; its values fit their types."""
    for number, contract in enumerate(contracts):
        encodings = (
            [code for code in ("utf-8", "gb18030") if code in contract.encodings]
            if "csv" in contract.formats
            else []
        )
        encodings += ["xlsx"] if "xlsx" in contract.formats else []
        encoding = encodings[number % len(encodings)]
        name = FILE_NAMES.get(contract.contract, "export_2026-05-09")
        yield Table(
            name=f"made {contract.contract}",
            file_name=f"{name}.{'xlsx' if encoding == 'xlsx' else 'csv'}",
            encoding=encoding,
            preamble=(),
            header=tuple(_headers(contract)),
            records=tuple(tuple(_record(contract, i)) for i in range(1, MADE_ROWS + 1)),
        )


def _headers(contract: Contract) -> list[str]:
    named = [column.headers[0] for column in contract.columns if column.headers]
    return [*named, *contract.not_loaded[:3], *contract.dropped]


def _record(contract: Contract, i: int) -> list[str]:
    values = []
    expiries = {column.virtual_when for column in contract.columns}
    for column in contract.columns:
        if not column.headers:
            continue
        if column.name in expiries:
            values.append("")
        elif column.type == "boolean":
            values.append(column.true_values[0])
        else:
            values.append(_VALUES[column.type].format(i=i, d=i))
    if i == 2:
        values = _with_a_hard_text(contract, values)
    extra = len(contract.not_loaded[:3])
    return [*values, *([f"其它{i}"] * extra), *([f"秘密{i}"] * len(contract.dropped))]


def _with_a_hard_text(contract: Contract, values: list[str]) -> list[str]:
    """One text with comma, quotation marks and a line end."""
    named = [column for column in contract.columns if column.headers]
    place = next((i for i, c in enumerate(named) if c.type == "text" and not c.required), None)
    if place is not None:
        values[place] = '示例，甲,"乙"\n丙'
    return values
