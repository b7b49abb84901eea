-- What each touch of a path of several touches earns; a touch that is alone earns everything and
-- has no row here. Money goes out in whole fen: everyone gets the share rounded down, and the fen
-- that are left go to the largest remainders, the earliest touch first among equals. A part of a
-- fen, which only some tills know, goes to the next in that order.
with touches as (

    select
        lookback_days,
        conversion_id,
        touch_id,
        -- one whole number per path and, below, per path and model: windows over it are quick
        conversion_number * 100000 + lookback_days as path_key,
        channel_number,
        position,
        path_length,
        hours_before,
        revenue_gross_cny,
        refund_cny,
        count(*) over (
            partition by conversion_number * 100000 + lookback_days, channel_number
        ) as channel_touches,
        coalesce(
            max(case when not is_direct then position end) over (
                partition by conversion_number * 100000 + lookback_days
            ),
            path_length
        ) as last_other_position
    from {{ ref('int_attribution__paths') }}
    where path_length > 1

),

sets as (

    select
        conversion_number * 100000 + lookback_days as path_key,
        channel_set
    from {{ ref('int_attribution__sets') }}
    where path_length > 1

),

models as (

    select
        *,
        row_number() over (order by model asc nulls last) as model_number
    from {{ ref('attribution_models') }}
    where is_active

),

parts as (

    select
        touches.*,
        models.model,
        touches.path_key * 1000 + models.model_number as credit_key,
        case models.family
            when 'position'
                then
                    case
                        when touches.position = 1 then models.first_share
                        when touches.position = touches.path_length then models.last_share
                        else
                            (1 - models.first_share - models.last_share)
                            / (touches.path_length - 2)
                    end
            when 'last_non_direct'
                then case when touches.position = touches.last_other_position then 1 else 0 end
            when 'linear' then 1
            when 'time_decay' then power(2, -touches.hours_before / models.half_life_hours)
            when 'markov' then markov.removal_effect / touches.channel_touches
            when 'shapley_rate' then shapley.share / touches.channel_touches
            when 'shapley_equal' then 1.0 / touches.channel_touches
        end as part
    from touches
    inner join sets on touches.path_key = sets.path_key
    cross join models
    left join {{ ref('int_attribution__markov') }} as markov
        on
            touches.lookback_days = markov.lookback_days
            and touches.channel_number = markov.channel_number
            and models.markov_order = markov.markov_order
    left join {{ ref('int_attribution__shapley') }} as shapley
        on
            touches.lookback_days = shapley.lookback_days
            and touches.channel_number = shapley.channel_number
            and sets.channel_set = shapley.channel_set
            and models.family = 'shapley_rate'

),

weights as (

    select
        *,
        -- added up in the order of the path, so that equal input gives equal weights
        part / sum(part) over (
            partition by credit_key
            order by position asc nulls last
            rows between unbounded preceding and unbounded following
        ) as weight
    from parts
    where part <> 0

),

shares as (

    select
        *,
        cast(revenue_gross_cny as double) * 100 * weight as exact_gross_fen,
        cast(refund_cny as double) * 100 * weight as exact_refund_fen,
        -- a tenth of a millionth of a fen absorbs that 1/3 + 1/3 + 1/3 is not quite 1
        cast(
            floor(cast(revenue_gross_cny as double) * 100 * weight + 0.0000001) as bigint
        ) as gross_fen,
        cast(floor(cast(refund_cny as double) * 100 * weight + 0.0000001) as bigint) as refund_fen
    from weights

),

remainders as (

    select
        *,
        revenue_gross_cny - cast(
            cast(
                sum(gross_fen) over (partition by credit_key) as decimal(18, 4)
            ) / 100
            as decimal(18, 4)
        ) as left_gross_cny,
        refund_cny - cast(
            cast(
                sum(refund_fen) over (partition by credit_key) as decimal(18, 4)
            ) / 100
            as decimal(18, 4)
        ) as left_refund_cny,
        row_number() over (
            partition by credit_key
            order by
                round(exact_gross_fen - gross_fen, 6) desc nulls last, position asc nulls last
        ) as gross_rank,
        row_number() over (
            partition by credit_key
            order by
                round(exact_refund_fen - refund_fen, 6) desc nulls last, position asc nulls last
        ) as refund_rank
    from shares

)

-- rank 1 takes the first fen of what is left, rank 2 the second; the last part may be smaller
select
    lookback_days,
    conversion_id,
    touch_id,
    model,
    weight,
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
