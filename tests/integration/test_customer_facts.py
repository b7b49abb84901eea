"""The facts of the customer center against the truth of the simulated brand."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from pipelines.publishing.reader import connect
from tests.integration.conftest import RefreshedBrand

_DAILY = """
    select sent_date, 'outreach', medium, 'sent' from customer_center.fct_outreach
    where medium in ('sms', 'email')
    union all
    select sent_date, 'outreach', medium, 'called' from customer_center.fct_outreach
    where medium = 'ai_call'
    union all
    select sent_date, 'outreach', medium, 'answered' from customer_center.fct_outreach
    where medium = 'ai_call' and is_delivered
    union all
    select cast(clicked_at + interval 8 hour as date), 'outreach', medium, 'clicked'
    from customer_center.fct_outreach where has_clicked
    union all
    select cast(unsubscribed_at + interval 8 hour as date), 'outreach', medium, 'unsubscribed'
    from customer_center.fct_outreach where has_unsubscribed
    union all
    select lead_date, source, account, 'leads' from customer_center.fct_leads
    union all
    select invited_date, source, account, 'invitations' from customer_center.fct_referrals
    union all
    select invited_date, source, account, 'accepted' from customer_center.fct_referrals
    where is_accepted
    union all
    select started_date, 'douyin_live', account, 'sessions' from customer_center.fct_live_sessions
    union all
    select touched_date, source, account, 'contacts_added' from customer_center.fct_touchpoints
    where behaviour = 'wecom_contact_added'
    union all
    select touched_date, source, account, 'visits' from customer_center.fct_touchpoints
    where behaviour = 'store_visited'
    union all
    select touched_date, source, account, 'scans' from customer_center.fct_touchpoints
    where behaviour = 'parcel_card_scanned'
"""


@pytest.mark.truth
def test_daily_counts_of_every_fact_equal_the_truth(refreshed: RefreshedBrand) -> None:
    """Hand-overs are no additions: the truth counts who added a guide."""
    headline = refreshed.truth.headline
    with connect(refreshed.siyu.settings) as snapshot:
        rows = snapshot.fetch(
            f"with facts(day, platform, account, metric) as ({_DAILY}) "
            "select *, count(*) from facts group by all"
        )[1]
    first = headline["date"].min()
    found = {tuple(key): value for *key, value in rows if key[0] >= first}
    metrics = {key[3] for key in found}
    assert metrics >= {"sent", "clicked", "leads", "invitations", "sessions", "contacts_added"}
    expected = headline.filter(pl.col("metric").is_in(list(metrics))).select(
        "date", "platform", "account", "metric", "value"
    )
    assert found == {tuple(key): value for *key, value in expected.iter_rows() if value}


@pytest.mark.truth
def test_stays_in_groups_follow_the_truth(refreshed: RefreshedBrand) -> None:
    """Every stay is true; who left did so between the snapshot that shows them and the next."""
    stays = refreshed.truth.relations.filter(kind="wecom_group")
    ended = {
        (row["identifier_value"], row["holder"], row["began_at"]): row["ended_at"]
        for row in stays.iter_rows(named=True)
    }
    with connect(refreshed.siyu.settings) as snapshot:
        rows = snapshot.fetch(
            "select identifiers.identifier_value, groups.chat_id, "
            "groups.joined_at + interval 8 hour, groups.has_left, "
            "groups.last_seen_at + interval 8 hour, groups.missed_at + interval 8 hour "
            "from customer_center.fct_group_memberships as groups "
            "inner join customer_center.customer_identifiers as identifiers using (identifier_id) "
            "where groups.is_customer"
        )[1]
    assert len(rows) > 0.9 * len(ended)
    for value, chat, joined, has_left, last_seen, missed in rows:
        end = ended[(value, chat, joined)]
        if has_left:
            assert last_seen - timedelta(days=1) <= end <= missed
        else:
            assert end is None or end >= last_seen - timedelta(days=1)


@pytest.mark.truth
def test_refunds_and_consents_follow_the_truth(refreshed: RefreshedBrand) -> None:
    orders = refreshed.truth.orders
    with connect(refreshed.siyu.settings) as snapshot:
        refunds = snapshot.fetch(
            "select platform, cast(sum(refunded_cny) * 100 as bigint) "
            "from customer_center.fct_refunds group by 1"
        )[1]
        unsubscribed = snapshot.fetch(
            "select count(*) from customer_center.fct_outreach as sends "
            "inner join customer_center.customer_consents as consents "
            "on sends.customer_id = consents.customer_id and sends.channel = consents.channel "
            "where sends.has_unsubscribed and consents.has_consent "
            "and consents.decided_at is not null and consents.decided_at <= sends.unsubscribed_at"
        )[1]
    true = (
        orders.group_by("platform").agg(pl.col("refund_fen").sum()).filter(pl.col("refund_fen") > 0)
    )
    assert sorted(refunds) == sorted(true.iter_rows())
    assert unsubscribed == [(0,)]
