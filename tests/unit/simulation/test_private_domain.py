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
from pipelines.simulation import Brand, simulate_brand

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
    "outreach/短信": "sms_sends",
    "outreach/AI外呼": "ai_calls",
    "outreach/邮件": "email_sends",
    "klaviyo/": "klaviyo_profiles",
    "parcel_cards/red_packet_app/": "parcel_card_scans",
    "stores/到店登记": "store_visits",
    "stores/导购花名册": "store_guides",
    "referrals/": "referrals",
}


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Brand:
    root = tmp_path_factory.mktemp("private")
    return simulate_brand(root / "landing", root / "truth", customers=2_000, days=60, seed=11)


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Contracts:
    return load_contracts(Settings(brand_folder=tmp_path_factory.mktemp("no_brand")))


def exports(brand: Brand, prefix: str, encoding: str = "utf8") -> list[pl.DataFrame]:
    """The files below a prefix, oldest first, as texts; ``moment`` is the export (Shanghai)."""
    files = brand.truth.files.filter(pl.col("path").str.starts_with(prefix)).sort("exported_at")
    return [
        pl.read_csv(brand.landing / path, infer_schema=False, encoding=encoding).with_columns(
            moment=pl.lit(moment)
        )
        for path, moment in files.select("path", "exported_at").iter_rows()
    ]


def local(column: str) -> pl.Expr:
    """Epoch seconds as naive Shanghai time, like the truth."""
    seconds = pl.col(column).cast(pl.Int64) + 8 * 3600
    return pl.from_epoch(seconds, time_unit="s").cast(pl.Datetime("us"))


def good_contacts(brand: Brand) -> Iterator[tuple[datetime, pl.DataFrame]]:
    """Every contact snapshot without its spoilt rows: who and holder."""
    for table in exports(brand, f"{CORP}/external_contacts"):
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
    brand: Brand, contracts: Contracts, prefix: str
) -> None:
    files = brand.truth.files.filter(pl.col("path").str.starts_with(prefix))
    assert files.height > 0
    newest = files.sort("exported_at").tail(2)
    for file in newest.iter_rows(named=True):
        path = brand.landing / file["path"]
        (part,) = check_file(path, contracts, b"k" * 32, brand.landing)
        report = part.report
        assert (report.status, report.contract) == ("loaded", CONTRACTS[prefix]), report.message
        counts = (report.rows_read, report.rows_rejected, report.rows_junk)
        assert counts == (file["rows"], file["rejected"], file["junk"]), file["path"]
        assert report.unknown_headers == ()
        assert report.exported_at is not None
        stated = file["exported_at"] - timedelta(hours=8)
        # A name tells the minute, or the day alone where it is a file of one day.
        assert abs(stated - report.exported_at) <= timedelta(hours=25), file["path"]


def test_contact_snapshots_show_the_relations_of_their_moment(brand: Brand) -> None:
    relations = brand.truth.relations.filter(kind="wecom_contact")
    snapshots = list(good_contacts(brand))
    assert len(snapshots) >= 9
    for moment, rows in snapshots:
        assert rows.is_duplicated().sum() == 0
        assert pairs(rows) == pairs(standing(relations, moment))


def test_who_is_missing_from_the_next_snapshot_was_lost_in_between(brand: Brand) -> None:
    ended = brand.truth.relations.filter(kind="wecom_contact").drop_nulls("ended_at")
    snapshots = list(good_contacts(brand))
    losses = 0
    for (before, old), (after, new) in pairwise(snapshots):
        gone = pairs(old) - pairs(new)
        within = ended.filter(pl.col("ended_at").is_between(before, after, closed="right"))
        assert gone <= pairs(within)
        losses += len(gone)
    assert losses > 20
    kinds = set(ended["ended_by"])
    assert kinds == {"customer", "staff", "transfer", "silent"}


def test_most_losses_have_a_callback_and_some_have_none(brand: Brand) -> None:
    events = pl.concat(exports(brand, f"{CORP}/change_external_contact"))
    events = events.filter(pl.col("CreateTime").str.contains(r"^\d+$"))
    ends = events.filter(pl.col("ChangeType").str.starts_with("del_")).select(
        identifier_value=pl.concat_str(pl.lit("corp_main:"), "ExternalUserID"),
        holder="UserID",
        ended_at=local("CreateTime"),
        kind=pl.col("ChangeType"),
        source="Source",
    )
    truth = brand.truth.relations.filter(kind="wecom_contact").drop_nulls("ended_at")
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


def test_a_hand_over_ends_one_relation_and_begins_another(brand: Brand) -> None:
    relations = brand.truth.relations.filter(kind="wecom_contact")
    given = relations.filter(ended_by="transfer")
    taken = given.join(
        relations,
        left_on=["identifier_value", "ended_at"],
        right_on=["identifier_value", "began_at"],
    )
    assert taken.height == given.height > 0
    assert (taken["holder"] != taken["holder_right"]).all()
    newest = exports(brand, f"{CORP}/external_contacts")[-1]
    ways = newest.filter(pl.col("add_way") == "202")
    assert set(ways["oper_userid"]) == {"admin"}


def test_some_come_back_to_the_guide_and_to_the_account(brand: Brand) -> None:
    for kind in ("wecom_contact", "official_account", "wecom_group"):
        relations = brand.truth.relations.filter(kind=kind).sort("began_at")
        keys = ["identifier_value", "holder"]
        again = relations.filter(pl.struct(keys).is_duplicated())
        assert again.height > 0, kind
        before = pl.col("ended_at").shift(1).over(keys)
        assert again.filter(before.is_not_null() & (pl.col("began_at") <= before)).is_empty(), kind


def test_the_customer_list_has_the_same_relations_without_ids(brand: Brand) -> None:
    moments = brand.truth.files.filter(pl.col("path").str.contains("wecom/.*客户列表"))
    relations = brand.truth.relations.filter(kind="wecom_contact")
    for moment, rows in moments.select("exported_at", "rows").iter_rows():
        assert rows == standing(relations, moment).height


def test_group_snapshots_show_the_members_of_their_moment(brand: Brand) -> None:
    members = brand.truth.relations.filter(kind="wecom_group")
    sizes = set()
    for table in exports(brand, f"{CORP}/group_members"):
        customers = table.filter(pl.col("type") == "2").select(
            identifier_value=pl.concat_str(pl.lit("corp_main:"), "userid"), holder="chat_id"
        )
        assert pairs(customers) == pairs(standing(members, table["moment"][0]))
        assert customers.is_duplicated().sum() == 0
        sizes.add(customers.height)
    assert len(sizes) > 3
    assert members["ended_at"].is_not_null().sum() > 20


def test_a_follower_who_left_keeps_only_the_openid(brand: Brand) -> None:
    relations = brand.truth.relations.filter(kind="official_account", account="brand_service")
    for table in exports(brand, "official_account/brand_service/"):
        table = table.drop_nulls("openid")
        moment = table["moment"][0]
        following = table.filter(subscribe="1")
        assert following.height == standing(relations, moment).height
        gone = table.filter(subscribe="0")
        blank = gone.drop("subscribe", "openid", "moment")
        assert all(blank[name].null_count() == blank.height for name in blank.columns)
        assert following["unionid"].null_count() == 0
    assert gone.height == brand.truth.totals["unsubscribed_brand_service"] > 0


def test_cards_change_their_phone_and_are_merged(brand: Brand) -> None:
    first, *_, last = (t.drop_nulls("会员卡号") for t in exports(brand, "crm/", "gb18030"))
    both = first.unique("会员卡号").join(last.unique("会员卡号"), on="会员卡号")
    changed = both.filter(pl.col("手机号") != pl.col("手机号_right"))
    phones = brand.truth.identifiers.filter(identifier_type="phone")
    assert changed.height > 0
    clear = changed.filter(~pl.col("手机号").str.contains(r"\*"))
    old = phones.filter(mess="changed_phone")
    assert set(clear["手机号"]) <= set(old["identifier_value"])
    assert set(clear["手机号_right"]) <= set(phones["identifier_value"])
    merged = last.filter(pl.col("会员状态") == "107")
    assert merged.height == brand.truth.totals["merged_cards"] > 0
    assert set(merged["合并至卡号"]) <= set(last["会员卡号"])
    assert (
        both.filter((pl.col("会员状态") != "107") & (pl.col("会员状态_right") == "107")).height > 0
    )


def test_messy_phones_are_in_the_card_file(brand: Brand) -> None:
    phones = brand.truth.identifiers.filter(identifier_type="phone")
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
    brand: Brand, prefix: str, column: str, encoding: str
) -> None:
    known = set(brand.truth.identifiers.filter(identifier_type="phone")["identifier_value"])
    shown = pl.concat(exports(brand, prefix, encoding))[column].drop_nulls()
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
    brand: Brand, kind: str, prefix: str, column: str, encoding: str
) -> None:
    known = brand.truth.identifiers.filter(identifier_type=kind)
    assert known["identifier_value"].is_duplicated().sum() == 0
    shown = pl.concat(exports(brand, prefix, encoding))[column].drop_nulls()
    bad_rows = {"80990001"}
    assert set(shown) - bad_rows <= set(known["identifier_value"])


def test_nobody_is_texted_after_unsubscribing(brand: Brand) -> None:
    sms = pl.concat(exports(brand, "outreach/短信")).filter(
        pl.col("发送时间").str.contains(r"^2026-")
    )
    left = sms.drop_nulls("退订时间").group_by("手机号").agg(left=pl.min("退订时间"))
    later = sms.join(left, on="手机号").filter(pl.col("发送时间") > pl.col("left"))
    assert left.height > 0
    assert later.is_empty()


def test_a_later_report_shows_more_clicks(brand: Brand) -> None:
    reports = exports(brand, "outreach/短信")
    clicks: dict[str, list[int]] = {}
    for report in reports:
        for batch, rows in report.group_by("任务批次"):
            clicks.setdefault(str(batch[0]), []).append(rows["点击时间"].drop_nulls().len())
    assert any(len(counts) == 2 and counts[0] < counts[1] for counts in clicks.values())
    assert all(counts == sorted(counts) for counts in clicks.values())


def test_a_friend_joins_after_the_invitation_and_the_inviter_was_a_member(brand: Brand) -> None:
    cards = exports(brand, "crm/", "gb18030")[-1].select("会员卡号", "开卡时间")
    referrals = exports(brand, "referrals/", "gb18030")[-1]
    assert set(referrals["状态"]) == {"已邀请", "已入会", "已下单"}
    dated = cards.filter(pl.col("开卡时间").str.len_chars() == 19)
    inviters = referrals.join(dated, left_on="邀请人会员卡号", right_on="会员卡号")
    assert (inviters["开卡时间"] < inviters["邀请时间"]).all()
    friends = referrals.join(dated, left_on="被邀请人会员卡号", right_on="会员卡号")
    assert friends.height > 0
    assert (friends["开卡时间"] >= friends["邀请时间"]).all()


def test_daily_figures_count_what_the_files_show(brand: Brand) -> None:
    events = pl.concat(exports(brand, f"{CORP}/change_external_contact"))
    headline = brand.truth.headline.filter(platform="wecom", metric="contacts_lost_by_customers")
    told = events.filter(ChangeType="del_follow_user").height
    assert 0.9 * headline["value"].sum() < told <= headline["value"].sum()
    statistics = pl.concat(exports(brand, f"{CORP}/user_behavior_data"))
    newest = statistics.sort("moment").unique(["stat_time", "userid"], keep="last")
    assert newest["negative_feedback_cnt"].cast(int).sum() == headline["value"].sum()


def test_one_snapshot_of_each_kind_arrives_days_late(brand: Brand) -> None:
    files = brand.truth.files.filter(pl.col("delivered_at") > pl.col("exported_at"))
    late = files.filter(pl.col("path").str.starts_with("wecom/"))
    kinds = sorted(path.rsplit("/", 1)[1].rsplit("_", 1)[0] for path in late["path"])
    assert kinds == ["external_contacts", "group_members"]
    (path, delivered) = late.select("path", "delivered_at").row(0)
    second = (brand.landing / path).stat().st_mtime + 8 * 3600
    assert datetime(1970, 1, 1) + timedelta(seconds=second) == delivered
