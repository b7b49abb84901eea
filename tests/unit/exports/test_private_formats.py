"""Private-domain exports without a sample: each form loads, and its quirks are read right."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipelines.exports.contract_files import SHIPPED, Contracts, read_contracts
from pipelines.exports.report import CheckedPart, check_file
from tests.unit.exports.conftest import KEY

EPOCH = 1775010030  # 2026-04-01 10:20:30 in Shanghai
FORMS = {
    "wecom_events": (
        "CreateTime,ChangeType,UserID,ExternalUserID,State,WelcomeCode,Source,FailReason",
        f"{EPOCH},add_external_contact,guide01,wm1,livecode_hz,CODE,,",
        f"{EPOCH + 9},del_external_contact,guide01,wm1,,,DELETE_BY_TRANSFER,",
        f"{EPOCH + 99},del_follow_user,guide02,wm1,,,,",
    ),
    "wecom_mass_sends": (
        "msgid,任务名称,群发类型,userid,external_userid,chat_id,status,send_time",
        f"msg1,六月上新,single,guide01,wm1,,1,{EPOCH}",
        "msg1,六月上新,single,guide01,wm2,,2,0",
        f"msg2,六月上新,group,guide01,,chat1,1,{EPOCH}",
    ),
    "wecom_groups": (
        "chat_id,群名,群主,群类型,create_time,notice",
        f"chat1,面霜福利群,guide01,福利群,{EPOCH},欢迎",
    ),
    "wecom_group_members": (
        "chat_id,userid,type,unionid,join_time,join_scene,invitor_userid,group_nickname,name",
        f"chat1,guide01,1,,{EPOCH},1,,导购,导购01",
        f"chat1,wm1,2,union1,{EPOCH + 60},3,guide01,王小明,王小明",
    ),
    "wecom_acquisition_links": (
        "链接名称,用户昵称,添加人,添加人账号,添加人所属部门,添加时间,流量id,线索id",
        "618投放,王小明,导购01,guide01,示例公司/门店,2026-04-01 10:20:30,f1,l1",
    ),
    "outreach_sms_sends": (
        "任务名称,任务批次,手机号,发送时间,发送状态,回执时间,是否点击,点击时间,是否退订,退订时间,单价(元)",
        "618预热,b1,19412340001,2026-06-10 10:00:00,成功,2026-06-10 10:00:05,是,"
        "2026-06-10 10:03:00,否,,0.045",
        "618预热,b1,194****0002,2026-06-10 10:00:00,失败,,否,,否,,0.045",
        "合计,,,,,,,,,,0.09",
    ),
    "outreach_ai_calls": (
        "任务名称,任务批次,被叫号码,呼叫时间,接通状态,通话时长(秒),意向等级,是否加微,费用(元)",
        "沉睡唤醒,c1,19412340001,2026-06-11 10:00:00,已接通,35,A,是,0.12",
    ),
    "outreach_email_sends": (
        "活动名称,收件邮箱,发送时间,送达状态,打开时间,点击时间,退订时间,费用(元)",
        "June,Wang.Xiaoming@Example.com,2026-06-12 10:00:00,已送达,2026-06-12 11:00:00,,,0.01",
    ),
    "parcel_cards_scans": (
        "扫码时间,卡片批次,渠道活码,openid,unionid,奖励金额,订单号",
        "2026-06-13 10:00:00,2026-06,parcel_card_01,o1,union1,1.88,9000000000000000001",
    ),
    "stores_visits": (
        "到店时间,门店名称,会员卡号,手机号,接待导购,来源渠道,是否成交,成交金额",
        "2026-06-14 10:00:00,杭州一店,80000001,19412340001,导购01,导购邀约,是,299.00",
        "2026-06-14 11:00:00,杭州一店,,,导购01,自然进店,否,",
    ),
    "stores_guides": (
        "导购编号,姓名,门店名称,企微账号,入职日期,月固定成本(元),状态",
        "G001,导购01,杭州一店,guide01,2025-03-01,4500,在职",
    ),
    "referrals_invitations": (
        "邀请时间,活动名称,邀请人会员卡号,邀请人手机号,被邀请人会员卡号,被邀请人手机号,状态",
        "2026-06-15 10:00:00,老带新,80000001,19412340001,,19412340009,已注册",
    ),
    "hubspot_contacts": (
        "Record ID - Contact,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,"
        "Marketing contact status,Create Date,Last Activity Date,Original Source",
        "101,Xiaoming,Wang,wang.xiaoming@example.com,+14165550100,Owner,New,Marketing contact,"
        "2026-01-02 03:04,2026/02/03,Paid Search",
    ),
}  # fmt: skip
JUNK = {"outreach_sms_sends": 1}
TEMPLATES = (
    "outreach_sms_sends", "outreach_ai_calls", "outreach_email_sends", "parcel_cards_scans",
    "stores_visits", "stores_guides", "referrals_invitations",
)  # fmt: skip
CLEAR = ("1941234", "王小明", "wang.xiaoming@example.com", "xiaoming", "+14165550100")


@pytest.fixture
def loaded(tmp_path: Path, contracts: Contracts):
    """The checked part of one form's file, or of one with other rows, header or contracts."""

    def run(
        contract: str,
        *,
        header: str | None = None,
        own: Sequence[str] = (),
        contracts: Contracts = contracts,
    ) -> CheckedPart:
        lines = [header or FORMS[contract][0], *(own or FORMS[contract][1:])]
        path = tmp_path / f"{contract}.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        (part,) = check_file(path, contracts, KEY)
        return part

    return run


def rows(part: CheckedPart) -> list[dict[str, Any]]:
    assert part.checked is not None, part.report.message
    return part.checked.rows.to_dicts()


@pytest.mark.parametrize("contract", FORMS)
def test_form_loads_whole_under_its_contract(contract: str, loaded) -> None:
    part = loaded(contract)
    report = part.report
    read = len(FORMS[contract]) - 1
    junk = JUNK.get(contract, 0)
    assert (report.status, report.contract) == ("loaded", contract), report.message
    assert (report.rows_read, report.rows_loaded, report.rows_junk) == (read, read - junk, junk)
    assert report.unknown_headers == ()


@pytest.mark.parametrize("contract", FORMS)
def test_nothing_personal_is_loaded_in_clear(contract: str, loaded) -> None:
    text = json.dumps(rows(loaded(contract)), ensure_ascii=False, default=str).lower()
    assert [value for value in CLEAR if value in text] == []


def test_one_phone_has_one_key_in_every_form(loaded) -> None:
    keys = {
        rows(loaded("outreach_sms_sends"))[0]["phone_key"],
        rows(loaded("outreach_ai_calls"))[0]["phone_key"],
        rows(loaded("stores_visits"))[0]["visitor_phone_key"],
        rows(loaded("referrals_invitations"))[0]["inviter_phone_key"],
    }
    assert len(keys) == 1
    assert None not in keys


def test_an_address_has_one_key_whatever_its_case(loaded) -> None:
    forms = ("outreach_email_sends", "hubspot_contacts")
    emails = {rows(loaded(form))[0]["email_key"] for form in forms}
    assert len(emails) == 1
    assert None not in emails


def test_a_masked_receiver_gets_no_key(loaded) -> None:
    masked = rows(loaded("outreach_sms_sends"))[1]
    assert (masked["phone_key"], masked["phone_masked"]) == (None, "194****0002")


def test_a_mass_send_that_was_not_sent_has_no_time(loaded) -> None:
    sent, unsent, group = rows(loaded("wecom_mass_sends"))
    assert str(sent["sent_at"]) == "2026-04-01 02:20:30"
    assert (unsent["sent_at"], unsent["send_status"]) == (None, 2)
    assert (group["external_userid"], group["chat_id"]) == (None, "chat1")


def test_a_mass_send_without_receiver_is_rejected(loaded) -> None:
    part = loaded("wecom_mass_sends", own=[f"msg1,六月上新,single,guide01,,,1,{EPOCH}"])
    assert (part.report.rows_loaded, part.report.rows_rejected) == (0, 1)


def test_an_invitation_needs_both_persons(loaded) -> None:
    part = loaded("referrals_invitations", own=["2026-06-15 10:00:00,老带新,80000001,,,,已邀请"])
    assert (part.report.rows_loaded, part.report.rows_rejected) == (0, 1)


def test_a_visit_without_card_and_phone_counts(loaded) -> None:
    visit = rows(loaded("stores_visits"))[1]
    assert (visit["member_id_crm"], visit["visitor_phone_key"]) == (None, None)
    assert visit["has_bought"] is False


def test_phones_that_staff_typed_into_the_customer_list_have_keys(loaded) -> None:
    header = "客户名称,添加人,添加人帐号,添加人所属部门,添加时间,来源,手机,地址"
    row = '小鱼,导购01,guide01,店,2026-04-01 10:20:30,未知,"19412340001;194****0002",示例路1号'
    listed = rows(loaded("wecom_customers", header=header, own=(row,)))[0]
    assert listed["follow_userid"] == "guide01"  # 帐号 is 账号
    assert listed["remark_phones_keys"] == rows(loaded("outreach_sms_sends"))[0]["phone_key"]
    assert "示例路" not in str(listed)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_brand_gives_a_template_its_own_headers(template: str, tmp_path: Path, loaded) -> None:
    """One renamed header in one YAML; the raw table and the values stay as they are."""
    shipped = read_contracts(SHIPPED, SHIPPED / "none")[template]
    column = next(column for column in shipped.columns if column.required)
    brand = tmp_path / "brand"
    brand.mkdir()
    (brand / f"{template}.yml").write_text(
        f"extends: {template}\ncontract: {template}\n"
        f"columns: [{{name: {column.name}, headers: [本店叫法]}}]\n",
        "utf-8",
    )
    header, *own = FORMS[template]
    names = header.split(",")
    renamed = ",".join("本店叫法" if name in column.headers else name for name in names)
    part = loaded(template, header=renamed, own=own, contracts=read_contracts(SHIPPED, brand))
    assert part.report.status == "loaded", part.report.message
    assert rows(part) == rows(loaded(template))


def test_a_template_may_be_written_in_gb18030(tmp_path: Path, contracts: Contracts) -> None:
    path = tmp_path / "sms.csv"
    path.write_bytes(("\n".join(FORMS["outreach_sms_sends"]) + "\n").encode("gb18030"))
    (part,) = check_file(path, contracts, KEY)
    assert (part.report.encoding, part.report.rows_loaded) == ("gb18030", 2)


def test_group_files_of_the_api_and_of_the_console_are_one_form(
    tmp_path: Path, contracts: Contracts
) -> None:
    api = tmp_path / "api.csv"
    api.write_text(f"chat_id,name,owner,create_time,notice\nc1,群,guide01,{EPOCH},x\n", "utf-8")
    console = tmp_path / "console.csv"
    console.write_text("群ID,群名,群主,创建时间\nc1,群,guide01,2026-04-01 10:20:30\n", "utf-8")
    read = [rows(check_file(path, contracts, KEY)[0])[0] for path in (api, console)]
    assert read[0] == read[1]


def test_mixed_date_shapes_of_hubspot_are_read(loaded) -> None:
    contact = rows(loaded("hubspot_contacts"))[0]
    assert str(contact["created_at"]) == "2026-01-02 03:04:00"
    assert str(contact["last_activity_at"]) == "2026-02-03 00:00:00"


def test_reply_figures_are_absent_on_a_day_without_chats(shared: Path, contracts: Contracts):
    path = shared / "exports/samples/wecom_user_behavior_data.csv"
    busy, quiet = rows(check_file(path, contracts, KEY)[0])
    assert str(busy["day_starts_at"]) == "2026-04-30 16:00:00"  # 1 May, Shanghai
    assert str(busy["reply_rate"]) == "0.885000"
    assert (quiet["chats"], quiet["reply_rate"], quiet["first_reply_minutes"]) == (0, None, None)


def test_tag_groups_of_the_customer_list_are_one_object(shared: Path, contracts: Contracts):
    path = shared / "exports/samples/wecom_customer_list.xlsx"
    part = check_file(path, contracts, KEY)[0]
    assert part.report.header_line == 4
    assert [row["tags"] and json.loads(row["tags"]) for row in rows(part)] == [
        {"客户等级": "VIP", "意向品类": "面霜,洁面"},
        {"意向品类": "面霜"},
        None,
    ]


def test_one_nick_under_two_members_is_two_relations(shared: Path, contracts: Contracts):
    path = shared / "exports/samples/wecom_customer_list.xlsx"
    first, second, _ = rows(check_file(path, contracts, KEY)[0])
    assert first["customer_nick_key"] == second["customer_nick_key"]
    assert (first["follow_userid"], second["follow_userid"]) == ("guide01", "guide02")
