"""Cells of well-formed comma-separated text, of the wanted columns only.

Arrow splits the bytes as they are; what is decoded is one column at a time, and only where a
column holds more than ASCII.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

UTF_8 = "utf-8"
_BLOCK = 1 << 21
_JOINT = b"\0"
"""Stands in no text: a file that holds it is refused."""


def read_cells(
    text: bytes | memoryview, separator: str, width: int, wanted: Sequence[int], encoding: str
) -> pl.DataFrame | None:
    """Text columns named by position; None when the records do not all have ``width`` cells.

    ``text`` is valid in ``encoding``, which is UTF-8 or GB18030, and its quotation marks are right.
    """
    names = [str(i) for i in wanted]
    try:
        table = csv.read_csv(
            pa.py_buffer(text),
            read_options=csv.ReadOptions(
                column_names=[str(i) for i in range(width)], use_threads=False, block_size=_BLOCK
            ),
            parse_options=csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, ignore_empty_lines=False
            ),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.binary() for name in names},
                include_columns=names,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    columns = {
        name: pa.chunked_array([_text(chunk, encoding) for chunk in column.chunks], pa.string())
        for name, column in zip(names, table.columns, strict=True)
    }
    frame = pl.from_arrow(pa.table(columns), rechunk=False)
    return frame if isinstance(frame, pl.DataFrame) else None


def _text(cells: pa.BinaryArray, encoding: str) -> pa.StringArray:
    if encoding == UTF_8 or _is_ascii(cells):
        return cells.view(pa.string())
    encoded = cells.dictionary_encode()
    return _decoded(encoded.dictionary, encoding).take(encoded.indices)


def _decoded(cells: pa.BinaryArray, encoding: str) -> pa.StringArray:
    """All cells in one call: one for each would cost more than the decoding."""
    rows = pa.ListArray.from_arrays(pa.array([0, len(cells)], pa.int32()), cells)
    joined = pc.binary_join(rows, _JOINT)[0].as_buffer().to_pybytes()
    text = joined.decode(encoding).encode()
    joints = np.flatnonzero(np.frombuffer(text, np.uint8) == 0)
    ends = np.concatenate([[0], joints - np.arange(len(joints)), [len(text) - len(joints)]])
    return pa.StringArray.from_buffers(
        len(cells),
        pa.py_buffer(ends.astype(np.int32)),
        pa.py_buffer(text.translate(None, _JOINT)),
    )


def _is_ascii(cells: pa.BinaryArray) -> bool:
    content = cells.buffers()[2]
    return content is None or not content.size or np.frombuffer(content, np.uint8).max() < 128
