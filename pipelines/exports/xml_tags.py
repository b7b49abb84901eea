"""The tags of a sheet's XML as arrays: what they are, where they stand, whether they fit together.

A sheet has few kinds of tags, which may follow each other in few ways, so a whole piece of it is
checked at once. Any other tag, comment or prefix makes it somebody else's to read: None.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_PIECE = 1 << 19
"""Bytes of XML whose tags are held at a time: they stay in the processor's cache."""
_MOST_BYTES = 1 << 31
_WORD = 8
_SECOND, _EMPTY = np.int32(1 << 8), np.int32(1 << 16)
_KINDS = (
    "", "row", "cell", "inline", "text", "value", "/row", "/cell", "/inline", "/text", "/value",
    "row/", "cell/", "text/", "item", "/item",
)  # fmt: skip
ROW, CELL, INLINE, TEXT, VALUE = range(1, 6)
EMPTY_TEXT = _KINDS.index("text/")
_FIRST_LETTERS = {
    "ro": "row", "c ": "cell", "is": "inline", "t ": "text", "t>": "text", "t/": "text",
    "v>": "value", "/r": "/row", "/c": "/cell", "/i": "/inline", "/t": "/text", "/v": "/value",
    "si": "item", "/s": "/item",
}  # fmt: skip
_LENGTHS = {
    "inline": 3, "value": 2, "item": 3, "/row": 5, "/cell": 3, "/inline": 4, "/text": 3,
    "/value": 3, "/item": 4,
}  # fmt: skip
"""Bytes of tags without attributes. With the first two letters and what may follow, they tell
every name."""
_IN_SHEET = {
    "row": "cell cell/ /row", "row/": "row row/", "/row": "row row/",
    "cell": "inline value /cell", "cell/": "cell cell/ /row", "/cell": "cell cell/ /row",
    "inline": "text text/", "text": "/text", "/text": "/inline", "text/": "/inline",
    "/inline": "/cell", "value": "/value", "/value": "/cell",
}  # fmt: skip
_IN_STRINGS = {
    "item": "text text/", "text": "/text", "/text": "/item", "text/": "/item", "/item": "item",
}  # fmt: skip

Integers = NDArray[np.int64]
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Grammar:
    """Where a list of things stands in an XML and how its tags may follow each other."""

    element: bytes
    """Holds the list."""
    first: bytes
    """Begins each thing."""
    pairs: NDArray[np.bool_]
    """Whether a kind may stand behind another, by 16 times the one plus the other."""
    begins: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True)
class Tags:
    """The tags of one piece, whole things only."""

    octets: NDArray[np.uint8]
    """All of the XML."""
    words: Words
    """Its eight bytes from each byte on."""
    kinds: NDArray[np.uint8]
    opens: Integers
    """Where ``<`` stands."""
    closes: Integers
    """Where ``>`` stands."""

    def eight_before(self, places: Integers) -> Words:
        """The eight bytes before each place."""
        return self.words[places - _WORD]


def word(text: bytes) -> np.uint64:
    """Up to eight bytes as they stand in ``Tags.words``."""
    return np.uint64(int.from_bytes(text, "little"))


def tags_of(xml: bytes, grammar: Grammar) -> Iterator[Tags | None]:
    """The tags piece by piece; None, once and last, when something else is there."""
    region = _region(xml, grammar.element)
    if region is None or not _is_plain_utf8(xml, *region):
        yield None
        return
    octets = np.frombuffer(xml, np.uint8)
    words = np.ndarray((len(xml) - _WORD + 1,), "<u8", xml, strides=(1,))
    start, end = region
    while start < end:
        stop = end
        if end - start > _PIECE:
            stop = xml.rfind(grammar.first, start + 1, start + _PIECE)
            if stop < 0:
                stop = xml.find(grammar.first, start + _PIECE, end)
            stop = end if stop < 0 else stop
        tags = _tags(octets, words, start, stop, grammar)
        yield tags
        if tags is None:
            return
        start = stop


def _region(xml: bytes, element: bytes) -> tuple[int, int] | None:
    """Where the content of the element begins and ends."""
    at = xml.find(b"<" + element)
    begin = xml.find(b">", at) + 1
    end = xml.rfind(b"</" + element + b">")
    if at < 0 or not begin or b"<!" in xml[:at] or len(xml) >= _MOST_BYTES:
        return None
    if xml[begin - 2 : begin] == b"/>":
        return begin, begin
    return (begin, end) if end >= begin else None


def _is_plain_utf8(xml: bytes, begin: int, end: int) -> bool:
    """As the declaration says, and without line ends that XML would replace."""
    declared = xml[: xml.find(b">") + 1].lower()
    if b"encoding=" in declared and b"utf-8" not in declared:
        return False
    if xml.find(b"\r", begin, end) >= 0:
        return False
    places = pa.py_buffer(np.array([0, len(xml)]))
    text = pa.LargeStringArray.from_buffers(1, places, pa.py_buffer(xml))
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _tags(
    octets: NDArray[np.uint8], words: Words, start: int, stop: int, grammar: Grammar
) -> Tags | None:
    brackets = np.flatnonzero((octets[start:stop] | 2) == ord(">"))  # "<" but for this bit
    brackets += start
    if len(brackets) % 2:
        return None
    opens, closes = np.ascontiguousarray(brackets.reshape(-1, 2).T)
    kinds = np.zeros(0, np.uint8)
    if len(opens):
        if (octets.take(opens) != ord("<")).any() or (octets.take(closes) != ord(">")).any():
            return None
        is_empty = octets.take(closes - 1) == ord("/")
        letters = octets.take(opens + 1) + (octets.take(opens + 2) * _SECOND)
        kinds = _KIND_OF_LETTERS.take(letters + (is_empty * _EMPTY))
        lengths = _LENGTH_OF_KIND.take(kinds)
        if ((lengths != 0) & (closes - opens != lengths)).any():
            return None
        if not grammar.pairs.take(kinds[:-1] * np.uint8(16) + kinds[1:]).all():
            return None
        if kinds[0] not in grammar.begins or kinds[-1] not in grammar.ends:
            return None
    return Tags(octets, words, kinds, opens, closes)


def _kinds_of_letters() -> NDArray[np.uint8]:
    """Kind by the first two letters of a tag, and of one that ends with ``/>``; 0 for others."""
    kinds = np.zeros(2 * _EMPTY, np.uint8)
    for letters, name in _FIRST_LETTERS.items():
        code = int.from_bytes(letters.encode(), "little")
        kinds[code] = _KINDS.index(name)
        if f"{name}/" in _KINDS:
            kinds[code + _EMPTY] = _KINDS.index(f"{name}/")
    return kinds


def _grammar(
    element: bytes, first: bytes, follows: dict[str, str], ends: tuple[str, ...]
) -> Grammar:
    pairs = np.zeros((16, 16), bool)
    for name, others in follows.items():
        for other in others.split():
            pairs[_KINDS.index(name), _KINDS.index(other)] = True
    begins = [name for name in follows if name.rstrip("/") in ("row", "item")]
    places = [tuple(map(_KINDS.index, names)) for names in (begins, ends)]
    return Grammar(element, first, pairs.ravel(), *places)


_KIND_OF_LETTERS = _kinds_of_letters()
_LENGTH_OF_KIND = np.array([_LENGTHS.get(name, 0) for name in _KINDS], np.uint8)
SHEET = _grammar(b"sheetData", b"<row", _IN_SHEET, ("/row", "row/"))
STRINGS = _grammar(b"sst", b"<si", _IN_STRINGS, ("/item",))
