{%- set window_days = var('outreach_window_days', 3) -%}
{%- set weeks = var('outreach_baseline_weeks', 4) -%}
-- What a campaign earned and what it drove away, against the same hours of the same weekday in the
-- weeks before: orders of the very customers that it reached; losses of the pool that they belong
-- to, because whoever was lost before could not be reached any more.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

known_orders as (

    select min(sale_date) as first_sale_date from {{ ref('fct_orders') }}

),

first_files as (

    select min(exported_at) as first_file_at from {{ ref('int_wecom__snapshots') }}

),

sent as (

    select
        sends.account,
        sends.medium,
        coalesce(sends.campaign, {{ channel_none() }}) as campaign,
        max(sends.channel) as channel,
        count(*) as sent,
        sum(case when sends.is_delivered then 1 else 0 end) as reached,
        sum(case when sends.has_clicked then 1 else 0 end) as clicked,
        sum(case when sends.has_unsubscribed then 1 else 0 end) as unsubscribed,
        case
            when count(*) = count(coalesce(sends.cost_cny, costs.cost_per_send_cny))
                then sum(coalesce(sends.cost_cny, costs.cost_per_send_cny))
        end as outreach_cost_cny,
        case when count(*) > count(sends.cost_cny) then max(costs.cost_reason) end as cost_reason,
        min(sends.sent_date) as first_sent_date,
        max(sends.sent_date) as last_sent_date,
        min(sends.sent_at) as first_sent_at
    from {{ ref('fct_outreach') }} as sends
    cross join as_of
    left join {{ ref('outreach_costs') }} as costs on sends.medium = costs.medium
    where coalesce(sends.sent_date <= as_of.as_of_date, true)
    group by sends.account, sends.medium, coalesce(sends.campaign, {{ channel_none() }})

),

campaigns as (

    select
        sent.*,
        as_of.as_of_date,
        case
            when known_orders.first_sale_date is null or sent.first_sent_date is null then 0
            else greatest(least(
                {{ weeks }},
                cast(floor(
                    {{ days_between('known_orders.first_sale_date', 'sent.first_sent_date') }}
                    / 7.0
                ) as integer)
            ), 0)
        end as baseline_weeks,
        case
            when first_files.first_file_at is null or sent.first_sent_at is null then 0
            else greatest(least(
                {{ weeks }},
                cast(floor(
                    {{ seconds_between('first_files.first_file_at', 'sent.first_sent_at') }}
                    / 604800.0
                ) as integer)
            ), 0)
        end as loss_baseline_weeks
    from sent
    cross join as_of
    cross join known_orders
    cross join first_files

),

people as (

    select
        account,
        medium,
        campaign,
        customer_id,
        min(reached_at) as reached_at
    from {{ ref('int_campaigns__recipients') }}
    group by account, medium, campaign, customer_id

),

-- Whole weeks before the message, 0: after it. Both ends of an order's place in its week count from
-- the hour of the message.
placed_orders as (

    select
        people.account,
        people.medium,
        people.campaign,
        people.customer_id,
        orders.net_gmv_cny,
        {{ seconds_between('people.reached_at', 'orders.sale_at') }} as seconds_after,
        case
            when orders.sale_at > people.reached_at then 0
            else cast(floor(
                {{ seconds_between('orders.sale_at', 'people.reached_at') }} / 604800.0
            ) as integer) + 1
        end as weeks_before
    from people
    cross join as_of
    inner join {{ ref('fct_orders') }} as orders
        on
            people.customer_id = orders.customer_id
            and people.reached_at + interval {{ window_days }} day >= orders.sale_at
            and people.reached_at - interval {{ 7 * weeks }} day < orders.sale_at
    where orders.is_valid and orders.sale_date <= as_of.as_of_date

),

bought as (

    select
        campaigns.account,
        campaigns.medium,
        campaigns.campaign,
        count(distinct case when orders.weeks_before = 0 then orders.customer_id end)
            as window_buyers,
        sum(case when orders.weeks_before = 0 then 1 else 0 end) as window_orders,
        sum(case when orders.weeks_before = 0 then orders.net_gmv_cny else 0 end)
            as window_net_gmv_cny,
        sum(case when orders.weeks_before > 0 then 1 else 0 end) as orders_before,
        sum(case when orders.weeks_before > 0 then orders.net_gmv_cny else 0 end)
            as net_gmv_before_cny
    from placed_orders as orders
    inner join campaigns
        on
            orders.account = campaigns.account
            and orders.medium = campaigns.medium
            and orders.campaign = campaigns.campaign
    where
        orders.weeks_before <= campaigns.baseline_weeks
        and orders.seconds_after + orders.weeks_before * 604800 > 0
        and orders.seconds_after + orders.weeks_before * 604800 <= {{ window_days }} * 86400
    group by campaigns.account, campaigns.medium, campaigns.campaign

),

held as (

    select
        recipients.account,
        recipients.medium,
        recipients.campaign,
        recipients.pool,
        recipients.customer_id,
        recipients.reached_at,
        relations.is_loss
        and relations.ended_from_at >= recipients.reached_at
        and relations.ended_until_at <= recipients.reached_at + interval 24 hour as is_lost_24h,
        relations.is_loss
        and relations.ended_from_at >= recipients.reached_at
        and relations.ended_until_at <= recipients.reached_at + interval 72 hour as is_lost_72h,
        relations.is_loss
        and relations.ended_from_at < recipients.reached_at + interval 72 hour
            as may_be_lost_72h
    from {{ ref('int_campaigns__recipients') }} as recipients
    inner join {{ ref('int_campaigns__relations') }} as relations
        on
            recipients.customer_id = relations.customer_id
            and recipients.pool = relations.pool
            and recipients.reached_at >= relations.began_at
    where
        relations.ended_until_at is null
        or relations.ended_until_at > recipients.reached_at

),

held_by_customer as (

    select
        account,
        medium,
        campaign,
        customer_id,
        min(reached_at) as reached_at,
        count(*) as relations,
        coalesce(bool_or(is_lost_24h), false) as is_lost_24h,
        coalesce(bool_or(is_lost_72h), false) as is_lost_72h,
        coalesce(bool_or(may_be_lost_72h), false) as may_be_lost_72h
    from held
    group by account, medium, campaign, customer_id

),

values_lost as (

    select
        held_by_customer.account,
        held_by_customer.medium,
        held_by_customer.campaign,
        sum(orders.net_gmv_cny) as lost_value_cny
    from held_by_customer
    inner join {{ ref('fct_orders') }} as orders
        on
            held_by_customer.customer_id = orders.customer_id
            and held_by_customer.reached_at > orders.sale_at
            and held_by_customer.reached_at - interval 365 day <= orders.sale_at
    where held_by_customer.is_lost_72h and orders.is_valid
    group by held_by_customer.account, held_by_customer.medium, held_by_customer.campaign

),

lost as (

    select
        account,
        medium,
        campaign,
        sum(relations) as at_risk_relations,
        sum(case when is_lost_24h then 1 else 0 end) as lost_customers_24h,
        sum(case when is_lost_72h then 1 else 0 end) as lost_customers_72h,
        sum(case when may_be_lost_72h and not is_lost_72h then 1 else 0 end)
            as possibly_lost_customers_72h
    from held_by_customer
    group by account, medium, campaign

),

pools as (

    select
        account,
        medium,
        campaign,
        pool,
        count(*) as at_risk_relations,
        min(reached_at) as reached_at
    from held
    group by account, medium, campaign, pool

),

windows as (

    select
        pools.account,
        pools.medium,
        pools.campaign,
        pools.pool,
        pools.reached_at - cast(numbers.number as integer) * interval 7 day as begins_at
    from pools
    inner join campaigns
        on
            pools.account = campaigns.account
            and pools.medium = campaigns.medium
            and pools.campaign = campaigns.campaign
    inner join {{ ref('int_calendar__numbers') }} as numbers
        on numbers.number between 1 and campaigns.loss_baseline_weeks

),

changes as (

    select
        pool,
        change_date,
        sum(change) as change
    from (
        select
            pool,
            {{ local_date('began_at') }} as change_date,
            1 as change
        from {{ ref('int_campaigns__relations') }}
        where customer_id is not null
        union all
        select
            pool,
            {{ local_date('ended_until_at') }} as change_date,
            -1 as change
        from {{ ref('int_campaigns__relations') }}
        where customer_id is not null and ended_until_at is not null
    ) as ends
    group by pool, change_date

),

standing as (

    select
        windows.account,
        windows.medium,
        windows.campaign,
        windows.pool,
        sum(changes.change) as relations
    from windows
    inner join changes
        on
            windows.pool = changes.pool
            and {{ local_date('windows.begins_at') }} > changes.change_date
    group by windows.account, windows.medium, windows.campaign, windows.pool

),

window_days as (

    select number from {{ ref('int_calendar__numbers') }}
    where number <= 3

),

window_losses as (

    select
        windows.account,
        windows.medium,
        windows.campaign,
        windows.pool,
        sum(
            case
                when relations.ended_until_at <= windows.begins_at + interval 24 hour then 1
                else 0
            end
        ) as lost_24h,
        count(*) as lost_72h
    from windows
    cross join window_days
    inner join {{ ref('int_campaigns__relations') }} as relations
        on
            windows.pool = relations.pool
            and {{ local_date('relations.ended_until_at') }}
            = {{ add_days(local_date('windows.begins_at'), 'window_days.number') }}
    where
        relations.is_loss
        and relations.customer_id is not null
        and relations.ended_from_at >= windows.begins_at
        and relations.ended_until_at > windows.begins_at
        and relations.ended_until_at <= windows.begins_at + interval 72 hour
    group by windows.account, windows.medium, windows.campaign, windows.pool

),

expected as (

    select
        pools.account,
        pools.medium,
        pools.campaign,
        sum(
            cast(pools.at_risk_relations as double) * coalesce(window_losses.lost_24h, 0)
            / nullif(standing.relations, 0)
        ) as expected_lost_24h,
        sum(
            cast(pools.at_risk_relations as double) * coalesce(window_losses.lost_72h, 0)
            / nullif(standing.relations, 0)
        ) as expected_lost_72h
    from pools
    inner join standing
        on
            pools.account = standing.account
            and pools.medium = standing.medium
            and pools.campaign = standing.campaign
            and pools.pool = standing.pool
    left join window_losses
        on
            pools.account = window_losses.account
            and pools.medium = window_losses.medium
            and pools.campaign = window_losses.campaign
            and pools.pool = window_losses.pool
    group by pools.account, pools.medium, pools.campaign

),

-- Other messages that were sent in the hours that this one is compared with.
neighbours as (

    select
        campaigns.account,
        campaigns.medium,
        campaigns.campaign,
        count(*) as campaigns_in_baseline
    from campaigns
    inner join {{ ref('int_calendar__numbers') }} as numbers
        on numbers.number between 1 and campaigns.baseline_weeks
    inner join campaigns as others
        on
            campaigns.first_sent_at + interval {{ window_days }} day
            - cast(numbers.number as integer) * interval 7 day >= others.first_sent_at
            and campaigns.first_sent_at - interval {{ window_days }} day
            - cast(numbers.number as integer) * interval 7 day < others.first_sent_at
    group by campaigns.account, campaigns.medium, campaigns.campaign

),

receivers as (

    select
        account,
        medium,
        campaign,
        count(*) as reached_customers,
        max(reached_at) as last_reached_at
    from people
    group by account, medium, campaign

),

joined as (

    select
        campaigns.*,
        coalesce(receivers.reached_customers, 0) as reached_customers,
        receivers.last_reached_at,
        coalesce(bought.window_buyers, 0) as window_buyers,
        coalesce(bought.window_orders, 0) as window_orders,
        coalesce(bought.window_net_gmv_cny, 0) as window_net_gmv_cny,
        cast(coalesce(bought.orders_before, 0) as double)
        / nullif(campaigns.baseline_weeks, 0) as baseline_orders,
        cast(
            coalesce(bought.net_gmv_before_cny, 0) / nullif(campaigns.baseline_weeks, 0)
            as decimal(18, 4)
        ) as baseline_net_gmv_cny,
        coalesce(lost.at_risk_relations, 0) as at_risk_relations,
        coalesce(lost.lost_customers_24h, 0) as lost_customers_24h,
        coalesce(lost.lost_customers_72h, 0) as lost_customers_72h,
        coalesce(lost.possibly_lost_customers_72h, 0) as possibly_lost_customers_72h,
        expected.expected_lost_24h,
        expected.expected_lost_72h,
        coalesce(values_lost.lost_value_cny, 0) as lost_value_cny,
        coalesce(neighbours.campaigns_in_baseline, 0) as campaigns_in_baseline
    from campaigns
    {% for part in ['receivers', 'bought', 'lost', 'expected', 'values_lost', 'neighbours'] -%}
        left join {{ part }}
            on
                campaigns.account = {{ part }}.account
                and campaigns.medium = {{ part }}.medium
                and campaigns.campaign = {{ part }}.campaign
    {% endfor %}

),

weighed as (

    select
        *,
        cast(window_net_gmv_cny as decimal(18, 4)) - baseline_net_gmv_cny
            as incremental_net_gmv_cny,
        -- the part of the lost value that goes beyond what is lost on such days anyway
        cast(
            case
                when lost_customers_72h = 0 then 0
                when expected_lost_72h is null then null
                else
                    cast(lost_value_cny as double)
                    * greatest(1 - expected_lost_72h / lost_customers_72h, 0)
            end as decimal(18, 4)
        ) as excess_lost_value_cny
    from joined

)

select
    as_of_date,
    account,
    campaign,
    medium,
    channel,
    cast(sent as bigint) as sent,
    cast(reached as bigint) as reached,
    cast(clicked as bigint) as clicked,
    cast(unsubscribed as bigint) as unsubscribed,
    cast(reached_customers as bigint) as reached_customers,
    cast(window_buyers as bigint) as window_buyers,
    cast(window_orders as bigint) as window_orders,
    cast(window_net_gmv_cny as decimal(18, 4)) as window_net_gmv_cny,
    cast(baseline_weeks as integer) as baseline_weeks,
    cast(campaigns_in_baseline as bigint) as campaigns_in_baseline,
    baseline_orders,
    baseline_net_gmv_cny,
    cast(incremental_net_gmv_cny as decimal(18, 4)) as incremental_net_gmv_cny,
    cast(at_risk_relations as bigint) as at_risk_relations,
    cast(lost_customers_24h as bigint) as lost_customers_24h,
    cast(lost_customers_72h as bigint) as lost_customers_72h,
    cast(possibly_lost_customers_72h as bigint) as possibly_lost_customers_72h,
    cast(loss_baseline_weeks as integer) as loss_baseline_weeks,
    expected_lost_24h,
    expected_lost_72h,
    cast(lost_value_cny as decimal(18, 4)) as lost_value_cny,
    excess_lost_value_cny,
    cast(outreach_cost_cny as decimal(18, 4)) as outreach_cost_cny,
    cost_reason,
    cast(incremental_net_gmv_cny - excess_lost_value_cny - outreach_cost_cny as decimal(18, 4))
        as net_gain_cny,
    cast(incremental_net_gmv_cny - excess_lost_value_cny - outreach_cost_cny as double)
    / nullif(cast(outreach_cost_cny as double), 0) as net_roi,
    first_sent_date,
    last_sent_date,
    coalesce({{ add_days('last_sent_date', window_days) }} < as_of_date, false) as is_mature
from weighed
