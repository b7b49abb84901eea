{{
    config(
        materialized='incremental',
        incremental_strategy='touched_customers',
        meta={'distinct_texts': ['deposit_event_id']}
    )
}}
-- Each stage with the moment of its first time. Who was never deposited cannot convert: an order
-- counts from the deposit on, on whatever platform it was placed. Days are what the roll-up keeps,
-- so of several orders on the day of the deposit the last one is the converting one.
with platform_days as (

    select * from {{ ref('int_customers__platform_days') }}
    where {{ touched_customers_only('customer_id') }}

),

earliest as (

    select
        customer_id,
        lifecycle_platform,
        min(first_at) as new_at,
        min(first_at) filter (where lifecycle_stage = 'deposited') as deposited_at,
        max(last_at) filter (where lifecycle_stage = 'active') as last_active_at,
        min(first_at) filter (where lifecycle_stage = 'referred') as referred_at
    from platform_days
    group by customer_id, lifecycle_platform

),

-- of deposits at one moment the first by id
deposits as (

    select
        platform_days.customer_id,
        platform_days.lifecycle_platform,
        min(
            {{ ordered_pair(
                'platform_days.first_event_id',
                ordered_pair('platform_days.behaviour', 'platform_days.channel')
            ) }}
        ) as deposit
    from platform_days
    inner join earliest
        on
            platform_days.customer_id = earliest.customer_id
            and platform_days.lifecycle_platform = earliest.lifecycle_platform
            and platform_days.first_at = earliest.deposited_at
    where platform_days.lifecycle_stage = 'deposited'
    group by platform_days.customer_id, platform_days.lifecycle_platform

),

contacts as (

    select
        earliest.customer_id,
        earliest.lifecycle_platform,
        earliest.new_at,
        earliest.deposited_at,
        {{ of_pair('deposits.deposit', 1) }} as deposit_event_id,
        {{ of_pair(of_pair('deposits.deposit', 2), 1) }} as deposit_behaviour,
        {{ of_pair(of_pair('deposits.deposit', 2), 2) }} as deposit_channel,
        earliest.last_active_at,
        earliest.referred_at
    from earliest
    left join deposits
        on
            earliest.customer_id = deposits.customer_id
            and earliest.lifecycle_platform = deposits.lifecycle_platform

),

answers as (

    select
        contacts.customer_id,
        contacts.lifecycle_platform,
        min(
            case
                when platform_days.first_at >= contacts.deposited_at then platform_days.first_at
                else platform_days.last_at
            end
        ) as active_at
    from contacts
    inner join platform_days
        on
            contacts.customer_id = platform_days.customer_id
            and contacts.lifecycle_platform = platform_days.lifecycle_platform
    where
        platform_days.lifecycle_stage = 'active'
        and platform_days.last_at >= contacts.deposited_at
    group by contacts.customer_id, contacts.lifecycle_platform

),

purchases as (

    select
        contacts.customer_id,
        contacts.lifecycle_platform,
        days.activity_date,
        case when days.first_at >= contacts.deposited_at then days.first_at else days.last_at end
            as bought_at,
        case
            when days.first_at >= contacts.deposited_at then days.first_event_id
            else days.last_event_id
        end as order_key,
        min(days.activity_date) over (
            partition by contacts.customer_id, contacts.lifecycle_platform
        ) as converted_date
    from contacts
    inner join {{ ref('int_customers__days') }} as days
        on contacts.customer_id = days.customer_id
    where days.behaviour = 'order_paid' and days.last_at >= contacts.deposited_at

),

conversions as (

    select
        customer_id,
        lifecycle_platform,
        min(bought_at) as converted_at,
        min_by(order_key, {{ ordered_pair('bought_at', 'order_key') }}) as converted_order_key,
        min(bought_at) filter (where activity_date > converted_date) as repurchased_at
    from purchases
    group by customer_id, lifecycle_platform

)

select
    contacts.customer_id,
    contacts.lifecycle_platform,
    contacts.deposit_behaviour,
    contacts.deposit_channel,
    contacts.deposit_event_id,
    conversions.converted_order_key,
    contacts.new_at,
    {{ local_date('contacts.new_at') }} as new_date,
    contacts.deposited_at,
    {{ local_date('contacts.deposited_at') }} as deposited_date,
    answers.active_at,
    {{ local_date('answers.active_at') }} as active_date,
    contacts.last_active_at,
    {{ local_date('contacts.last_active_at') }} as last_active_date,
    conversions.converted_at,
    {{ local_date('conversions.converted_at') }} as converted_date,
    conversions.repurchased_at,
    {{ local_date('conversions.repurchased_at') }} as repurchased_date,
    contacts.referred_at,
    {{ local_date('contacts.referred_at') }} as referred_date
from contacts
left join answers
    on
        contacts.customer_id = answers.customer_id
        and contacts.lifecycle_platform = answers.lifecycle_platform
left join conversions
    on
        contacts.customer_id = conversions.customer_id
        and contacts.lifecycle_platform = conversions.lifecycle_platform
