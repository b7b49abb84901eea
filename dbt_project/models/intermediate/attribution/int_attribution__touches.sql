{{
    config(
        materialized='incremental',
        incremental_strategy='touched_journeys',
        meta={'distinct_texts': ['touch_id']}
    )
}}
-- Touches that can lead to something, in order: by time, then by touch_id. What paths need of their
-- order is found here once, whatever the number of conversions and look-backs that they serve.
with conversions as (

    select
        conversion_id,
        customer_id,
        journey_key,
        goal,
        path_key,
        converted_at
    from {{ ref('int_attribution__conversions') }}
    where {{ touched_journeys_only('journey_key') }}

),

guests as (

    select
        conversion_id,
        journey_key,
        goal,
        converted_at
    from conversions
    where customer_id is null

),

conversions_in_order as (

    select
        journey_key,
        goal,
        converted_at,
        lag(converted_at) over (
            partition by goal, journey_key
            order by converted_at asc nulls last, path_key asc nulls last
        ) as converted_before_at
    from conversions
    where customer_id is not null
    union all
    -- the only one of its journey
    select
        journey_key,
        goal,
        converted_at,
        null as converted_before_at
    from guests

),

touchpoints as (

    select
        touchpoints.customer_id,
        touchpoints.touch_id,
        touchpoints.is_direct,
        touchpoints.is_channel_pending,
        touchpoints.touched_at,
        channels.channel_number,
        campaigns.campaign_key,
        -- the traffic of an order whose buyer is unknown leads to that order alone
        coalesce(touchpoints.customer_id, guests.journey_key) as journey_key
    from {{ ref('int_touchpoints') }} as touchpoints
    inner join {{ ref('int_attribution__channels') }} as channels
        on coalesce(touchpoints.channel, {{ channel_none() }}) = channels.channel
    left join {{ ref('int_attribution__campaigns') }} as campaigns
        on touchpoints.campaign = campaigns.campaign
    left join guests
        on
            case
                when touchpoints.customer_id is null
                    then coalesce(touchpoints.order_key, touchpoints.touch_id)
            end = guests.conversion_id
    where
        touchpoints.is_attributable
        and touchpoints.touched_at is not null
        and (
            guests.journey_key is not null
            or (
                touchpoints.customer_id is not null
                and {{ touched_customers_only('touchpoints.customer_id') }}
            )
        )

)

select
    touchpoints.journey_key,
    row_number() over ({{ in_sequence('touchpoints') }}) as sequence_number,
    touchpoints.customer_id,
    touchpoints.touch_id,
    touchpoints.campaign_key,
    touchpoints.channel_number,
    {{ recent_channels('touchpoints') }} as recent_channels,
    {% for goal in attribution_goals() -%}
        {{ seconds_between('touchpoints.touched_at', 'next_' ~ goal ~ '.converted_at') }}
            as seconds_to_{{ goal }},
    {% endfor -%}
    touchpoints.is_direct,
    touchpoints.is_channel_pending,
    touchpoints.touched_at
from touchpoints
-- the next conversion; one of the same second counts
{% for goal in attribution_goals() -%}
    left join conversions_in_order as next_{{ goal }}
        on
            touchpoints.journey_key = next_{{ goal }}.journey_key
            and next_{{ goal }}.goal = '{{ goal }}'
            and touchpoints.touched_at <= next_{{ goal }}.converted_at
            and touchpoints.touched_at
            > coalesce(next_{{ goal }}.converted_before_at, {{ begin_of_time() }})
{% endfor -%}
