"""Bytes of a delivered file to its tables, by what the bytes are and not by the file's name."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipelines.exports.errors import ExportRefused, UnreadableExport
from pipelines.exports.read_cells import open_parquet, open_workbook
from pipelines.exports.read_csv import open_csv
from pipelines.exports.table import Part

MAX_UNPACKED_BYTES = 4 * 1024**3
MAX_RATIO = 200
"""Unpacked bytes per packed byte, for archives that unpack to more than RATIO_FREE_BYTES."""
RATIO_FREE_BYTES = 64 * 1024**2
MAX_MEMBERS = 1000
READABLE = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".parquet", ".zip")
_IGNORED_MEMBERS = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError,
    ValueError,
)  # fmt: skip
"""Everything that zipfile raises over damaged bytes, some of it long after opening."""
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Refusal:
    """A member of an archive that cannot be opened, while others can."""

    member: str | None
    error: ExportRefused


def open_export(
    name: str, data: bytes, encodings: Iterable[str] = ("utf-8", "gb18030")
) -> list[Part | Refusal]:
    """Tables of a delivered file. ``name`` decides only whether text is taken for CSV.

    Raises ``UnreadableExport`` when nothing of it can be read; members of an archive are refused
    one by one.
    """
    if not data:
        raise UnreadableExport("The file is empty (0 bytes). Download it again.")
    if _is_archive(data) and not _is_workbook(data):
        return _open_archive(name, data, tuple(encodings))
    return list(_open_single(name, data, tuple(encodings), member=None))


def _open_single(
    name: str, data: bytes, encodings: tuple[str, ...], member: str | None
) -> list[Part]:
    if data[:4] == b"PAR1":
        return [open_parquet(data, member)]
    if _is_archive(data):
        _guard_against_bombs(data)
        return list(open_workbook(data, member))
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":  # old xls, or an encrypted xlsx
        return list(open_workbook(data, member))
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in READABLE:
        raise UnreadableExport(
            f"{suffix or 'A file without suffix'} is not a format that can be loaded "
            f"({', '.join(READABLE)}). If it is comma- or tab-separated text, rename it to .csv."
        )
    if not data[:4096].strip() and not data.strip():
        raise UnreadableExport("The file holds only blanks. Download it again.")
    return [open_csv(data, encodings, member)]


def _is_archive(data: bytes) -> bool:
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def _archive(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE as error:
        raise UnreadableExport(
            f"The archive is damaged: {error}. Download it again; the download may be incomplete."
        ) from error


def _is_workbook(data: bytes) -> bool:
    with _archive(data) as archive:
        return any(name.startswith("xl/workbook") for name in archive.namelist())


def _guard_against_bombs(data: bytes) -> None:
    with _archive(data) as archive:
        members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    problem = None
    if len(members) > MAX_MEMBERS:
        problem = f"it holds {len(members)} members, at most {MAX_MEMBERS} are read"
    elif unpacked > MAX_UNPACKED_BYTES:
        problem = f"it unpacks to {unpacked:,} bytes, at most {MAX_UNPACKED_BYTES:,} are read"
    elif unpacked > RATIO_FREE_BYTES and unpacked / packed > MAX_RATIO:
        problem = f"it unpacks to {unpacked / packed:.0f} times its size"
    if problem:
        raise UnreadableExport(
            f"The archive is refused: {problem}. Deliver the export files without the archive."
        )


def _open_archive(name: str, data: bytes, encodings: tuple[str, ...]) -> list[Part | Refusal]:
    _guard_against_bombs(data)
    parts: list[Part | Refusal] = []
    with _archive(data) as archive:
        for info in archive.infolist():
            member = member_name(info)
            if info.is_dir() or any(text in member for text in _IGNORED_MEMBERS):
                continue
            try:
                parts += _open_single(member, _unpack(archive, info), encodings, member)
            except ExportRefused as error:
                parts.append(Refusal(member, error))
    if not parts:
        raise UnreadableExport(f"The archive {name} holds no files.")
    return parts


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.flag_bits & _ENCRYPTED:
        raise UnreadableExport(
            "The archive is encrypted. Unpack it with its password and deliver the files."
        )
    try:
        content = archive.read(info)
    except _DAMAGE as error:
        raise UnreadableExport(f"The archive is damaged: {error}. Download it again.") from error
    if _is_archive(content) and not _is_workbook(content):
        raise UnreadableExport("An archive within an archive is not opened. Unpack the outer one.")
    if not content:
        raise UnreadableExport("The file is empty (0 bytes). Download it again.")
    return content


def member_name(info: zipfile.ZipInfo) -> str:
    """Name of a member; Chinese Windows writes GBK, which zipfile reads as cp437."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    raw = info.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename
