"""The operator's desk: writes export files below landing and remembers what is in each.

CSV files grow: every block appends its rows and the first one writes the header. Workbooks and
archives cannot grow, so every block writes a part of its own (``part_path``).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import polars as pl

from pipelines.simulation.period import SHANGHAI_OFFSET
from pipelines.simulation.rendering import Encoding, Quotes, csv_body, csv_header, xlsx_bytes
from pipelines.simulation.truth import FILES, local_time


@dataclass
class DeliveredFile:
    """One file below landing.

    ``rows`` counts the records behind the header: good + rejected + junk. A title above the
    header is no record. Times are local seconds.
    """

    path: str
    exported_at: int
    delivered_at: int
    rows: int = 0
    rejected: int = 0
    junk: int = 0
    total_row: Callable[[Mapping[str, int]], str] | None = None
    sums: dict[str, int] = field(default_factory=dict)
    encoding: str = "utf-8"


@dataclass
class Desk:
    """Writes files below ``landing``; those delivered from ``late_from`` on below ``late``.

    Call ``close`` when all blocks are written: it adds the total rows and sets the modification
    times, since some formats state their export time nowhere else.
    """

    landing: Path
    late: Path | None = None
    late_from: int | None = None
    files: dict[str, DeliveredFile] = field(default_factory=dict)

    def append(
        self,
        path: str,
        table: pl.DataFrame,
        *,
        exported_at: int,
        delivered_at: int | None = None,
        encoding: Encoding = "utf-8",
        quotes: Quotes = "necessary",
        rejected: int = 0,
        junk: int = 0,
        preamble: str = "",
        raw_lines: str = "",
    ) -> None:
        r"""Add rows to a CSV at ``<source>/[<account>/]<file>``; the first call writes its header.

        ``table`` has texts under the file's own headers. ``preamble`` is whole lines above the
        header. ``raw_lines`` is whole lines (``\r\n`` ends) after the rows, such as broken ones;
        they count as records. ``rejected`` and ``junk`` say how many of all these the loader must
        refuse and ignore.
        """
        is_new = path not in self.files
        file = self._file(path, exported_at, delivered_at)
        text = preamble + csv_header(table.columns, quotes) if is_new else ""
        mark = encoding if is_new else encoding.removesuffix("-sig")
        body = text + csv_body(table, quotes) + raw_lines
        with self._target(file).open("wb" if is_new else "ab") as handle:
            handle.write(body.encode(mark))
        file.encoding = encoding.removesuffix("-sig")
        file.rows += table.height + raw_lines.count("\r\n")
        file.rejected += rejected
        file.junk += junk

    def write(
        self,
        path: str,
        content: bytes,
        *,
        rows: int,
        exported_at: int,
        delivered_at: int | None = None,
        rejected: int = 0,
        junk: int = 0,
    ) -> None:
        """Write one whole file of any kind. Raises ValueError when it is there already."""
        if path in self.files:
            raise ValueError(f"{path} is written already; use part_path for the parts of a block")
        file = self._file(path, exported_at, delivered_at)
        self._target(file).write_bytes(content)
        file.rows, file.rejected, file.junk = rows, rejected, junk

    def write_xlsx(
        self,
        path: str,
        sheets: pl.DataFrame | Mapping[str, pl.DataFrame],
        *,
        exported_at: int,
        delivered_at: int | None = None,
        rejected: int = 0,
        junk: int = 0,
        preamble: tuple[str, ...] = (),
    ) -> None:
        """Write a workbook of one or several sheets; ``preamble`` is rows of one cell on top."""
        named = {"Sheet1": sheets} if isinstance(sheets, pl.DataFrame) else sheets
        self.write(
            path,
            xlsx_bytes(named, preamble=preamble),
            rows=sum(table.height for table in named.values()),
            exported_at=exported_at,
            delivered_at=delivered_at,
            rejected=rejected,
            junk=junk,
        )

    def add_total_row(
        self, path: str, total_row: Callable[[Mapping[str, int]], str], **sums: int
    ) -> None:
        r"""Keep a total row, which is junk, for the end of a CSV that ``append`` has begun.

        Sums of several calls are added up; ``total_row`` makes the line with its ``\r\n`` of them.
        """
        file = self.files[path]
        file.total_row = total_row
        for name, value in sums.items():
            file.sums[name] = file.sums.get(name, 0) + value

    def close(self) -> pl.DataFrame:
        """Finish every file. Returns the columns of truth.FILES, in the order of writing."""
        for file in self.files.values():
            target = self._target(file)
            if file.total_row:
                with target.open("ab") as handle:
                    handle.write(file.total_row(file.sums).encode(file.encoding))
                file.rows, file.junk = file.rows + 1, file.junk + 1
            second = file.delivered_at - SHANGHAI_OFFSET
            os.utime(target, (second, second))
        repeats = self._repeats()
        names = ("path", "exported_at", "delivered_at", "rows", "rejected", "junk")
        rows = [{name: getattr(file, name) for name in names} for file in self.files.values()]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64) | {"path": pl.String})
        return frame.with_columns(
            repeats=pl.col("path").replace_strict(repeats, default=None, return_dtype=pl.String),
            exported_at=local_time(pl.col("exported_at")),
            delivered_at=local_time(pl.col("delivered_at")),
        ).select(*FILES)

    def _repeats(self) -> dict[str, str]:
        """Path of every file that has the same bytes as an earlier one, and of that one."""
        first: dict[tuple[int, str], str] = {}
        repeats = {}
        targets = {path: self._target(file) for path, file in self.files.items()}
        sizes = {path: target.stat().st_size for path, target in targets.items()}
        count = Counter(sizes.values())
        for path, file in sorted(self.files.items(), key=lambda item: item[1].delivered_at):
            if count[sizes[path]] > 1:
                digest = sha256(targets[path].read_bytes()).hexdigest()
                earlier = first.setdefault((sizes[path], digest), path)
                if earlier != file.path:
                    repeats[path] = earlier
        return repeats

    def _file(self, path: str, exported_at: int, delivered_at: int | None) -> DeliveredFile:
        if path not in self.files:
            delivered = exported_at if delivered_at is None else delivered_at
            self.files[path] = DeliveredFile(path, exported_at, delivered)
            self._target(self.files[path]).parent.mkdir(parents=True, exist_ok=True)
        return self.files[path]

    def _target(self, file: DeliveredFile) -> Path:
        is_late = self.late_from is not None and file.delivered_at >= self.late_from
        folder = self.late if is_late and self.late is not None else self.landing
        return folder / file.path


def part_path(path: str, block: int) -> str:
    """The path of one block's part of a workbook or archive: ``a.xlsx``, ``a_2.xlsx`` …"""
    if block == 0:
        return path
    stem, suffix = path.rsplit(".", 1)
    return f"{stem}_{block + 1}.{suffix}"
