{{
    config(
        materialized='incremental',
        incremental_strategy='touched_journeys',
        meta={'distinct_texts': ['conversion_id']}
    )
}}
-- A conversion is a paid order, or a lead. An order that was refunded in full later keeps its gross
-- credit and has no net conversion. A lead counts whatever became of it and is worth nothing by
-- itself. Nothing here depends on the as-of day, unless that is a setting.
{%- set as_of_date = var('as_of_date', '') %}
with goals as (

    select
        'order' as goal,
        orders.order_key as conversion_id,
        orders.customer_id,
        orders.sale_at as converted_at,
        orders.sale_date as converted_date,
        orders.gmv_cny as revenue_gross_cny,
        orders.refund_cny,
        orders.is_valid
    from {{ ref('int_orders') }} as orders
    where
        orders.is_paid
        and orders.gmv_cny > 0
        and {{ touched_journeys_only(journey_key('orders.customer_id', 'orders.order_key')) }}
    {% if 'lead' in attribution_goals() -%}
        union all
        select
            'lead' as goal,
            leads.lead_key as conversion_id,
            leads.customer_id,
            leads.lead_at as converted_at,
            leads.lead_date as converted_date,
            cast(0 as decimal(18, 4)) as revenue_gross_cny,
            cast(0 as decimal(18, 4)) as refund_cny,
            true as is_valid
        from {{ ref('fct_leads') }} as leads
        where
            leads.lead_at is not null
            and {{ touched_journeys_only(journey_key('leads.customer_id', 'leads.lead_key')) }}
    {%- endif %}

),

identity_changes as (

    select
        customer_id,
        max(run_at) as identity_version
    from {{ ref('stg_identity__log') }}
    group by customer_id

),

counted as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by converted_at asc nulls last, conversion_id asc nulls last
        ) as conversion_of_customer,
        sum(case when goal = 'order' and is_valid then 1 else 0 end) over (
            partition by customer_id
            order by converted_at asc nulls last, conversion_id asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as valid_orders_before
    from goals
    {% if as_of_date -%}
        where converted_date <= cast('{{ as_of_date }}' as date)
    {%- endif %}

)

select
    case
        when counted.customer_id is null
            then {{ journey_key('counted.customer_id', 'counted.conversion_id') }}
        else counted.customer_id * 1048576 + counted.conversion_of_customer
    end as path_key,
    {{ journey_key('counted.customer_id', 'counted.conversion_id') }} as journey_key,
    counted.goal,
    counted.conversion_id,
    counted.customer_id,
    case
        when counted.goal = 'lead' then 'lead'
        when counted.customer_id is null then 'guest_order'
        when coalesce(counted.valid_orders_before, 0) = 0 then 'first_order'
        else 'repeat_order'
    end as conversion_type,
    counted.converted_at,
    counted.converted_date,
    counted.revenue_gross_cny,
    counted.refund_cny,
    counted.is_valid,
    identity_changes.identity_version
from counted
left join identity_changes on counted.customer_id = identity_changes.customer_id
