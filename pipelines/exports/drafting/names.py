"""English column names for headers, by the naming page's rules."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from pipelines.exports.headers import normalise_header

_WORDS = Path(__file__).parent / "words.yml"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SUFFIXES = {"money": "_cny", "timestamp": "_at", "epoch_seconds": "_at", "date": "_date"}
_LONGEST = 48


@cache
def _words() -> dict[str, str]:
    return dict(yaml.safe_load(_WORDS.read_text("utf-8")))


def english_name(header: str) -> tuple[str, bool]:
    """Words of a header joined with ``_``, and whether all of it could be named.

    >>> english_name("订单创建时间"), english_name("Lineitem quantity"), english_name("创建火星")
    (('order_created_at', True), ('lineitem_quantity', True), ('created', False))
    """
    text = re.sub(r"[(（].*", "", header.strip()) or header
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    text, parts, whole = normalise_spaces(text), [], True
    while text:
        term = next((text[:n] for n in range(6, 0, -1) if text[:n] in _words()), None)
        if term is not None:
            parts += _words()[term].split()
        elif match := re.match(r"[a-z0-9]+", text):
            term = match[0]
            parts.append(term)
        else:
            term = text[0]
            whole = whole and not _CHINESE.match(term)
        text = text[len(term) :]
    name = "_".join(word for i, word in enumerate(parts) if i == 0 or word != parts[i - 1])
    if name[:1].isdigit():
        name = f"n_{name}"
    return name[:_LONGEST].strip("_"), whole and bool(name)


def normalise_spaces(text: str) -> str:
    """Words kept apart: blanks and signs as ``_``, width folded, lower case."""
    words = (normalise_header(word) for word in re.split(r"[\s_/\-.,:%#&]+", text))
    return "_".join(word for word in words if word)


def column_name(base: str, kind: str, source: str, *, foreign_currency: bool = False) -> str:
    """The name with the unit, issuer or kind that the naming page asks for.

    >>> column_name("order_id", "id", "tmall"), column_name("paid_amount", "money", "tmall")
    ('order_id_tmall', 'paid_amount_cny')
    """
    if kind == "id":
        is_number = re.search(r"(?:^|_)id$", base) is not None
        return f"{base}_{source}" if is_number and not base.endswith(f"_{source}") else base
    if kind == "percent":
        return base if base.endswith(("_rate", "_share")) else f"{base}_rate"
    if kind == "boolean":
        return base if base.startswith(("is_", "has_")) else f"is_{base}"
    if kind in ("timestamp", "epoch_seconds", "date"):
        base = re.sub(r"(?:^|_)(?:at|date|time|day)(?=_|$)", "", base).strip("_") or "report"
    if kind == "money" and foreign_currency:
        return base
    suffix = _SUFFIXES.get(kind, "")
    return base if base.endswith(suffix) and suffix else f"{base}{suffix}"
