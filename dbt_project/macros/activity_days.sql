{#-
  A query: what somebody did, rolled up by local day, behaviour and channel. keys: the columns that
  say who. condition: which rows of int_touchpoints and int_orders count, by their columns.
-#}
{% macro activity_days(keys, condition) -%}
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

days as (

    select
        {{ keys | join(', ') }},
        {{ local_date('happened_at') }} as activity_date,
        behaviour,
        channel,
        count(*) as events,
        sum(quantity) as units,
        sum(gmv_cny) as gmv_cny,
        sum(refund_cny) as refund_cny,
        min({{ ordered_pair('happened_at', 'event_id') }}) as first_event,
        max({{ ordered_pair('happened_at', 'event_id') }}) as last_event
    from events
    group by
        {{ keys | join(', ') }},
        {{ local_date('happened_at') }},
        behaviour,
        channel

)

select
    {{ keys | join(', ') }},
    activity_date,
    behaviour,
    channel,
    events,
    cast(units as decimal(18, 4)) as units,
    cast(gmv_cny as decimal(18, 4)) as gmv_cny,
    cast(refund_cny as decimal(18, 4)) as refund_cny,
    {{ of_pair('first_event', 1) }} as first_at,
    {{ of_pair('first_event', 2) }} as first_event_id,
    {{ of_pair('last_event', 1) }} as last_at,
    {{ of_pair('last_event', 2) }} as last_event_id
from days
{%- endmacro %}
