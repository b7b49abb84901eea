"""The clean twins of a landing folder: every table as plain UTF-8 CSV, for the floor to read.

Only the wrapping goes: encoding, workbook, archive. Titles, headers and broken lines stay, as
records like any other. Nothing here knows a contract, so the floor owes nothing to the loader.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import python_calamine

from pipelines.exports.load import landing_files

_LOOK = 30
"""Records at the top of a file that tell its width."""


def write_clean_files(landing: Path, folder: Path) -> int:
    """Write the twins to `<folder>/<columns>/<number>.csv`; how many there are."""
    count = 0
    for file in landing_files(landing):
        for text in _texts(file.name, file.read_bytes()):
            head = islice(csv.reader(io.StringIO(text, newline="")), _LOOK)
            width = max((len(record) for record in head), default=0)
            target = folder / f"{width}" / f"{count}.csv"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8", newline="")
            count += 1
    return count


def _texts(name: str, content: bytes) -> Iterator[str]:
    suffix = Path(name).suffix.lower()
    if suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _texts(member, archive.read(member))
    elif suffix == ".xlsx":
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        for sheet in workbook.sheet_names:
            lines = io.StringIO(newline="")
            csv.writer(lines).writerows(workbook.get_sheet_by_name(sheet).to_python())
            yield lines.getvalue()
    else:
        try:
            yield content.decode("utf-8-sig")
        except UnicodeDecodeError:
            yield content.decode("gb18030")
