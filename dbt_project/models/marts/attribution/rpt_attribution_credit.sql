-- Credit per touch. Money goes out in whole fen: everyone gets the share rounded down, and the
-- fen that are left go to the largest remainders, the earliest touch first among equals. A part
-- of a fen, which only some tills know, goes to the next in that order.
with weights as (

    select * from {{ ref('int_attribution__weights') }}
    where weight > 0

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

identity_version as (

    select * from {{ ref('int_attribution__identity_version') }}

),

shares as (

    select
        weights.*,
        conversions.customer_id,
        conversions.conversion_type,
        conversions.converted_at,
        conversions.converted_date,
        conversions.is_valid,
        conversions.revenue_gross_cny as total_gross_cny,
        conversions.refund_cny as total_refund_cny,
        -- a tenth of a millionth of a fen absorbs that 1/3 + 1/3 + 1/3 is not quite 1
        cast(
            floor(cast(conversions.revenue_gross_cny as double) * 100 * weights.weight + 0.0000001)
            as bigint
        ) as gross_fen,
        cast(
            floor(cast(conversions.refund_cny as double) * 100 * weights.weight + 0.0000001)
            as bigint
        ) as refund_fen,
        cast(conversions.revenue_gross_cny as double) * 100 * weights.weight as exact_gross_fen,
        cast(conversions.refund_cny as double) * 100 * weights.weight as exact_refund_fen
    from weights
    inner join conversions on weights.conversion_id = conversions.conversion_id

),

remainders as (

    select
        *,
        total_gross_cny - cast(
            cast(sum(gross_fen) over (partition by conversion_id, model) as decimal(18, 4)) / 100
            as decimal(18, 4)
        ) as left_gross_cny,
        total_refund_cny - cast(
            cast(sum(refund_fen) over (partition by conversion_id, model) as decimal(18, 4)) / 100
            as decimal(18, 4)
        ) as left_refund_cny,
        row_number() over (
            partition by conversion_id, model
            order by
                round(exact_gross_fen - gross_fen, 6) desc nulls last,
                position asc nulls last,
                touch_id asc nulls last
        ) as gross_rank,
        row_number() over (
            partition by conversion_id, model
            order by
                round(exact_refund_fen - refund_fen, 6) desc nulls last,
                position asc nulls last,
                touch_id asc nulls last
        ) as refund_rank
    from shares

),

credited as (

    select
        *,
        -- rank 1 takes the first fen of what is left, rank 2 the second; the last part may be
        -- smaller than a fen
        cast(
            cast(cast(gross_fen as decimal(18, 4)) / 100 as decimal(18, 4))
            + greatest(least(left_gross_cny - (gross_rank - 1) * 0.01, 0.01), 0)
            as decimal(18, 4)
        ) as revenue_gross_cny,
        cast(
            cast(cast(refund_fen as decimal(18, 4)) / 100 as decimal(18, 4))
            + greatest(least(left_refund_cny - (refund_rank - 1) * 0.01, 0.01), 0)
            as decimal(18, 4)
        ) as refund_cny
    from remainders

)

select
    as_of.as_of_date,
    credited.conversion_id,
    credited.touch_id,
    credited.model,
    cast(credited.lookback_days as integer) as lookback_days,
    credited.customer_id,
    credited.conversion_type,
    credited.converted_at,
    credited.converted_date,
    credited.touched_at,
    credited.channel,
    credited.domain,
    credited.source,
    credited.medium,
    credited.campaign,
    cast(credited.position as integer) as position,
    cast(credited.path_length as integer) as path_length,
    cast(credited.hours_before as double) as hours_before,
    credited.is_direct,
    credited.is_channel_pending,
    credited.weight,
    case when credited.is_valid then credited.weight else cast(0 as double) end as conversions,
    credited.weight as conversions_gross,
    credited.revenue_gross_cny,
    credited.refund_cny,
    cast(credited.revenue_gross_cny - credited.refund_cny as decimal(18, 4)) as revenue_net_cny,
    'CNY' as currency,
    identity_version.identity_version
from credited
cross join as_of
cross join identity_version
