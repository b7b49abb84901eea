"""JavaScript inside an option: formatters that write numbers as `dashboard.formats` does."""

from __future__ import annotations

from dashboard.figures import Language, Unit
from dashboard.formats import SCALES

MARK = "--x_x--0_0--"
"""Stands around JavaScript in an option; static/chart.js revives it."""

_SCALED = {
    language: ":".join(f"s>={least}?f(s/{scale},1,0)+'{sign}'" for least, scale, sign in scales)
    for language, scales in SCALES.items()
}
_FIXED = (
    "const f=(n,d,m=d)=>n.toLocaleString('en-US',{minimumFractionDigits:m,"
    "maximumFractionDigits:d});"
)


def formatter(unit: Unit, language: Language) -> str:
    """A marked function of one value, for `axisLabel.formatter` and `tooltip.valueFormatter`."""
    return f"{MARK}{_function(unit, language)}{MARK}"


def label_formatter(unit: Unit, language: Language) -> str:
    """A marked function of ECharts' callback parameters, for `label.formatter`.

    Of a value with several dimensions it writes the last.
    """
    return (
        f"{MARK}p=>{{const v=Array.isArray(p.value)?p.value[p.value.length-1]:p.value;"
        f"return ({_function(unit, language)})(v);}}{MARK}"
    )


def _function(unit: Unit, language: Language) -> str:
    if unit == "share":
        body = "return (100*v).toFixed(Number.isInteger(Math.round(v*1e9)/1e7)?0:1)+'%';"
    elif unit == "ratio":
        body = f"{_FIXED}return f(+v,2);"
    elif unit == "days":
        suffix = "天" if language == "zh" else "d"
        body = f"{_FIXED}return f(+v,0)+' {suffix}';"
    elif unit in ("count", "money"):
        currency = "¥" if unit == "money" else ""
        body = (
            f"{_FIXED}const s=Math.abs(v);const t={_SCALED[language]}"
            ":f(s,s>=100||Number.isInteger(s)?0:1);"
            f"return (v<0?'-':'')+'{currency}'+t;"
        )
    else:
        body = "return String(v);"
    return f"v=>{{if(v===null||v===undefined||v==='-'||Number.isNaN(v))return '–';{body}}}"
