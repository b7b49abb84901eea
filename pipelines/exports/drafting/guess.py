"""What a column holds, by its header and the cells below it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.exports import times
from pipelines.exports.headers import normalise_header

DROPPED = "dropped"
NOT_LOADED = "not_loaded"
_MOSTLY = 0.5
_PHONE = re.compile(r"^(?:\+?86)?1[3-9]\d{9}$|^1[3-9]?\d{0,2}\*{3,}\d{2,4}$|^\+\d{8,14}$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_ID_CARD = re.compile(r"^\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]$")
_CIPHERTEXT = re.compile(r"^(?:##|\$\$)")
_NUMBER = re.compile(r"^[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$")
_AMOUNT = re.compile(r"^[-+]?[¥￥$]?[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?元?$")
_PERCENT = re.compile(r"^[-+]?[\d,.]+\s*[%％]$")
_EPOCH = re.compile(r"^1\d{9}$")
_LONG_ID = 11
_IDENTIFIER = re.compile(r"unionid|openid|external_?userid|(?:^|_)userid")
_NOT_A_PERSON = re.compile(
    r"^是否|主播|达人|博主|创作|作者|店铺|门店|商品|宝贝|活动|计划|项目|单元|素材|导购|员工|添加人|群主|商户|网点|"
    r"product|item|campaign|vendor|anchor|seller|carrier|warehouse"
)
_DROPPED = re.compile(
    r"身份证|证件|护照|idnumber|idcard|passport|银行卡|开户|bankaccount|地址(?!修改)|街道|门牌|address|street|"
    r"zip|邮编|postcode|latitude|longitude|经度|纬度|^ip$|生日|出生|birth|留言|备注(?!.*等级)|remark|"
    r"^notes?$|^描述(?:信息)?$|客户描述|^description$|memo|message$|发票|invoice|税号|抬头|imei|sn码|序列号|idfa|oaid|协商记录|售后说明"
)
_PHONE_NAME = re.compile(r"手机|电话|联系方式|被叫号码|phone|mobile|^tel$|telephone")
_EMAIL_NAME = re.compile(r"邮箱|电子邮件|e-?mail$")
_ACCOUNT_NAME = re.compile(
    r"(?:买家|下单|客户|顾客|会员|用户|支付宝|buyer|customer).*(?:账号|帐号|会员名|会员昵称|旺旺|username)|"
    r"^会员名$|^账号$|username"
)
_PERSON_NAME = re.compile(
    r"姓名|(?:收货人|收件人|提货人|收款人|联系人)$|(?:收货人|收件人)/|客户名称|(?:买家|客户|用户|粉丝|会员|群)昵称|"
    r"recipient|firstname|lastname|fullname|customername|billingname|shippingname|^name$"
)
_TIME_NAME = re.compile(r"时间|日期|time|date$|^day$|_at$|timestamp|日$")
_RATE_NAME = re.compile(r"率|占比|比例|percent|ctr$|(?:^|[^a-z])rate|%$")
_MONEY_NAME = re.compile(
    r"金额|价|费(?!.*(?:次数|类型|渠道))|款|元|佣金|补贴|优惠|折扣|成本|消耗|花费|消费(?!次数)|收入|支出|余额|实付|应付|"
    r"实收|应收|定金|红包|抵扣|税|分成|price|amount|cost|spend|subtotal|total|tax|discount|shipping|fee|"
    r"refund|value|cpc|cpm"
)
_COUNT_NAME = re.compile(
    r"(?:数|次|量|人次|分钟|时长|积分|count|cnt|clicks|impr\.?|quantity|times|points)(?:\(.*\))?$|numberof"
)
_MONEY_ONLY = re.compile(
    r"(?:金额|价|费|费用|款|佣金|补贴|优惠|折扣|成本|消耗|花费|收入|支出|余额|红包|抵扣|税费|"
    r"amount|price|cost|spend|subtotal|total|taxes|discount|fee|balance)(?:\(.*\))*$"
)
_ID_NAME = re.compile(
    r"(?:编号|单号|订单号|流水号|券码|号码|卡号|账号|工号|编码|条码|条形码|号)(?:\(.*\))?$|(?:^|[^a-z])id(?:$|[^a-z])|id$|"
    r"^(?:order|receipt|ticket)(?:no|number|id)|sku$|(?<!currency)(?<!discount)code$|tracking"
)


@dataclass(frozen=True)
class Guess:
    """A type, or dropped or not_loaded; its options; what is not certain about it."""

    kind: str
    options: dict[str, Any] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def guess(header: str, cells: Sequence[str]) -> Guess:
    """What the column holds. ``cells`` are its values without blanks."""
    name = normalise_header(header.split("#")[0])
    for rule in (_personal_by_value, _personal_by_name, _typed):
        found = rule(name, cells)
        if found is not None:
            return found
    raise AssertionError("the last rule always answers")


def _share(cells: Sequence[str], fits: Callable[[str], object]) -> float:
    return sum(bool(fits(cell)) for cell in cells) / len(cells) if cells else 0.0


def _personal_by_value(name: str, cells: Sequence[str]) -> Guess | None:
    if _share(cells, _EMAIL.match) >= _MOSTLY:
        return Guess("email", doubts=_unnamed(_EMAIL_NAME, name, "e-mail addresses"))
    if any(_ID_CARD.match(cell) for cell in cells) and not _ID_NAME.search(name):
        return Guess(DROPPED, doubts=("values look like ID-card numbers",))
    lists = [cell for cell in cells if cell.startswith("[")]
    if lists and any(_PHONE.match(phone) for cell in lists for phone in _strings(cell)):
        return Guess("phone_list")
    is_id = _ID_NAME.search(name) and not _PHONE_NAME.search(name)
    if _share(cells, _PHONE.match) >= _MOSTLY and not is_id:
        return Guess("phone", doubts=_unnamed(_PHONE_NAME, name, "phone numbers"))
    if any(_PHONE.match(p) for cell in cells for p in re.split(r"[;；,，|]\s*", cell)):
        return Guess("phone_list") if not is_id and not _NUMBER.match(cells[0]) else None
    return None


def _unnamed(expected: re.Pattern[str], name: str, what: str) -> tuple[str, ...]:
    return () if expected.search(name) else (f"personal by its values, which look like {what}",)


def _strings(cell: str) -> list[str]:
    try:
        found = json.loads(cell)
    except json.JSONDecodeError:
        return []
    return [str(value) for value in found] if isinstance(found, list) else []


def _personal_by_name(name: str, cells: Sequence[str]) -> Guess | None:
    if _IDENTIFIER.search(name):
        return Guess("id", doubts=("identifies a person: use it in the identity rules",))
    if _NOT_A_PERSON.search(name) and not _DROPPED.search(name.removeprefix("是否")):
        return None
    is_typed = _TIME_NAME.search(name) or _COUNT_NAME.search(name)
    if _DROPPED.search(name) and not (is_typed and _typed_by_value(name, cells)):
        return None if name.startswith("是否") else Guess(DROPPED)
    if is_typed or name.startswith("是否"):
        return None
    if _PHONE_NAME.search(name):
        return Guess("phone")
    if _EMAIL_NAME.search(name):
        return Guess("email")
    if _ACCOUNT_NAME.search(name):
        return Guess("account")
    if _PERSON_NAME.search(name) and not any(re.search(r"\d{3}", cell) for cell in cells):
        return Guess("person_name")
    if any(_CIPHERTEXT.match(cell) for cell in cells):
        return Guess(DROPPED, doubts=("values are ciphertext",))
    return None


def _typed(name: str, cells: Sequence[str]) -> Guess:
    if name == "name" and all(re.search(r"\d{3}", cell) for cell in cells):
        return Guess("id", doubts=("a name with digits: taken for an id",))
    if cells:
        return _typed_by_value(name, cells) or Guess("id" if _ID_NAME.search(name) else "text")
    return _typed_by_name(name)


def _typed_by_name(name: str) -> Guess:
    doubts = ("no value in the sample: the type is guessed by the name",)
    if _TIME_NAME.search(name):
        return Guess("date" if re.search(r"日期|date|^day$", name) else "timestamp", {}, doubts)
    if _RATE_NAME.search(name):
        return Guess("percent", {"unit": "points"}, doubts)
    if _ID_NAME.search(name):
        return Guess("id", {}, doubts)
    if _MONEY_ONLY.search(name) and not name.startswith("是否"):
        return Guess("money", {}, doubts)
    return Guess(NOT_LOADED, doubts=("no value in the sample",))


def _typed_by_value(name: str, cells: Sequence[str]) -> Guess | None:
    if not cells:
        return None
    if _share(cells, _PERCENT.match) == 1:
        return Guess("percent", {"unit": "points"})
    if _share(cells, _AMOUNT.match) == 1:
        return _number(name, cells)
    if found := _time(name, cells):
        return found
    if _share(cells, lambda cell: cell[0] in "[{" and _is_json(cell)) == 1:
        return Guess("json")
    if set(cells) <= {"是", "否"} or {cell.lower() for cell in cells} <= {"true", "false"}:
        return Guess("boolean")
    if {cell.lower() for cell in cells} <= {"yes", "no"}:
        return Guess("boolean")
    return None


def _is_json(cell: str) -> bool:
    try:
        json.loads(cell)
    except json.JSONDecodeError:
        return False
    return True


def _number(name: str, cells: Sequence[str]) -> Guess:
    whole = all(re.fullmatch(r"[-+]?\d+", cell) for cell in cells)
    if whole and _TIME_NAME.search(name):
        if _share(cells, _EPOCH.match) == 1:
            return Guess("epoch_seconds")
        if found := _time(name, cells):
            return found
    longest = max(len(cell) for cell in cells)
    if whole and (longest >= _LONG_ID or (_ID_NAME.search(name) and not _MONEY_NAME.search(name))):
        return Guess("id")
    if whole and any(cell[0] == "0" and len(cell) > 1 for cell in cells):
        return Guess("id", doubts=("digits with leading zeros: taken for an id",))
    if _RATE_NAME.search(name) and "roi" not in name:
        return _rate(name, cells)
    has_sign = any(cell[-1] == "元" or cell.lstrip("-+")[0] in "¥￥$" for cell in cells)
    if has_sign or (_MONEY_NAME.search(name) and not re.search(r"roi|次数|人数|笔数|单数", name)):
        doubts = ("分 or 元? read as yuan",) if "分" in name.replace("积分", "") else ()
        return Guess("money", {}, doubts if not re.search("分成|分销", name) else ())
    if whole:
        is_count = _COUNT_NAME.search(name) is not None
        doubts = () if is_count else ("whole numbers: a count, or a code?",)
        return Guess("integer", {}, doubts)
    return Guess("decimal")


def _rate(name: str, cells: Sequence[str]) -> Guess:
    values = [abs(float(cell.replace(",", ""))) for cell in cells]
    if name.endswith("%"):
        return Guess("percent", {"unit": "points"})
    unit = "ratio" if max(values) <= 1 else "points"
    return Guess("percent", {"unit": unit}, (f"no % sign: read as {unit}",))


def _time(name: str, cells: Sequence[str]) -> Guess | None:
    unique = pl.Series(list(dict.fromkeys(cells)), dtype=pl.String)
    if all(re.fullmatch(r"\d{1,10}(?:\.\d+)?", cell) for cell in cells) and not (
        _TIME_NAME.search(name)
    ):
        return None  # numbers are times only where the name says so
    local = times.local_times(unique, "Asia/Shanghai", day_first=False)
    options: dict[str, Any] = {}
    doubts: tuple[str, ...] = ()
    if local.null_count():
        local = times.local_times(unique, "Asia/Shanghai", day_first=True)
        options = {"day_first": True}
        days = [int(cell[:2]) for cell in cells if cell[:2].isdigit()]
        if max(days, default=0) <= 12:
            doubts = ("DD/MM or MM/DD? read as day first",)
    if local.null_count():
        return None
    has_time = any(re.search(r"\d[:时T]\d|\d{10,}|\d+\.\d", cell) for cell in cells)
    return Guess("timestamp" if has_time else "date", options, doubts)
