-- The cash view: refunds booked on the day on which the money went back, as far as a file tells it;
-- the others on the day of their order. Weights do not change. Of an order that got money back on
-- several days every touch gives up its part from the first day to the last.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

refunds as (

    select
        refunds.order_key,
        coalesce(refunds.refunded_date, refunds.sale_date) as refund_date,
        sum(refunds.refunded_cny) as refunded_cny
    from {{ ref('fct_refunds') }} as refunds
    where refunds.refunded_cny > 0
    group by refunds.order_key, coalesce(refunds.refunded_date, refunds.sale_date)

),

added_up as (

    select
        *,
        sum(refunded_cny) over (
            partition by order_key
            order by refund_date asc nulls last
            rows between unbounded preceding and current row
        ) as refunded_until_cny
    from refunds

),

days as (

    select
        conversions.path_key,
        refunds.refund_date,
        cast(refunds.refunded_until_cny - refunds.refunded_cny as double)
        / cast(conversions.refund_cny as double) as share_before,
        cast(refunds.refunded_until_cny as double)
        / cast(conversions.refund_cny as double) as share_until
    from added_up as refunds
    inner join {{ ref('int_attribution__conversions') }} as conversions
        on refunds.order_key = conversions.conversion_id
    where conversions.refund_cny > 0

),

paths as (

    select paths.*
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    where paths.refund_cny > 0

),

credit as (

    select
        lookback_days,
        path_key,
        position,
        cast(null as integer) as model_number,
        channel_number,
        campaign_key,
        conversion_type,
        refund_cny
    from paths
    where path_length <= 1
    union all
    select
        paths.lookback_days,
        paths.path_key,
        paths.position,
        credit.model_number,
        paths.channel_number,
        paths.campaign_key,
        paths.conversion_type,
        credit.refund_cny
    from {{ ref('int_attribution__credit') }} as credit
    inner join paths
        on
            credit.lookback_days = paths.lookback_days
            and credit.path_key = paths.path_key
            and credit.position = paths.position
    where paths.path_length > 1

)

select
    credit.lookback_days,
    credit.model_number,
    days.refund_date,
    credit.channel_number,
    credit.campaign_key,
    credit.conversion_type,
    sum(
        cast(cast(credit.refund_cny as double) * days.share_until as decimal(18, 4))
        - cast(cast(credit.refund_cny as double) * days.share_before as decimal(18, 4))
    ) as refund_cash_cny
from credit
inner join days on credit.path_key = days.path_key
inner join as_of on days.refund_date <= as_of.as_of_date
group by
    credit.lookback_days, credit.model_number, days.refund_date, credit.channel_number,
    credit.campaign_key, credit.conversion_type
