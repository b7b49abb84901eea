{#-
  A query: what somebody did, rolled up by local day, behaviour and channel. keys: the columns that
  say who. condition: which rows of int_touchpoints and int_orders count, by their columns.
-#}
{% macro activity_days(keys, condition) -%}
    {%- set day = keys + ['activity_date', 'behaviour', 'channel'] -%}
with events as (

    select
        customer_id,
        coalesce(identifier_id, 0) as identifier_id,
        behaviour,
        coalesce(channel, {{ channel_none() }}) as channel,
        touch_id as event_id,
        touched_at as happened_at,
        cast(0 as decimal(18, 4)) as quantity,
        cast(0 as decimal(18, 4)) as gmv_cny,
        cast(0 as decimal(18, 4)) as refund_cny
    from {{ ref('int_touchpoints') }}
    where touched_at is not null and {{ condition }}
    union all
    select
        customer_id,
        coalesce(identifier_id, 0) as identifier_id,
        case when is_valid then 'order_paid' else 'order_void' end as behaviour,
        coalesce(channel, {{ channel_none() }}) as channel,
        order_key as event_id,
        sale_at as happened_at,
        quantity,
        gmv_cny,
        refund_cny
    from {{ ref('int_orders') }}
    where sale_at is not null and {{ condition }}

),

dated as (

    select
        *,
        {{ local_date('happened_at') }} as activity_date
    from events

),

-- nearly every day has one event: only those that share a number, as days of several do, are grouped
shared as (

    select {{ values_hash(day) }} as day_hash
    from dated
    group by {{ values_hash(day) }}
    having count(*) > 1

),

several as (

    select
        {{ day | join(', ') }},
        count(*) as events,
        sum(quantity) as units,
        sum(gmv_cny) as gmv_cny,
        sum(refund_cny) as refund_cny,
        min({{ ordered_pair('happened_at', 'event_id') }}) as first_event,
        max({{ ordered_pair('happened_at', 'event_id') }}) as last_event
    from dated
    where {{ values_hash(day) }} in (select shared.day_hash from shared)
    group by {{ day | join(', ') }}

)

select
    {{ day | join(', ') }},
    1 as events,
    quantity as units,
    gmv_cny,
    refund_cny,
    happened_at as first_at,
    event_id as first_event_id,
    happened_at as last_at,
    event_id as last_event_id
from dated
where {{ values_hash(day) }} not in (select shared.day_hash from shared)
union all
select
    {{ day | join(', ') }},
    events,
    cast(units as decimal(18, 4)) as units,
    cast(gmv_cny as decimal(18, 4)) as gmv_cny,
    cast(refund_cny as decimal(18, 4)) as refund_cny,
    {{ of_pair('first_event', 1) }} as first_at,
    {{ of_pair('first_event', 2) }} as first_event_id,
    {{ of_pair('last_event', 1) }} as last_at,
    {{ of_pair('last_event', 2) }} as last_event_id
from several
{%- endmacro %}
