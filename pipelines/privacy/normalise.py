"""Personal identifiers in one form each, and the masked form that operators may see.

Every function takes an expression over text cells and gives null where the cell holds no usable
identifier. Null means "no key": masked, virtual, ciphertext, test number or not a number at all.
Apply them to unique values: a shop's order file repeats its buyers.
"""

from __future__ import annotations

import json

import polars as pl

TEST_NUMBER_TAILS = (
    "00138000",  # 13800138000, printed on every brochure
    "00139000",
    "12345678",
    "23456789",
    "34567890",
    "45678901",  # 12345678901
    "87654321",
    "98765432",
)
"""Last eight digits that people type when they do not want to give a number.

Eight equal digits (13800000000, 18888888888) are refused as well, whatever the prefix.
"""
_EQUAL_DIGITS = tuple(digit * 8 for digit in "0123456789")
_MAINLAND = r"^(?:\+86|0086|86)?(1[3-9]\d{9})$"
_PLAIN_MAINLAND = r"^1[3-9][0-9]{9}$"
_VIRTUAL = r"^(?:\+86|0086|86)?[-\s]?1\d{10}\s*(?:-|_|,|#|转|x|ext\.?)\s*\d{1,6}$"
_FOREIGN = r"^\+[1-9]\d{6,14}$"
_CIPHERTEXT = r"^(?:\$\$|##)"
_EMAIL = r"^[^@\s*]+@[^@\s*]+\.[^@\s*]+$"


def _plain(cell: pl.Expr) -> pl.Expr:
    """Full-width characters folded, quotes, tabs and blanks around the text removed."""
    folded = cell.str.normalize("NFKC").str.strip_chars().str.strip_prefix("'").str.strip_chars()
    return (
        pl.when(folded.str.contains(r"^\d+\.0+$"))
        .then(folded.str.extract(r"^(\d+)"))
        .otherwise(folded)
    )


def _dialled(plain: pl.Expr) -> pl.Expr:
    return plain.str.replace_all(r"[\s\-()]", "")


def is_plain_phone(cell: pl.Expr) -> pl.Expr:
    """The usual form: the eleven digits of a mainland mobile and nothing else."""
    return cell.str.contains(_PLAIN_MAINLAND)


def is_ciphertext(cell: pl.Expr) -> pl.Expr:
    """A platform's ciphertext, which is no number."""
    return cell.str.starts_with("$$") | cell.str.starts_with("##")


def plain_phone(cell: pl.Expr) -> pl.Expr:
    """As ``phone``, for cells in the usual form only."""
    number = pl.lit("+86") + cell
    return pl.when(~_is_test(number)).then(number)


def masked_plain_phone(cell: pl.Expr) -> pl.Expr:
    """As ``masked_phone``, for cells in the usual form only."""
    return cell.str.head(3) + "****" + cell.str.tail(4)


def _is_test(number: pl.Expr) -> pl.Expr:
    return number.str.tail(8).is_in((*TEST_NUMBER_TAILS, *_EQUAL_DIGITS))


def phone(cell: pl.Expr) -> pl.Expr:
    """E.164 (``+8613912340000``), or null when the cell proves no person.

    A number without country code must be a mainland mobile; a foreign one needs its ``+``.
    Scientific notation has lost digits, so it is no number.
    """
    plain = _plain(cell)
    dialled = _dialled(plain)
    mainland = pl.lit("+86") + dialled.str.extract(_MAINLAND)
    foreign = pl.when(dialled.str.contains(_FOREIGN) & ~dialled.str.starts_with("+86")).then(
        dialled
    )
    number = pl.coalesce(mainland, foreign)
    unusable = plain.str.contains(_VIRTUAL) | _is_test(number)
    return pl.when(~unusable).then(number)


def masked_phone(cell: pl.Expr) -> pl.Expr:
    """``139****0000``; a cell that the platform masked stays as it came; ciphertext is null."""
    plain = _plain(cell)
    dialled = _dialled(plain)
    mainland = dialled.str.extract(_MAINLAND)
    digits = plain.str.replace_all(r"\D", "")
    already = plain.str.contains("*", literal=True) & ~plain.str.contains(r"\d{8}")
    return (
        pl.when(plain.is_null() | (plain == "") | plain.str.contains(_CIPHERTEXT))
        .then(None)
        .when(already)
        .then(plain)
        .when(mainland.is_not_null())
        .then(mainland.str.head(3) + "****" + mainland.str.tail(4))
        .when(digits.str.len_chars() >= 9)
        .then(digits.str.head(3) + "****" + digits.str.tail(2))
        .otherwise(pl.lit("****"))
    )


def email(cell: pl.Expr) -> pl.Expr:
    """Trimmed, lower case; null when masked or not an address."""
    text = cell.str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    return pl.when(text.str.contains(_EMAIL)).then(text)


def masked_email(cell: pl.Expr) -> pl.Expr:
    """``d***@example.com``; ``***`` when the cell is not an address."""
    text = cell.str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    domain = text.str.extract(r"@([^@]+)$")
    return (
        pl.when(text.is_null() | (text == ""))
        .then(None)
        .when(domain.is_not_null())
        .then(text.str.head(1) + "***@" + domain)
        .otherwise(pl.lit("***"))
    )


def account(cell: pl.Expr) -> pl.Expr:
    """A platform nick or account: folded, trimmed; null when the platform masked it."""
    text = cell.str.normalize("NFKC").str.strip_chars()
    return pl.when((text != "") & ~text.str.contains("*", literal=True)).then(text)


def masked_account(cell: pl.Expr) -> pl.Expr:
    """First character and ``**``."""
    text = cell.str.normalize("NFKC").str.strip_chars()
    return pl.when(text != "").then(text.str.head(1) + "**")


def masked_name(cell: pl.Expr) -> pl.Expr:
    """First character and ``*``: 张三 and 张* both read 张*."""
    text = cell.str.normalize("NFKC").str.strip_chars()
    return pl.when(text != "").then(text.str.head(1) + "*")


def split_phone_list(cell: str | None) -> list[str]:
    """Phones of one cell: a JSON list (WeCom ``remark_mobiles``) or numbers separated by , ; |.

    >>> split_phone_list('["13912340000"]'), split_phone_list("13912340000; 13912340001")
    (['13912340000'], ['13912340000', '13912340001'])
    """
    text = (cell or "").strip()
    if text.startswith("["):
        try:
            values = json.loads(text)
        except json.JSONDecodeError:
            return []
        return [str(value) for value in values if value]
    for separator in ("；", "，", ",", "|"):
        text = text.replace(separator, ";")
    return [part.strip() for part in text.split(";") if part.strip()]
