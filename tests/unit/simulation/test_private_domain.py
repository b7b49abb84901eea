"""The private-domain files show what is true, and change from export to export as people do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest

from pipelines.exports.contract_files import Contracts, load_contracts
from pipelines.exports.report import check_file
from pipelines.settings import Settings
from tests.unit.simulation.conftest import Written

CORP = "wecom/corp_main"
CONTRACTS = {
    f"{CORP}/external_contacts": "wecom_contacts",
    f"{CORP}/客户列表": "wecom_customers",
    f"{CORP}/change_external_contact": "wecom_events",
    f"{CORP}/获客链接明细": "wecom_acquisition_links",
    f"{CORP}/user_behavior_data": "wecom_statistics",
    f"{CORP}/groups": "wecom_groups",
    f"{CORP}/group_members": "wecom_group_members",
    f"{CORP}/mass_sends": "wecom_mass_sends",
    "official_account/": "official_account_followers",
    "crm/": "crm_members",
    "youzan/客户列表": "youzan_customers",
    "outreach/短信": "outreach_sms_sends",
    "outreach/AI外呼": "outreach_ai_calls",
    "outreach/邮件": "outreach_email_sends",
    "klaviyo/": "klaviyo_profiles",
    "parcel_cards/red_packet_app/": "parcel_cards_scans",
    "stores/到店登记": "stores_visits",
    "stores/导购花名册": "stores_guides",
    "referrals/": "referrals_invitations",
}


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Contracts:
    return load_contracts(Settings(brand_folder=tmp_path_factory.mktemp("no_brand")))


def exports(written: Written, prefix: str, encoding: str = "utf8") -> list[pl.DataFrame]:
    """The files below a prefix, oldest first, as texts; ``moment`` is the export (Shanghai)."""
    files = written.truth.files.filter(pl.col("path").str.starts_with(prefix)).sort("exported_at")
    return [
        pl.read_csv(written.landing / path, infer_schema=False, encoding=encoding).with_columns(
            moment=pl.lit(moment)
        )
        for path, moment in files.select("path", "exported_at").iter_rows()
    ]


def local(column: str) -> pl.Expr:
    """Epoch seconds as naive Shanghai time, like the truth."""
    seconds = pl.col(column).cast(pl.Int64) + 8 * 3600
    return pl.from_epoch(seconds, time_unit="s").cast(pl.Datetime("us"))


def good_contacts(written: Written) -> Iterator[tuple[datetime, pl.DataFrame]]:
    """Every contact snapshot without its spoilt rows: who and holder."""
    for table in exports(written, f"{CORP}/external_contacts"):
        good = table.filter(
            pl.col("createtime").str.contains(r"^\d+$") & pl.col("external_userid").is_not_null()
        )
        rows = good.select(
            identifier_value=pl.concat_str(pl.lit("corp_main:"), "external_userid"),
            holder="follow_userid",
        )
        yield table["moment"][0], rows


def standing(relations: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    return relations.filter(
        (pl.col("began_at") <= moment)
        & (pl.col("ended_at").is_null() | (pl.col("ended_at") > moment))
    )


def pairs(table: pl.DataFrame) -> set[tuple[str, str]]:
    return set(table.select("identifier_value", "holder").iter_rows())


@pytest.mark.parametrize("prefix", CONTRACTS)
def test_files_load_with_the_accounting_that_the_truth_states(
    written: Written, contracts: Contracts, prefix: str
) -> None:
    files = written.truth.files.filter(pl.col("path").str.starts_with(prefix))
    assert files.height > 0
    newest = files.sort("exported_at").tail(2)
    for file in newest.iter_rows(named=True):
        path = written.landing / file["path"]
        (part,) = check_file(path, contracts, b"k" * 32, written.landing)
        report = part.report
        assert (report.status, report.contract) == ("loaded", CONTRACTS[prefix]), report.message
        counts = (report.rows_read, report.rows_rejected, report.rows_junk)
        assert counts == (file["rows"], file["rejected"], file["junk"]), file["path"]
        assert report.unknown_headers == ()
        assert report.exported_at is not None
        stated = file["exported_at"] - timedelta(hours=8)
        # A name tells the minute, or the day alone where it is a file of one day.
        assert abs(stated - report.exported_at) <= timedelta(hours=25), file["path"]


def test_contact_snapshots_show_the_relations_of_their_moment(written: Written) -> None:
    relations = written.truth.relations.filter(kind="wecom_contact")
    snapshots = list(good_contacts(written))
    assert len(snapshots) >= 9
    for moment, rows in snapshots:
        assert rows.is_duplicated().sum() == 0
        assert pairs(rows) == pairs(standing(relations, moment))


def test_who_is_missing_from_the_next_snapshot_was_lost_in_between(written: Written) -> None:
    ended = written.truth.relations.filter(kind="wecom_contact").drop_nulls("ended_at")
    snapshots = list(good_contacts(written))
    losses = 0
    for (before, old), (after, new) in pairwise(snapshots):
        gone = pairs(old) - pairs(new)
        within = ended.filter(pl.col("ended_at").is_between(before, after, closed="right"))
        assert gone <= pairs(within)
        losses += len(gone)
    assert losses > 20
    kinds = set(ended["ended_by"])
    assert kinds == {"customer", "staff", "transfer", "silent"}


def test_most_losses_have_a_callback_and_some_have_none(written: Written) -> None:
    events = pl.concat(exports(written, f"{CORP}/change_external_contact"))
    events = events.filter(pl.col("CreateTime").str.contains(r"^\d+$"))
    ends = events.filter(pl.col("ChangeType").str.starts_with("del_")).select(
        identifier_value=pl.concat_str(pl.lit("corp_main:"), "ExternalUserID"),
        holder="UserID",
        ended_at=local("CreateTime"),
        kind=pl.col("ChangeType"),
        source="Source",
    )
    truth = written.truth.relations.filter(kind="wecom_contact").drop_nulls("ended_at")
    told = truth.drop("kind").join(ends, on=["identifier_value", "holder", "ended_at"], how="left")
    expected = {"customer": "del_follow_user", "staff": "del_external_contact"}
    for ended_by, change_type in expected.items():
        rows = told.filter(ended_by=ended_by)
        assert set(rows["kind"].drop_nulls()) == {change_type}
        assert 0.9 < rows["kind"].is_not_null().mean() <= 1
    transfers = told.filter(ended_by="transfer").drop_nulls("kind")
    assert set(transfers["source"]) == {"DELETE_BY_TRANSFER"}
    assert told.filter(ended_by="silent")["kind"].null_count() == told.filter(
        ended_by="silent"
    ).height  # fmt: skip
    assert "transfer_fail" in set(events["ChangeType"])


def test_a_hand_over_ends_one_relation_and_begins_another(written: Written) -> None:
    relations = written.truth.relations.filter(kind="wecom_contact")
    given = relations.filter(ended_by="transfer")
    taken = given.join(
        relations,
        left_on=["identifier_value", "ended_at"],
        right_on=["identifier_value", "began_at"],
    )
    assert taken.height == given.height > 0
    assert (taken["holder"] != taken["holder_right"]).all()
    newest = exports(written, f"{CORP}/external_contacts")[-1]
    ways = newest.filter(pl.col("add_way") == "202")
    assert set(ways["oper_userid"]) == {"admin"}


def test_some_come_back_to_the_guide_and_to_the_account(written: Written) -> None:
    for kind in ("wecom_contact", "official_account", "wecom_group"):
        relations = written.truth.relations.filter(kind=kind).sort("began_at")
        keys = ["identifier_value", "holder"]
        again = relations.filter(pl.struct(keys).is_duplicated())
        assert again.height > 0, kind
        before = pl.col("ended_at").shift(1).over(keys)
        assert again.filter(before.is_not_null() & (pl.col("began_at") <= before)).is_empty(), kind


def test_the_customer_list_has_the_same_relations_without_ids(written: Written) -> None:
    moments = written.truth.files.filter(pl.col("path").str.contains("wecom/.*客户列表"))
    relations = written.truth.relations.filter(kind="wecom_contact")
    for moment, rows in moments.select("exported_at", "rows").iter_rows():
        assert rows == standing(relations, moment).height


def test_group_snapshots_show_the_members_of_their_moment(written: Written) -> None:
    members = written.truth.relations.filter(kind="wecom_group")
    sizes = set()
    for table in exports(written, f"{CORP}/group_members"):
        customers = table.filter(pl.col("type") == "2").select(
            identifier_value=pl.concat_str(pl.lit("corp_main:"), "userid"), holder="chat_id"
        )
        assert pairs(customers) == pairs(standing(members, table["moment"][0]))
        assert customers.is_duplicated().sum() == 0
        sizes.add(customers.height)
    assert len(sizes) > 3
    assert members["ended_at"].is_not_null().sum() > 20


def test_a_follower_who_left_keeps_only_the_openid(written: Written) -> None:
    relations = written.truth.relations.filter(kind="official_account", account="brand_service")
    for table in exports(written, "official_account/brand_service/"):
        table = table.drop_nulls("openid")
        moment = table["moment"][0]
        following = table.filter(subscribe="1")
        assert following.height == standing(relations, moment).height
        gone = table.filter(subscribe="0")
        blank = gone.drop("subscribe", "openid", "moment")
        assert all(blank[name].null_count() == blank.height for name in blank.columns)
        assert following["unionid"].null_count() == 0
    assert gone.height == written.truth.totals["unsubscribed_brand_service"] > 0


def test_cards_change_their_phone_and_are_merged(written: Written) -> None:
    first, *_, last = (t.drop_nulls("会员卡号") for t in exports(written, "crm/", "gb18030"))
    both = first.unique("会员卡号").join(last.unique("会员卡号"), on="会员卡号")
    changed = both.filter(pl.col("手机号") != pl.col("手机号_right"))
    phones = written.truth.identifiers.filter(identifier_type="phone")
    assert changed.height > 0
    clear = changed.filter(~pl.col("手机号").str.contains(r"\*"))
    old = phones.filter(mess="changed_phone")
    assert set(clear["手机号"]) <= set(old["identifier_value"])
    assert set(clear["手机号_right"]) <= set(phones["identifier_value"])
    merged = last.filter(pl.col("会员状态") == "107")
    assert merged.height == written.truth.totals["merged_cards"] > 0
    assert set(merged["合并至卡号"]) <= set(last["会员卡号"])
    assert (
        both.filter((pl.col("会员状态") != "107") & (pl.col("会员状态_right") == "107")).height > 0
    )


def test_messy_phones_are_in_the_card_file(written: Written) -> None:
    phones = written.truth.identifiers.filter(identifier_type="phone")
    for mess in ("family_phone", "store_phone", "test_number", "changed_phone"):
        assert phones.filter(mess=mess).height > 0, mess
    shared = phones.filter(mess="store_phone")
    assert shared["identifier_value"].n_unique() == 1
    assert shared["person_id"].n_unique() > 5


@pytest.mark.parametrize(
    ("prefix", "column", "encoding"),
    [
        ("crm/", "手机号", "gb18030"),
        ("youzan/客户列表", "客户手机号", "utf8"),
        ("outreach/短信", "手机号", "utf8"),
        ("outreach/AI外呼", "被叫号码", "utf8"),
        ("stores/到店登记", "手机号", "gb18030"),
        ("referrals/", "邀请人手机号", "gb18030"),
        ("referrals/", "被邀请人手机号", "gb18030"),
    ],
)
def test_every_clear_phone_has_a_person(
    written: Written, prefix: str, column: str, encoding: str
) -> None:
    known = set(written.truth.identifiers.filter(identifier_type="phone")["identifier_value"])
    shown = pl.concat(exports(written, prefix, encoding))[column].drop_nulls()
    clear = shown.filter(shown.str.contains(r"^\d{11}$"))
    assert clear.len() > 0
    assert set(clear) <= known


@pytest.mark.parametrize(
    ("kind", "prefix", "column", "encoding"),
    [
        ("crm_member_id", "crm/", "会员卡号", "gb18030"),
        ("unionid", "official_account/", "unionid", "utf8"),
        ("unionid", f"{CORP}/external_contacts", "unionid", "utf8"),
        ("unionid", f"{CORP}/group_members", "unionid", "utf8"),
        ("unionid", "parcel_cards/", "unionid", "utf8"),
        ("email", "outreach/邮件", "收件邮箱", "utf8"),
    ],
)
def test_every_identifier_has_one_person(
    written: Written, kind: str, prefix: str, column: str, encoding: str
) -> None:
    known = written.truth.identifiers.filter(identifier_type=kind)
    assert known["identifier_value"].is_duplicated().sum() == 0
    shown = pl.concat(exports(written, prefix, encoding))[column].drop_nulls()
    bad_rows = {"80990001"}
    assert set(shown) - bad_rows <= set(known["identifier_value"])


def test_nobody_is_texted_after_unsubscribing(written: Written) -> None:
    sms = pl.concat(exports(written, "outreach/短信")).filter(
        pl.col("发送时间").str.contains(r"^2026-")
    )
    left = sms.drop_nulls("退订时间").group_by("手机号").agg(left=pl.min("退订时间"))
    later = sms.join(left, on="手机号").filter(pl.col("发送时间") > pl.col("left"))
    assert left.height > 0
    assert later.is_empty()


def test_a_later_report_shows_more_clicks(written: Written) -> None:
    reports = exports(written, "outreach/短信")
    clicks: dict[str, list[int]] = {}
    for report in reports:
        for batch, rows in report.group_by("任务批次"):
            clicks.setdefault(str(batch[0]), []).append(rows["点击时间"].drop_nulls().len())
    assert any(len(counts) == 2 and counts[0] < counts[1] for counts in clicks.values())
    assert all(counts == sorted(counts) for counts in clicks.values())


def test_a_friend_joins_after_the_invitation_and_the_inviter_was_a_member(written: Written) -> None:
    cards = exports(written, "crm/", "gb18030")[-1].select("会员卡号", "开卡时间")
    referrals = exports(written, "referrals/", "gb18030")[-1]
    assert set(referrals["状态"]) == {"已邀请", "已入会", "已下单"}
    dated = cards.filter(pl.col("开卡时间").str.len_chars() == 19)
    inviters = referrals.join(dated, left_on="邀请人会员卡号", right_on="会员卡号")
    assert (inviters["开卡时间"] < inviters["邀请时间"]).all()
    friends = referrals.join(dated, left_on="被邀请人会员卡号", right_on="会员卡号")
    assert friends.height > 0
    assert (friends["开卡时间"] >= friends["邀请时间"]).all()


def test_daily_figures_count_what_the_files_show(written: Written) -> None:
    events = pl.concat(exports(written, f"{CORP}/change_external_contact"))
    headline = written.truth.headline.filter(platform="wecom", metric="contacts_lost_by_customers")
    told = events.filter(ChangeType="del_follow_user").height
    assert 0.9 * headline["value"].sum() < told <= headline["value"].sum()
    statistics = pl.concat(exports(written, f"{CORP}/user_behavior_data"))
    newest = statistics.sort("moment").unique(["stat_time", "userid"], keep="last")
    assert newest["negative_feedback_cnt"].cast(int).sum() == headline["value"].sum()


def test_one_snapshot_of_each_kind_arrives_days_late(written: Written) -> None:
    files = written.truth.files.filter(pl.col("delivered_at") > pl.col("exported_at"))
    late = files.filter(pl.col("path").str.starts_with("wecom/"))
    kinds = sorted(path.rsplit("/", 1)[1].rsplit("_", 1)[0] for path in late["path"])
    assert kinds == ["external_contacts", "group_members"]
    (path, delivered) = late.select("path", "delivered_at").row(0)
    second = (written.landing / path).stat().st_mtime + 8 * 3600
    assert datetime(1970, 1, 1) + timedelta(seconds=second) == delivered


@pytest.mark.parametrize("channel", ["sms", "email", "referral", "store_walk_in"])
def test_the_touch_that_causes_an_order_comes_shortly_before_it(
    written: Written, channel: str
) -> None:
    causes = written.truth.touches.filter(pl.col("order_no").is_not_null())
    assert causes["order_no"].is_duplicated().sum() == 0
    orders = written.truth.orders.drop_nulls("order_no")
    caused = orders.join(causes, on="order_no", suffix="_of_touch")
    assert (caused["channel"] == caused["channel_of_touch"]).all()
    assert (caused["person_id"] == caused["person_id_of_touch"]).all()
    # A receipt states its day only.
    assert (caused["at"].dt.date() <= caused["created_at"].dt.date()).all()
    ours = caused.filter(channel=channel)
    assert ours.height > 0
    wait = ours["created_at"] - ours["at"]
    assert (wait <= timedelta(days=7)).all()
    assert orders.filter(channel=channel).height == ours.height
