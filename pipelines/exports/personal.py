"""Personal cells at the door: a keyed hash and a masked form go on, the clear value does not."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from pipelines.exports.column import Column
from pipelines.exports.convert import Context, Converted, fill_left
from pipelines.privacy import normalise
from pipelines.privacy.hashing import KIND_ACCOUNT, KIND_EMAIL, KIND_PHONE, hash_series

_PROVINCES = (
    "北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    "广东|广西|海南|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|台湾|香港|澳门|海外"
)
_SUFFIX = "(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?"
_PROVINCE = rf"(?:^|[,，\s])((?:{_PROVINCES}){_SUFFIX})"
_CITY = rf"{_PROVINCE}\s*([^\s\d,，省市区县]{{1,8}}(?:市|自治州|州|地区|盟))"
_KINDS: dict[str, tuple[str, Callable[[pl.Expr], pl.Expr], Callable[[pl.Expr], pl.Expr]]] = {
    "phone": (KIND_PHONE, normalise.phone, normalise.masked_phone),
    "email": (KIND_EMAIL, normalise.email, normalise.masked_email),
    "account": (KIND_ACCOUNT, normalise.account, normalise.masked_account),
}


def convert_personal(clean: pl.Series, column: Column, context: Context) -> Converted:
    """Keys and masked forms of a personal column. A value without a key is no problem."""
    if column.type in _KINDS:
        return _keyed(clean, column, context)
    if column.type == "phone_list":
        return Converted({f"{column.name}_keys": _phone_keys(clean, context.key)})
    if column.type == "person_name":
        masked = _of_unique(clean, normalise.masked_name)
        return Converted({f"{column.name}_masked": masked})
    return Converted(
        {
            f"{column.name}_province": _of_unique(clean, lambda c: c.str.extract(_PROVINCE, 1)),
            f"{column.name}_city": _of_unique(clean, lambda c: c.str.extract(_CITY, 2)),
        }
    )


def masked_for_display(values: pl.Series, column: Column) -> pl.Series:
    """What a quarantine row may show of a personal cell."""
    if column.type in _KINDS:
        return _of_unique(values, _KINDS[column.type][2])
    return _of_unique(values, normalise.masked_name)


def _keyed(clean: pl.Series, column: Column, context: Context) -> Converted:
    kind, normal_form, masked_form = _KINDS[column.type]
    return Converted(
        {
            f"{column.name}_key": hash_series(kind, _of_unique(clean, normal_form), context.key),
            f"{column.name}_masked": _of_unique(clean, masked_form),
        }
    )


def _of_unique(clean: pl.Series, form: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    empty = pl.Series([None] * len(clean), dtype=pl.String)

    def careful(unique: pl.Series) -> pl.Series:
        return unique.to_frame("t").select(form(pl.col("t")).alias("v"))["v"]

    return fill_left(empty, clean, careful)


def _phone_keys(clean: pl.Series, key: bytes) -> pl.Series:
    def keys_of(unique: pl.Series) -> pl.Series:
        phones = unique.map_elements(normalise.split_phone_list, return_dtype=pl.List(pl.String))
        each = pl.DataFrame({"row": range(len(unique)), "phone": phones}).explode("phone")
        normal = each.select(normalise.phone(pl.col("phone")).alias("phone"))["phone"]
        keys = (
            each.select("row")
            .with_columns(key=hash_series(KIND_PHONE, normal, key))
            .drop_nulls()
            .group_by("row", maintain_order=True)
            .agg(pl.col("key").unique(maintain_order=True).str.join(","))
        )
        return pl.DataFrame({"row": range(len(unique))}).join(keys, on="row", how="left")["key"]

    empty = pl.Series([None] * len(clean), dtype=pl.String)
    return fill_left(empty, clean, keys_of)
