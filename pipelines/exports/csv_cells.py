"""Cells of well-formed comma-separated text, of the wanted columns only.

Polars is the quickest reader of UTF-8. Arrow splits any bytes as they are, so of GB18030 only the
distinct cells of the wanted columns are decoded, and only where they hold more than ASCII.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

UTF_8 = "utf-8"
GB18030 = "gb18030"
_BLOCK = 1 << 23
_JOINT = b"\0"
"""Stands in no text: a file that holds it is refused."""


def read_cells(
    text: memoryview, separator: str, width: int, wanted: Sequence[int], encoding: str
) -> pl.DataFrame | None:
    """Text columns named by position; None when the records do not all have ``width`` cells.

    ``text`` is valid in ``encoding``, which is UTF-8 or GB18030, and its quotation marks are right.
    """
    read = _by_polars if encoding == UTF_8 else _by_arrow
    try:
        return read(text, separator, width, wanted)
    except (pl.exceptions.PolarsError, pa.ArrowInvalid):
        return None


def _by_polars(text: memoryview, separator: str, width: int, wanted: Sequence[int]) -> pl.DataFrame:
    return pl.read_csv(
        bytes(text),
        has_header=False,
        separator=separator,
        columns=list(wanted),
        schema={str(i): pl.String() for i in range(width)},
        infer_schema=False,
        empty_string_is_null=False,
    )


def _by_arrow(text: memoryview, separator: str, width: int, wanted: Sequence[int]) -> pl.DataFrame:
    names = [str(i) for i in wanted]
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
    return pl.DataFrame(
        {
            name: pl.concat([_text(chunk) for chunk in column.chunks])
            for name, column in zip(names, table.columns, strict=True)
        }
    )


def _text(cells: pa.BinaryArray) -> pl.Series:
    if _is_ascii(cells):
        return pl.Series(cells.view(pa.string()))
    encoded = cells.dictionary_encode()
    return pl.Series(_decoded(encoded.dictionary)).gather(pl.Series(encoded.indices))


def _decoded(cells: pa.BinaryArray) -> pa.StringArray:
    """All cells in one call: one for each would cost more than the decoding."""
    row = pa.Array.from_buffers(
        pa.list_(pa.binary()), 1, [None, _span(len(cells))], children=[cells]
    )
    joint = pa.Array.from_buffers(pa.binary(), 1, [None, _span(1), pa.py_buffer(_JOINT)])
    joined = pc.binary_join(row, joint[0])[0].as_buffer().to_pybytes()
    text = joined.decode(GB18030).encode()
    joints = np.flatnonzero(np.frombuffer(text, np.uint8) == 0)
    ends = np.concatenate([[0], joints - np.arange(len(joints)), [len(text) - len(joints)]])
    return pa.StringArray.from_buffers(
        len(cells),
        pa.py_buffer(ends.astype(np.int32)),
        pa.py_buffer(text.translate(None, _JOINT)),
    )


def _span(length: int) -> pa.Buffer:
    """Offsets of one item, made by hand: pyarrow imports pandas to take in Python values."""
    return pa.py_buffer(np.array([0, length], np.int32))


def _is_ascii(cells: pa.BinaryArray) -> bool:
    content = cells.buffers()[2]
    return content is None or not content.size or np.frombuffer(content, np.uint8).max() < 128
