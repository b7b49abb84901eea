{#-
  Credit, influence and spend per day and channel, or per day, channel and campaign: the two reports
  differ in nothing else. What does not depend on the model is stored once per cell.

  credit, influence: the stored halves, models of attribution_credit and attribution_influence.
-#}
{% macro attribution_report(credit, influence, by_campaign) %}
select
    influence.as_of_date,
    influence.basis,
    influence.credit_date,
    influence.channel,
    {{ 'influence.campaign,' if by_campaign }}
    influence.domain,
    influence.conversion_type,
    credit.model,
    influence.lookback_days,
    credit.conversions,
    credit.conversions_gross,
    influence.influenced_conversions,
    influence.influenced_revenue_cny,
    influence.solo_conversions,
    influence.first_conversions,
    influence.assist_conversions,
    influence.last_conversions,
    influence.median_hours,
    credit.revenue_gross_cny,
    credit.refund_cny,
    cast(credit.revenue_gross_cny - credit.refund_cny as decimal(18, 4)) as revenue_net_cny,
    credit.refund_cash_cny,
    cast(credit.revenue_gross_cny - credit.refund_cash_cny as decimal(18, 4))
        as revenue_net_cash_cny,
    influence.spend_cny,
    influence.impressions,
    influence.clicks,
    cast(credit.revenue_gross_cny - credit.refund_cny as double)
    / nullif(cast(influence.spend_cny as double), 0) as roas,
    cast(influence.spend_cny as double) / nullif(credit.conversions, 0) as cpa_cny,
    cast(influence.spend_cny as double) / nullif(credit.first_order_conversions, 0)
        as new_customer_cac_cny,
    cast(influence.spend_cny as double) / nullif(credit.lead_conversions, 0) as cost_per_lead_cny,
    credit.conversions / nullif(credit.day_conversions, 0) as share,
    (credit.conversions - influence.last_touch_conversions) / nullif(credit.day_conversions, 0)
        as share_vs_last_touch,
    influence.is_default_lookback,
    influence.is_mature
from {{ credit }} as credit
inner join {{ influence }} as influence on {{ same_cell('credit', 'influence', by_campaign) }}
{% endmacro %}
