-- A behaviour belongs to the platform that it always happens on, else to that of its channel.
with behaviours as (

    select * from {{ ref('aipl_behaviours') }}
    where is_attributable or lifecycle_stage is not null

),

placed as (

    select
        days.customer_id,
        coalesce(behaviours.lifecycle_platform, lifecycle_channels.lifecycle_platform)
            as lifecycle_platform,
        behaviours.lifecycle_stage,
        days.behaviour,
        days.channel,
        days.activity_date,
        days.first_at,
        days.first_event_id,
        days.last_at
    from {{ ref('int_customers__days') }} as days
    inner join behaviours on days.behaviour = behaviours.behaviour
    left join {{ ref('lifecycle_channels') }} as lifecycle_channels
        on days.channel = lifecycle_channels.channel

)

select * from placed
where lifecycle_platform is not null
