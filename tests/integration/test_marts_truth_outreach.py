"""Outreach and groups against the simulated brand: messages and members exactly, people and their
orders within the identity error."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from pipelines.publishing.reader import connect
from pipelines.simulation.period import Period
from pipelines.simulation.private_domain.snapshots import WEEKLY, snapshot_moments
from tests.integration.conftest import RefreshedBrand

pytestmark = pytest.mark.truth

IDENTITY_ERROR = 0.15
"""Of customers that a message reached and of their orders: some receivers are two customers, some
share a phone, and what was sent to a changed number names nobody yet."""
WINDOW = timedelta(days=3)
KINDS = {"福利": "benefit", "兴趣": "interest", "功能": "function", "服务": "function"}


def published(refreshed: RefreshedBrand, sql: str) -> pl.DataFrame:
    with connect(refreshed.siyu.settings) as snapshot:
        return snapshot.polars(sql)


@pytest.fixture(scope="module")
def campaigns(refreshed: RefreshedBrand) -> pl.DataFrame:
    return published(refreshed, "select * from marts.rpt_outreach_roi")


@pytest.fixture(scope="module")
def reached(refreshed: RefreshedBrand) -> pl.DataFrame:
    """medium, campaign, person_id and at: the first message of a campaign that reached a person."""
    sends = refreshed.truth.sends.filter("is_reached")
    return sends.group_by("medium", "campaign", "person_id").agg(at=pl.col("sent_at").min())


@pytest.fixture(scope="module")
def orders(refreshed: RefreshedBrand) -> pl.DataFrame:
    """The true valid orders of people, with the customer_id that the brand gives each."""
    found = published(
        refreshed,
        "select platform, account, order_id, customer_id from customer_center.fct_orders "
        "where customer_id is not null",
    )
    keys = ["platform", "account", "order_id"]
    return refreshed.truth.orders.filter("is_valid").join(found, on=keys)


def test_messages_of_every_campaign_equal_the_truth(
    refreshed: RefreshedBrand, campaigns: pl.DataFrame
) -> None:
    """What a guide still had to send in the last days may have been reported as sent since."""
    true = refreshed.truth.sends.group_by("medium", "campaign").agg(
        true_sent=pl.len(), true_reached=pl.col("is_reached").sum(), last=pl.col("sent_at").max()
    )
    both = true.join(campaigns, on=["medium", "campaign"], how="left")
    assert set(both["medium"]) == {"sms", "ai_call", "email", "wecom_single"}
    assert both.filter(pl.col("sent") != pl.col("true_sent")).is_empty()
    settled = both.filter(
        (pl.col("medium") != "wecom_single")
        | (pl.col("last").dt.date() < refreshed.truth.last_day - timedelta(days=11))
    )
    assert settled.height > 5
    wrong = settled.filter(pl.col("reached").cast(pl.Int64) != pl.col("true_reached"))
    assert wrong.is_empty(), wrong


def test_customers_reached_are_the_people(campaigns: pl.DataFrame, reached: pl.DataFrame) -> None:
    true = dict(reached.group_by("medium").len().iter_rows())
    found = dict(campaigns.group_by("medium").agg(pl.col("reached_customers").sum()).iter_rows())
    for medium, people in true.items():
        assert found[medium] == pytest.approx(people, rel=IDENTITY_ERROR), medium


def test_orders_after_a_message_are_those_of_the_people(
    refreshed: RefreshedBrand, campaigns: pl.DataFrame, orders: pl.DataFrame
) -> None:
    """Of true orders after a message, those whose customer the brand knows to be the receiver: a
    contact whom nothing links to a shop's buyer cannot be seen to buy there."""
    sends = published(
        refreshed,
        "select medium, campaign, customer_id, sent_at + interval 8 hour as sent_at "
        "from customer_center.fct_outreach where is_delivered and customer_id is not null",
    ).with_columns(pl.col("sent_at").cast(pl.Datetime("us")))
    keys = ["medium", "campaign", "sent_at"]
    known = refreshed.truth.sends.filter("is_reached").join(sends, on=keys).unique()
    after = orders.join(known, on=["person_id", "customer_id"]).filter(
        (pl.col("created_at") - pl.col("sent_at")).is_between(timedelta(0), WINDOW)
    )
    after = after.unique(["medium", "campaign", "platform", "account", "order_id"])
    net = after.select((pl.col("gross_fen") - pl.col("refund_fen")).sum() / 100).item()
    found = campaigns.filter(pl.col("medium") != "wecom_group")
    assert after.height > 10
    assert found["window_orders"].sum() == pytest.approx(after.height, rel=IDENTITY_ERROR)
    money = float(found["window_net_gmv_cny"].sum())
    assert money == pytest.approx(net, rel=IDENTITY_ERROR)


def test_customers_lost_are_those_who_deleted_their_guide(
    refreshed: RefreshedBrand, campaigns: pl.DataFrame, reached: pl.DataFrame
) -> None:
    """Followers are listed once a month, which dates nobody; some callbacks never arrive."""
    ended = refreshed.truth.relations.filter(kind="wecom_contact", ended_by="customer")
    lost = reached.join(ended, on="person_id").filter(
        (pl.col("ended_at") - pl.col("at")).is_between(timedelta(0), WINDOW)
    )
    true = lost.unique(["medium", "campaign", "person_id"]).height
    found = campaigns.filter(pl.col("medium") != "wecom_group")["lost_customers_72h"].sum()
    assert true > 5
    assert found == pytest.approx(true, rel=IDENTITY_ERROR, abs=2)
    with_baseline = campaigns.filter(pl.col("expected_lost_72h").is_not_null())
    assert with_baseline["expected_lost_72h"].sum() > 0


def stays(refreshed: RefreshedBrand) -> tuple[pl.DataFrame, list[datetime]]:
    """Stays that a member list shows: chat_id, began_at, ended_at; and the moments of the lists."""
    arguments = refreshed.truth.arguments
    period = Period(first_day=refreshed.truth.first_day, days=int(arguments["days"]))
    seconds = snapshot_moments(period, WEEKLY).tolist()
    moments = pl.Series(seconds).cast(pl.Int64)
    listed = pl.from_epoch(moments, time_unit="s").cast(pl.Datetime("us")).to_list()
    members = refreshed.truth.relations.filter(kind="wecom_group").rename({"holder": "chat_id"})
    seen = [_stands(members, moment) for moment in listed]
    return members.filter(pl.any_horizontal(seen)), listed


def _stands(members: pl.DataFrame, moment: datetime) -> pl.Series:
    ended = pl.col("ended_at").is_null() | (pl.col("ended_at") > moment)
    return members.select((pl.col("began_at") <= moment) & ended).to_series()


def test_members_of_every_group_equal_the_truth_on_the_days_of_the_lists(
    refreshed: RefreshedBrand,
) -> None:
    """Members are those of the day's list and who joined later on it and stands in a later one."""
    members, moments = stays(refreshed)
    found = published(
        refreshed, "select chat_id, stat_date, members from marts.rpt_community_health"
    )
    counted: dict[tuple[str, date], int] = {
        (row["chat_id"], row["stat_date"]): row["members"] for row in found.to_dicts()
    }
    days = [moment for moment in moments if moment.date() <= refreshed.truth.last_day]
    assert len(days) > 4
    for moment in days:
        end = datetime.combine(moment.date() + timedelta(days=1), datetime.min.time())
        later = members.select(pl.col("began_at").is_between(moment, end, closed="none"))
        there = members.filter(_stands(members, moment) | later.to_series())
        true = dict(there["chat_id"].value_counts().iter_rows())
        listed = {chat: n for (chat, day), n in counted.items() if day == moment.date() and n}
        assert listed == true, moment


def test_every_group_has_its_kind(refreshed: RefreshedBrand) -> None:
    """The true kind is part of the name that the simulation gives a group."""
    found = published(
        refreshed, "select distinct chat_id, group_name, group_kind from marts.rpt_community_health"
    )
    assert set(found["group_kind"]) == {"benefit", "interest", "function", "flash"}
    for row in found.to_dicts():
        name = row["group_name"]
        true = "flash" if "快闪" in name else next(KINDS[word] for word in KINDS if word in name)
        assert row["group_kind"] == true, name


def test_sales_through_groups_are_those_of_their_members(
    refreshed: RefreshedBrand, orders: pl.DataFrame
) -> None:
    """Of members whom the brand knows to be the buyers; in a small brand they are few."""
    sends = published(
        refreshed,
        "select chat_id, sent_at + interval 8 hour as at from customer_center.fct_outreach "
        "where medium = 'wecom_group' and is_delivered",
    ).with_columns(pl.col("at").cast(pl.Datetime("us")))
    held = published(
        refreshed,
        "select chat_id, joined_at + interval 8 hour as began_at, customer_id "
        "from customer_center.fct_group_memberships where customer_id is not null",
    ).with_columns(pl.col("began_at").cast(pl.Datetime("us")))
    members = stays(refreshed)[0].join(held, on=["chat_id", "began_at"])
    written = members.join(sends, on="chat_id").filter(
        (pl.col("began_at") <= pl.col("at"))
        & (pl.col("ended_at").is_null() | (pl.col("ended_at") > pl.col("at")))
    )
    columns = ["person_id", "customer_id", "at"]
    joined = members.with_columns(at="began_at").select(columns)
    activities = pl.concat([written.select(columns), joined])
    through = orders.join(activities, on=["person_id", "customer_id"]).filter(
        (pl.col("created_at") - pl.col("at")).is_between(timedelta(0), WINDOW)
    )
    true = through.n_unique(["platform", "account", "order_id"])
    found = published(
        refreshed,
        "select coalesce(sum(orders), 0) as orders from marts.rpt_community_sales "
        "where group_kind <> '(none)'",
    )["orders"].item()
    assert members.height > 50
    assert found == pytest.approx(true, rel=IDENTITY_ERROR, abs=1)
