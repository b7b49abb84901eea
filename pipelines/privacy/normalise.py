"""Personal identifiers in one form each, and the masked form that operators may see.

Every function takes an expression over text cells and gives null where the cell holds no usable
identifier. Null means "no key": masked, virtual, ciphertext or not a number at all.
Numbers that everybody types (13800138000) have a key; the rules of identity block them.
Apply them to unique values: a shop's order file repeats its buyers.
"""

from __future__ import annotations

import json

import polars as pl

_MAINLAND = r"^(?:\+?86|0086)?0?(1[3-9]\d{9})$"  # a zero as if dialled from another city
_PLAIN_MAINLAND = r"^1[3-9][0-9]{9}$"
_MASKED_DIGITS = r"^[0-9]{0,7}\*+[0-9]{0,7}$"
_VIRTUAL = r"^(?:\+86|0086|86)?[-\s]?1\d{10}\s*(?:-|_|,|#|转|x|ext\.?)\s*\d{1,6}$"
_FOREIGN = r"^(?:\+|00)([1-9]\d{6,14})$"
_WHOLE_SCIENTIFIC = r"^(\d)\.(\d{10})[eE]\+?10$"
"""Eleven digits, all of them there: 1.3912340001E+10."""
_CIPHERTEXT = r"^(?:\$\$|##)"
_NOT_FOLDED = r"[^ -~\x{4e00}-\x{9fff}]"
"""A character that NFKC may change: neither printable ASCII nor a unified ideograph."""
_EMAIL = r"^[^@\s*]+@[^@\s*]+\.[^@\s*]+$"
_PLAIN_EMAIL = r"^[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$"


def _plain(cell: pl.Expr) -> pl.Expr:
    """What people and Excel wrap around a number taken off: ``="139…"``, ``'139…``, ``139….0``.

    Full-width characters are folded; the invisible marks that phones copy along are removed.
    """
    folded = (
        cell.str.normalize("NFKC").str.replace_all(r"\p{Cf}", "").str.strip_chars(" \t\r\n'\"=")
    )
    return pl.coalesce(
        folded.str.extract(r"^(\d+)\.0+$"),
        folded.str.extract(_WHOLE_SCIENTIFIC, 1) + folded.str.extract(_WHOLE_SCIENTIFIC, 2),
        folded,
    )


def _dialled(plain: pl.Expr) -> pl.Expr:
    return plain.str.replace_all(r"[\s\p{Pd}().·]", "")


def is_plain_phone(cell: pl.Expr) -> pl.Expr:
    """The usual form: the eleven digits of a mainland mobile and nothing else."""
    return cell.str.contains(_PLAIN_MAINLAND)


def is_masked_phone(cell: pl.Expr) -> pl.Expr:
    """Digits that a platform masked with stars: no key, and the masked form is the cell."""
    return cell.str.contains(_MASKED_DIGITS)


def is_ciphertext(cell: pl.Expr) -> pl.Expr:
    """A platform's ciphertext, which is no number."""
    return cell.str.starts_with("$$") | cell.str.starts_with("##")


def plain_phone(cell: pl.Expr) -> pl.Expr:
    """As ``phone``, for cells in the usual form only."""
    return pl.lit("+86") + cell


def masked_plain_phone(cell: pl.Expr) -> pl.Expr:
    """As ``masked_phone``, for cells in the usual form only."""
    return cell.str.head(3) + "****" + cell.str.tail(4)


def phone(cell: pl.Expr) -> pl.Expr:
    """E.164 (``+8613912340000``), or null when the cell proves no person.

    A number without country code must be a mainland mobile; a foreign one needs its ``+`` or
    ``00``. Scientific notation that has lost digits is no number.
    """
    plain = _plain(cell)
    dialled = _dialled(plain)
    mainland = pl.lit("+86") + dialled.str.extract(_MAINLAND)
    abroad = pl.lit("+") + dialled.str.extract(_FOREIGN)
    foreign = (
        pl.when(~abroad.str.starts_with("+86"))
        .then(abroad)
        .map_elements(_international, return_dtype=pl.String)
    )
    return pl.when(~plain.str.contains(_VIRTUAL)).then(pl.coalesce(mainland, foreign))


def _international(number: str) -> str | None:
    """A foreign number as its country writes it abroad, without the zero that is dialled at home.

    >>> _international("+4402079460000"), _international("+18005550100")
    ('+442079460000', None)
    """
    import phonenumbers  # the tables of all countries: only for files that hold foreign numbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    kind = phonenumbers.PhoneNumberType
    nobodys = (kind.TOLL_FREE, kind.PREMIUM_RATE, kind.SHARED_COST, kind.UAN, kind.VOICEMAIL)
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:  # or too short to dial from abroad
        return None
    if phonenumbers.number_type(parsed) in nobodys:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


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


def _address(cell: pl.Expr) -> pl.Expr:
    folded = cell.str.normalize("NFKC").str.replace_all(r"\p{Cf}", "").str.to_lowercase()
    return folded.str.strip_chars(" \t\r\n'\"").str.strip_prefix("mailto:")


def is_plain_email(cell: pl.Expr) -> pl.Expr:
    """An address as ``email`` gives it, of the characters that nearly all are made of."""
    return cell.str.contains(_PLAIN_EMAIL)


def masked_plain_email(cell: pl.Expr) -> pl.Expr:
    """As ``masked_email``, for cells in the usual form only."""
    return cell.str.head(1) + "***@" + cell.str.extract("@(.+)$")


def email(cell: pl.Expr) -> pl.Expr:
    """Trimmed, lower case; null when masked or not an address."""
    text = _address(cell)
    return pl.when(text.str.contains(_EMAIL)).then(text)


def masked_email(cell: pl.Expr) -> pl.Expr:
    """``d***@example.com``; ``***`` when the cell is not an address."""
    text = _address(cell)
    domain = text.str.extract(r"@([^@]+)$")
    return (
        pl.when(text.is_null() | (text == ""))
        .then(None)
        .when(domain.is_not_null())
        .then(text.str.head(1) + "***@" + domain)
        .otherwise(pl.lit("***"))
    )


def folded(cells: pl.Series) -> pl.Series:
    """Texts in NFKC. Most are so already, and to see that costs a tenth of folding them."""
    odd = cells.str.contains(_NOT_FOLDED).arg_true()
    return cells.scatter(odd, cells.gather(odd).str.normalize("NFKC")) if len(odd) else cells


def account(cell: pl.Expr, *, is_folded: bool = False) -> pl.Expr:
    """A platform nick or account: folded, trimmed; null when the platform masked it."""
    text = _trimmed(cell, is_folded)
    return pl.when((text != "") & ~text.str.contains("*", literal=True)).then(text)


def masked_account(cell: pl.Expr, *, is_folded: bool = False) -> pl.Expr:
    """First character and ``**``."""
    text = _trimmed(cell, is_folded)
    return pl.when(text != "").then(text.str.head(1) + "**")


def masked_name(cell: pl.Expr, *, is_folded: bool = False) -> pl.Expr:
    """First character and ``*``: 张三 and 张* both read 张*."""
    text = _trimmed(cell, is_folded)
    return pl.when(text != "").then(text.str.head(1) + "*")


def _trimmed(cell: pl.Expr, is_folded: bool) -> pl.Expr:
    return (cell if is_folded else cell.str.normalize("NFKC")).str.strip_chars()


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
