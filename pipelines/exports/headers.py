"""Header texts in one comparable form."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

_NUMBERED = re.compile(r"#\d+$")
_PERSONAL = re.compile(
    r"手机|电话|身份证|证件|姓名|地址|邮箱|微信号|银行卡|生日|phone|mobile|e-?mail|address|id_?card"
    r"|birth",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")


@lru_cache(maxsize=1 << 14)
def normalise_header(text: str) -> str:
    """Fold width and brackets, drop blanks anywhere and a closing ``(元)``, lower case.

    >>> normalise_header("订单付款时间 "), normalise_header("应付金额（元）")
    ('订单付款时间', '应付金额')
    """
    if text.isascii():  # as most cells of data are, which are asked about too
        return "".join(text.split()).lower()
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


def without_number(header: str) -> str:
    """A numbered header as it reads in the file: ``x#2`` is ``x``."""
    return _NUMBERED.sub("", header)


def fits_one(header: str, patterns: Iterable[str]) -> bool:
    """One of the regular expressions fits the whole normalised header, whatever its case."""
    return any(re.fullmatch(pattern, header, re.IGNORECASE) for pattern in patterns)


def looks_personal(header: str) -> bool:
    """The header names something about a person that must not be stored without a purpose."""
    return _PERSONAL.search(header) is not None
