"""Header texts in one comparable form."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_BLANKS = re.compile(r"[\s\u200b\ufeff]+")


def normalise_header(text: str) -> str:
    """Fold width and brackets, drop blanks anywhere and a closing ``(元)``, lower case.

    >>> normalise_header("订单付款时间 "), normalise_header("应付金额（元）")
    ('订单付款时间', '应付金额')
    """
    folded = _BLANKS.sub("", unicodedata.normalize("NFKC", text))
    return folded.removesuffix("(元)").lower()


def number_headers(cells: Iterable[str]) -> list[str]:
    """Normalised headers, a repeated one as ``x#2``, ``x#3``; an unnamed column is ``""``."""
    seen: Counter[str] = Counter()
    numbered = []
    for cell in cells:
        header = normalise_header(cell)
        seen[header] += 1
        numbered.append(f"{header}#{seen[header]}" if header and seen[header] > 1 else header)
    return numbered
