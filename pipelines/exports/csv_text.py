"""What the bytes of a text file are, told block by block without decoding what needs no decoding.

Text stays in the encoding it came in: the bytes that structure it (separator, quotation mark, line
end) are never part of a longer character in UTF-8 nor in GB18030, so only cells are decoded, and
of those only the ones that are needed.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

import numpy as np
import polars as pl

from pipelines.exports.csv_records import LINE_END
from pipelines.exports.csv_structure import packed, within

_BLOCK = 1 << 18
_MARK = codecs.BOM_UTF8
_MARK_GB18030 = "\ufeff".encode("gb18030")
_CR, _LF = b"\r\n"
_LAST_ASCII = 0x7F
_LOWEST, _HIGHEST = b"\x80", b"\xff"


def utf8_text(data: bytes) -> bytes | None:
    """The text, a byte-order mark only at its very start; None when it is not valid UTF-8."""
    has_mark = False
    start = len(_MARK) if data.startswith(_MARK) else 0
    try:
        for block in _blocks(data, start):
            pl.Series([block]).cast(pl.String)  # quicker at it than Python
            octets = np.frombuffer(block, np.uint8)
            has_mark = has_mark or bool(
                ((octets[:-2] == _MARK[0]) & (octets[1:-1] == _MARK[1])).any()
            )
    except pl.exceptions.ComputeError:
        return None
    return data.replace(_MARK, b"") if has_mark else data  # as it is: no copy of a long text


def is_gb18030(data: bytes) -> bool:
    """All of it is valid GB18030 without byte-order marks."""
    return all(_are_pairs(block) or _is_decodable(block) for block in _blocks(data))


def has_bare_return(data: bytes) -> bool:
    """A carriage return stands without a line feed behind it."""
    for block in _blocks(data):
        if b"\r" not in block:
            continue
        octets = np.frombuffer(block, np.uint8)
        if octets[-1] == _CR or (octets[1:][octets[:-1] == _CR] != _LF).any():
            return True
    return False


def _blocks(data: bytes, start: int = 0) -> Iterator[bytes]:
    """The data in pieces that end with a line, whatever the encoding."""
    while start < len(data):
        end = data.rfind(LINE_END, start, start + _BLOCK) + 1
        if not end:
            end = data.find(LINE_END, start + _BLOCK) + 1 or len(data)
        yield data[start:end]
        start = end


def _are_pairs(block: bytes) -> bool:
    """Everything beyond ASCII is a character of two high bytes, as nearly all Chinese text is."""
    if _LOWEST in block or _HIGHEST in block:  # no lead, and rare as a trail
        return False
    high = packed(np.frombuffer(block, np.uint8), lambda octets: octets > _LAST_ASCII)
    return not (within(high) & ~high).any()  # an odd number of them reaches beyond the last


def _is_decodable(block: bytes) -> bool:
    try:
        block.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return _MARK_GB18030 not in block
