"""A delivered file from bytes to checked parts, without a warehouse."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

import polars as pl

from pipelines.exports.check import Checked, Matched, check
from pipelines.exports.contract_files import Contracts
from pipelines.exports.detect import detect, nearest_contracts
from pipelines.exports.errors import ExportRefused, UnreadableExport
from pipelines.exports.export_time import export_time
from pipelines.exports.junk import sift
from pipelines.exports.outside import Origin, values_outside
from pipelines.exports.read import Refusal, open_export
from pipelines.exports.read_csv import UTF_16, open_csv
from pipelines.exports.table import Body, Part

LOADED = "loaded"
REFUSED = "refused"
DEFAULT_ACCOUNT = "default"
PIECE_BYTES = 1 << 25
"""Longer text is checked in pieces of this size."""


@dataclass(frozen=True)
class LandedFile:
    """A file in the landing folder."""

    path: Path
    relative_path: str
    account: str
    """Shop, app, corp or advertiser: the folder(s) below ``landing/<source>/``, else default."""
    sha256: str
    size: int
    delivered_at: datetime
    """Modification time, aware UTC."""


@dataclass(frozen=True)
class FileReport:
    """What became of one part (the file, a sheet, a member) of a delivered file."""

    file_name: str
    relative_path: str
    member: str | None
    account: str
    sha256: str
    size_bytes: int
    delivered_at: datetime
    status: str
    """loaded or refused."""
    message: str | None = None
    source: str | None = None
    contract: str | None = None
    contract_hash: str | None = None
    variant: str | None = None
    encoding: str | None = None
    header_line: int | None = None
    exported_at: datetime | None = None
    """UTC, naive."""
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_junk: int = 0
    junk: dict[str, int] = field(default_factory=dict)
    """Rows per junk rule."""
    unknown_headers: tuple[str, ...] = ()
    file_id: int | None = None
    """Id in the warehouse; None in a dry run."""


@dataclass(frozen=True)
class CheckedPart:
    """A report and, when the part was accepted, its rows."""

    report: FileReport
    """It counts the rows of ``checked``."""
    checked: Checked | None
    more: Iterable[Checked] | None = None
    """Further pieces of a table that is too long for one, checked as they are asked for."""

    def counting(self, checked: Checked) -> CheckedPart:
        """With the account of all pieces."""
        return CheckedPart(_accounted(self.report, checked), checked)


def describe(path: Path, landing: Path | None = None) -> LandedFile:
    """Facts about a file on disk; ``landing`` gives relative path and account."""
    status = path.stat()
    relative = path.relative_to(landing) if landing else Path(path.name)
    return LandedFile(
        path=path,
        relative_path=relative.as_posix(),
        account=account_of(relative),
        sha256=sha256_of(path),
        size=status.st_size,
        delivered_at=datetime.fromtimestamp(status.st_mtime, tz=UTC),
    )


def account_of(relative: Path) -> str:
    """``douyin/shop_1/orders.csv`` belongs to shop_1, ``douyin/orders.csv`` to default."""
    return "/".join(relative.parts[1:-1]) or DEFAULT_ACCOUNT


def sha256_of(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Opened:
    """A delivered file, its parts found and matched, their rows still to be checked."""

    landed: LandedFile
    parts: list[CheckedPart | OpenedPart]

    @property
    def cell_bytes(self) -> int:
        """Memory that its cells take."""
        opened = [part for part in self.parts if isinstance(part, OpenedPart)]
        return sum(int(part.matched.sifted.cells.estimated_size()) for part in opened)


@dataclass(frozen=True)
class OpenedPart:
    """A part that a contract fits."""

    matched: Matched
    """Its first piece."""
    member: str | None
    encoding: str
    bodies: Iterator[Body] | None
    """The other pieces; None when there are none, so that nothing of the file is kept."""

    def checked(self, landed: LandedFile, first: Checked, key: bytes) -> CheckedPart:
        """With what its first piece was checked to be."""
        report = _loaded(_unread(landed, self.member), self.encoding, first)
        return CheckedPart(report, first, self._more(self.bodies, key) if self.bodies else None)

    def _more(self, bodies: Iterator[Body], key: bytes) -> Iterator[Checked]:
        match = self.matched.match
        for body in bodies:
            yield from check([replace(self.matched, sifted=sift(match, body))], key)


def check_file(
    path: Path, contracts: Contracts, key: bytes, landing: Path | None = None
) -> list[CheckedPart]:
    """Dry run: everything that loading the file would report and load, without a warehouse."""
    return check_landed(describe(path, landing), contracts, key)


def check_landed(landed: LandedFile, contracts: Contracts, key: bytes) -> list[CheckedPart]:
    """Read, match and check every part of a file; what cannot be loaded is a refused report."""
    (parts,) = check_opened([open_landed(landed, contracts)], contracts, key)
    return [_in_one_piece(part) for part in parts]


def _in_one_piece(part: CheckedPart) -> CheckedPart:
    if part.checked is None or part.more is None:
        return part
    pieces = list(part.more)
    rows = pl.concat([part.checked.rows, *(piece.rows for piece in pieces)])
    account = reduce(Checked.account_with, pieces, part.checked)
    return part.counting(replace(account, rows=rows))


def open_landed(landed: LandedFile, contracts: Contracts) -> Opened:
    """Read a file and match its parts; what cannot be loaded is a refused report."""
    landed, data = _read_as_described(landed)
    try:
        parts = open_export(landed.path.name, data)
    except UnreadableExport as error:
        message = f"{error}\n{_nearest(data, contracts)}".rstrip()
        return Opened(landed, [_refused(landed, None, message, contracts)])
    return Opened(landed, [_open_part(landed, part, contracts) for part in parts])


def check_opened(
    files: Sequence[Opened], contracts: Contracts, key: bytes
) -> list[list[CheckedPart]]:
    """Check every part of the files; parts of one layout are checked together.

    A sheet that fits no contract refuses its whole workbook: half a workbook is not a delivery.
    """
    layouts: dict[Hashable, list[Matched]] = {}
    for file in files:
        for part in file.parts:
            if isinstance(part, OpenedPart):
                layouts.setdefault(part.matched.layout, []).append(part.matched)
    checked = {
        id(table): found
        for tables in layouts.values()
        for table, found in zip(tables, check(tables, key), strict=True)
    }
    return [
        _whole_workbooks(file.landed, _finished(file, checked, key), contracts) for file in files
    ]


def _finished(file: Opened, checked: Mapping[int, Checked], key: bytes) -> list[CheckedPart]:
    return [
        part.checked(file.landed, checked[id(part.matched)], key)
        if isinstance(part, OpenedPart)
        else part
        for part in file.parts
    ]


def _read_as_described(landed: LandedFile) -> tuple[LandedFile, bytes]:
    """The bytes, and the facts about exactly these bytes if the file was replaced meanwhile."""
    data = landed.path.read_bytes()
    status = landed.path.stat()
    delivered_at = datetime.fromtimestamp(status.st_mtime, tz=UTC)
    if len(data) == landed.size and delivered_at == landed.delivered_at:
        return landed, data
    sha256 = hashlib.sha256(data).hexdigest()
    return replace(landed, sha256=sha256, size=len(data), delivered_at=delivered_at), data


def _nearest(data: bytes, contracts: Contracts) -> str:
    """The nearest contracts, when the unreadable bytes are text after all; else nothing."""
    try:
        if b"\0" in data[:4096]:
            return ""
        rows = open_csv(data, ("utf-8", "gb18030")).head(contracts.scan_rows)
    except UnreadableExport:
        return ""
    return nearest_contracts(rows, contracts, "csv")


def _whole_workbooks(
    landed: LandedFile, results: list[CheckedPart], contracts: Contracts
) -> list[CheckedPart]:
    """One refusal in place of all sheets of a workbook that has a refused sheet."""
    if not results:
        message = "The workbook has no sheet with data. Export it again."
        return [_refused(landed, None, message, contracts)]
    groups: dict[str, list[CheckedPart]] = {}
    for index, result in enumerate(results):
        groups.setdefault(_workbook_of(landed, result.report, index), []).append(result)
    whole: list[CheckedPart] = []
    for sheets in groups.values():
        group = _without_skipped_sheets(sheets)
        refused = [r.report for r in group if r.report.status == REFUSED]
        if len(group) == 1 or not refused:
            whole += group
            continue
        workbook, _, sheet = (refused[0].member or "").rpartition("!")
        message = (
            f"Sheet {sheet!r} is refused, and with it the whole workbook (list the sheet under "
            f"skip_sheets of the contract if it holds no data).\n{refused[0].message}"
        )
        whole.append(_refused(landed, workbook or None, message, contracts))
    return whole


def _without_skipped_sheets(group: list[CheckedPart]) -> list[CheckedPart]:
    """Refused sheets are left out when the contract of the workbook's data says to skip them."""
    skipped = {
        sheet
        for result in group
        if result.checked is not None
        for sheet in result.checked.match.contract.skip_sheets
    }
    return [
        result
        for result in group
        if result.checked is not None
        or (result.report.member or "").rpartition("!")[2] not in skipped
    ]


def _workbook_of(landed: LandedFile, report: FileReport, index: int) -> str:
    member = report.member or ""
    if "!" in member:
        return member.rpartition("!")[0]
    if member and landed.path.suffix.lower() != ".zip":
        return landed.path.name
    return f"{index}:{member}"


def _open_part(
    landed: LandedFile, part: Part | Refusal, contracts: Contracts
) -> CheckedPart | OpenedPart:
    if isinstance(part, Refusal):
        return _refused(landed, part.member, str(part.error), contracts)
    names = [*([part.member] if part.member else []), landed.path.name]
    try:
        match = detect(part.head(contracts.scan_rows), contracts, part.file_format)
        contract = match.contract
        if part.file_format == "csv":
            _require_encoding(part, contract.encodings, contract.contract)
        exported_at = export_time(names, contract.exported_at, contract.zone, landed.delivered_at)
        outside = values_outside(match, Origin(tuple(names), part.sheet))
        size = None if contract.filled_down else PIECE_BYTES
        bodies = part.bodies(match.header, contract.short_rows, match.wanted, size)
        body = next(bodies)
    except ExportRefused as error:
        return _refused(landed, part.member, str(error), contracts)
    matched = Matched(match, sift(match, body), exported_at, outside)
    return OpenedPart(matched, part.member, part.encoding, None if body.is_last else bodies)


def _require_encoding(part: Part, encodings: tuple[str, ...], contract: str) -> None:
    used = part.encoding.removesuffix("-sig")
    if used not in (*encodings, UTF_16):
        raise ExportRefused(
            f"The text is {used}, contract {contract} expects {' or '.join(encodings)}. Export "
            "again, or add the encoding to the contract."
        )


def _loaded(unread: FileReport, encoding: str, checked: Checked) -> FileReport:
    contract = checked.match.contract
    report = replace(
        unread,
        status=LOADED,
        source=contract.source,
        contract=contract.contract,
        contract_hash=contract.hash,
        variant=checked.match.variant,
        encoding=encoding,
        header_line=checked.match.header.line_number,
        exported_at=checked.exported_at,
        unknown_headers=checked.match.unknown_headers,
    )
    return _accounted(report, checked)


def _accounted(report: FileReport, checked: Checked) -> FileReport:
    message = None
    if not checked.rows_read:
        message = "The file has a header and no rows."
    elif not checked.rows_loaded and checked.rows_rejected:
        message = "Every row was rejected; see the quarantine."
    return replace(
        report,
        message=message,
        rows_read=checked.rows_read,
        rows_loaded=checked.rows_loaded,
        rows_rejected=checked.rows_rejected,
        rows_junk=sum(checked.junk.values()),
        junk=checked.junk,
    )


def _refused(
    landed: LandedFile, member: str | None, message: str, contracts: Contracts
) -> CheckedPart:
    report = replace(_unread(landed, member), message=message, contract_hash=contracts.hash)
    return CheckedPart(report, None)


def _unread(landed: LandedFile, member: str | None) -> FileReport:
    return FileReport(
        file_name=landed.path.name,
        relative_path=landed.relative_path,
        member=member,
        account=landed.account,
        sha256=landed.sha256,
        size_bytes=landed.size,
        delivered_at=landed.delivered_at,
        status=REFUSED,
    )
