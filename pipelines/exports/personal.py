"""Personal cells at the door: a keyed hash and a masked form go on, the clear value does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from pipelines.exports.column import Column
from pipelines.exports.convert import Context
from pipelines.privacy import normalise
from pipelines.privacy.hashing import KIND_ACCOUNT, KIND_EMAIL, KIND_PHONE, hash_series

_PROVINCES = (
    "北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    "广东|广西|海南|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|台湾|香港|澳门|海外"
)
_SUFFIX = "(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?"
_PROVINCE = rf"(?:^|[,，\s])((?:{_PROVINCES}){_SUFFIX})"
_CITY = rf"{_PROVINCE}\s*([^\s\d,，省市区县]{{1,8}}(?:市|自治州|州|地区|盟))"
Form = Callable[[pl.Expr], pl.Expr]


def convert_personal(
    clean: pl.DataFrame, columns: Sequence[Column], context: Context
) -> dict[str, pl.Series]:
    """Keys and masked forms of personal columns. A value without a key is no problem.

    ``clean`` has one text column per contract column, under its name.
    """
    values: dict[str, pl.Series] = {}
    direct = _direct_forms(clean, columns)
    for column in columns:
        cells = clean[column.name]
        if column.type == "phone_list":
            values[f"{column.name}_keys"] = _phone_keys(cells, context.key)
        elif column.type in _OF_UNIQUE:
            forms = _of_unique(cells, _OF_UNIQUE[column.type])
            values |= {f"{column.name}_{part}": forms[part] for part in forms.columns}
        else:
            parts = [part for part in _PARTS if f"{column.name}_{part}" in direct.columns]
            values |= {f"{column.name}_{part}": direct[f"{column.name}_{part}"] for part in parts}
        if column.type in _ODD:
            _fill_odd(values, direct, column)
        if column.type in _KINDS:
            normal = values.pop(f"{column.name}_normal")
            values[f"{column.name}_key"] = hash_series(_KINDS[column.type], normal, context.key)
    return {name: values[name] for column in columns for name in column.raw_columns}


def masked_for_display(values: pl.Series, column: Column) -> pl.Series:
    """What a quarantine row may show of a personal cell."""
    mask = _MASKS.get(column.type, normalise.masked_name)
    return _of_unique(values, {"masked": mask})["masked"]


def _direct_forms(clean: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Forms that are quicker made for every cell than for every distinct one."""
    folded = [normalise.folded(clean[column.name]) for column in columns if column.type in _FOLDED]
    expressions = []
    for column in columns:
        cell, name = pl.col(column.name), column.name
        if column.type == "account":
            normal = normalise.account(cell, is_folded=True)
            masked = normalise.masked_account(cell, is_folded=True)
            expressions += [normal.alias(f"{name}_normal"), masked.alias(f"{name}_masked")]
        elif column.type == "person_name":
            masked = normalise.masked_name(cell, is_folded=True)
            expressions.append(masked.alias(f"{name}_masked"))
        elif column.type == "phone":
            bare = cell.str.strip_prefix("+86")
            plain = pl.when(normalise.is_plain_phone(bare)).then(bare)
            masked = pl.when(normalise.is_masked_phone(cell)).then(cell)
            is_known = plain.is_not_null() | masked.is_not_null() | normalise.is_ciphertext(cell)
            shown = pl.coalesce(normalise.masked_plain_phone(plain), masked)
            expressions.append(normalise.plain_phone(plain).alias(f"{name}_normal"))
            expressions.append(shown.alias(f"{name}_masked"))
            expressions.append(pl.when(~is_known).then(cell).alias(f"{name}_odd"))
        elif column.type == "email":
            plain = pl.when(normalise.is_plain_email(cell)).then(cell)
            expressions.append(plain.alias(f"{name}_normal"))
            expressions.append(normalise.masked_plain_email(plain).alias(f"{name}_masked"))
            expressions.append(pl.when(plain.is_null()).then(cell).alias(f"{name}_odd"))
    return clean.with_columns(folded).select(expressions)


def _fill_odd(values: dict[str, pl.Series], direct: pl.DataFrame, column: Column) -> None:
    """Cells in another than the usual form: with a country code or blanks, upper case …"""
    odd = direct[f"{column.name}_odd"]
    if odd.null_count() == len(odd):
        return
    forms = _of_unique(odd, _ODD[column.type])
    for part in forms.columns:
        name = f"{column.name}_{part}"
        pair = pl.DataFrame({"plain": values[name], "odd": forms[part]})
        values[name] = pair.select(pl.coalesce("plain", "odd"))["plain"]


def _of_unique(clean: pl.Series, forms: Mapping[str, Form]) -> pl.DataFrame:
    """Forms of a text column, made once for every distinct text."""
    texts = clean.alias("text").to_frame()
    unique = texts.unique().drop_nulls()
    # lazily: what forms have in common, such as a folded text, is then made once
    made = (
        unique.lazy()
        .select("text", **{name: form(pl.col("text")) for name, form in forms.items()})
        .collect()
    )
    return texts.join(made, on="text", how="left", maintain_order="left").select(forms.keys())


def _phone_keys(clean: pl.Series, key: bytes) -> pl.Series:
    cells = clean.drop_nulls().unique()
    if cells.is_empty():
        return clean
    each = _phones_of(cells)
    keys = (
        each.select("text", key=hash_series(KIND_PHONE, each["phone"], key))
        .drop_nulls()
        .group_by("text", maintain_order=True)
        .agg(pl.col("key").unique(maintain_order=True).str.join(","))
    )
    texts = clean.alias("text").to_frame()
    return texts.join(keys, on="text", how="left", maintain_order="left")["key"]


def _phones_of(cells: pl.Series) -> pl.DataFrame:
    """Every phone of distinct cells in its one form, a row each; most cells hold one plain one."""
    text = pl.col("text")
    one = pl.coalesce(
        text.str.extract(_ONE_LISTED), pl.when(normalise.is_plain_phone(text)).then(text)
    )
    frame = cells.to_frame("text").with_columns(phone=normalise.plain_phone(one))
    others = frame.filter(pl.col("phone").is_null() & (text != "[]"))["text"]
    if others.is_empty():
        return frame
    split = others.map_elements(normalise.split_phone_list, return_dtype=pl.List(pl.String))
    each = pl.DataFrame({"text": others, "phone": split}).explode("phone")
    normal = each.lazy().select("text", normalise.phone(pl.col("phone")).alias("phone")).collect()
    return pl.concat([frame.drop_nulls(), normal])


_ONE_LISTED = r'^\["(1[3-9][0-9]{9})"\]$'
_PARTS = ("normal", "masked")
_FOLDED = ("account", "person_name")
_KINDS = {"phone": KIND_PHONE, "email": KIND_EMAIL, "account": KIND_ACCOUNT}
_MASKS: dict[str, Form] = {
    "phone": normalise.masked_phone,
    "email": normalise.masked_email,
    "account": normalise.masked_account,
}
_ODD: dict[str, dict[str, Form]] = {
    "phone": {"normal": normalise.phone, "masked": normalise.masked_phone},
    "email": {"normal": normalise.email, "masked": normalise.masked_email},
}
_OF_UNIQUE: dict[str, dict[str, Form]] = {
    "region": {
        "province": lambda cell: cell.str.extract(_PROVINCE, 1),
        "city": lambda cell: cell.str.extract(_CITY, 2),
    },
}
