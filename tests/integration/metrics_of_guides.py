"""Plain SQL for the metrics of guides, referral and fans."""

from tests.integration.metrics_of_private_domain import AS_OF, OF_DEPOSITED, SOLD

FIRST_SALE = f"(select min(sale_date) from {SOLD})"
ADDED = (
    "customer_center.fct_touchpoints where behaviour = 'wecom_contact_added' "
    f"and touched_date between {FIRST_SALE} and {AS_OF}"
)
VISITS = (
    f"customer_center.fct_touchpoints where behaviour = 'store_visited' and touched_date <= {AS_OF}"
)
INVITED = f"customer_center.fct_referrals where invited_date <= {AS_OF} and not is_self_referral"
INVITERS = f"(select distinct campaign, inviter_identifier_id from {INVITED})"
SESSIONS = f"customer_center.fct_live_sessions where started_date <= {AS_OF}"
GUIDES = "marts.rpt_guides"

PLAIN_SQL = {
    "guide_contacts_added": f"count(*) from {ADDED}",
    "guide_visits": f"count(*) from {VISITS}",
    "guide_net_gmv_cny": f"sum(net_gmv_cny) from {GUIDES}",
    "guide_cost_cny": f"sum(guide_cost_cny) from {GUIDES}",
    "guide_net_gmv_per_cost": f"sum(net_gmv_cny) / sum(guide_cost_cny) from {GUIDES}",
    "invitations": f"count(*) from {INVITED}",
    "accepted_invitations": f"count(*) from {INVITED} and is_accepted",
    "campaign_inviters": f"count(*) from {INVITERS}",
    "acceptance_rate": f"avg(is_accepted::int) from {INVITED}",
    "k_factor": f"count_if(is_accepted) / (select count(*) from {INVITERS}) from {INVITED}",
    "referred_net_gmv_cny": "sum(referred_net_gmv_cny) from marts.rpt_referral",
    "all_buyers_net_gmv_cny": f"sum(net_gmv_cny) from {SOLD}",
    "fan_net_gmv_cny": f"sum(net_gmv_cny) from {OF_DEPOSITED}",
    "fan_net_gmv_share": f"sum(net_gmv_cny) / (select sum(net_gmv_cny) from {SOLD}) "
    f"from {OF_DEPOSITED}",
    "live_session_viewers": f"sum(viewers) from {SESSIONS}",
    "live_fan_session_viewers": f"sum(viewers * fan_viewer_share) from {SESSIONS}",
    "live_fan_viewer_share": f"sum(viewers * fan_viewer_share) / sum(viewers) from {SESSIONS}",
}
