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

days as (

    select
        {{ day | join(', ') }},
        count(*) as events,
        sum(quantity) as units,
        sum(gmv_cny) as gmv_cny,
        sum(refund_cny) as refund_cny,
        min(happened_at) as first_at,
        max(happened_at) as last_at,
        any_value(event_id) as event_id
    from dated
    group by {{ day | join(', ') }}

),

-- nearly every day has one event: only of the others it is asked which came first and which last
several as (

    select
        dated.{{ day | join(', dated.') }},
        min({{ ordered_pair('dated.happened_at', 'dated.event_id') }}) as first_event,
        max({{ ordered_pair('dated.happened_at', 'dated.event_id') }}) as last_event
    from dated
    inner join days on {{ same_day('dated', 'days', day) }}
    where days.events > 1
    group by dated.{{ day | join(', dated.') }}

)

select
    days.{{ day | join(', days.') }},
    days.events,
    cast(days.units as decimal(18, 4)) as units,
    cast(days.gmv_cny as decimal(18, 4)) as gmv_cny,
    cast(days.refund_cny as decimal(18, 4)) as refund_cny,
    days.first_at,
    coalesce({{ of_pair('several.first_event', 2) }}, days.event_id) as first_event_id,
    days.last_at,
    coalesce({{ of_pair('several.last_event', 2) }}, days.event_id) as last_event_id
from days
left join several on {{ same_day('days', 'several', day) }}
{%- endmacro %}

{% macro same_day(one, other, day) -%}
    {%- for column in day -%}
        {{ ' and ' if not loop.first }}{{ one }}.{{ column }} = {{ other }}.{{ column }}
    {%- endfor -%}
{%- endmacro %}
