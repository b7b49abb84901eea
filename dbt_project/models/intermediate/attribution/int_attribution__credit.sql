-- What each touch of a path of several touches earns; a touch that is alone earns everything and
-- has no row here. Money goes out in whole fen: everyone gets the share rounded down, and the fen
-- that are left go to the largest remainders, the earliest touch first among equals. A part of a
-- fen, which only some tills know, goes to the next in that order.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

models as (

    select * from {{ ref('int_attribution__models') }}

),

paths as (

    select
        paths.lookback_days,
        paths.goal,
        paths.path_key,
        paths.position,
        paths.path_length,
        {% if direct_rule() == 'keep' -%}
            coalesce(
                max(case when not paths.is_direct then paths.position end) over (
                    partition by paths.lookback_days, paths.path_key
                ),
                paths.path_length
            ) as last_other_position,
        {%- else -%}
            paths.path_length as last_other_position,
        {%- endif %}
        paths.channel_number,
        paths.channel_set,
        paths.further_channel_set,
        {% for half_life in half_lives() -%}
            paths.decay_weight_{{ in_hours(half_life) }},
        {% endfor -%}
        cast(paths.revenue_gross_cny as double) * 100 as gross_fen,
        cast(paths.refund_cny as double) * 100 as refund_fen
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    where paths.path_length > 1

),

-- Models that ask for the place alone. Touches between the first and the last weigh the same, so
-- the order of the remainders is known without sorting.
places as (

    select
        paths.lookback_days,
        paths.path_key,
        paths.position,
        paths.path_length,
        paths.gross_fen,
        paths.refund_fen,
        models.model_number,
        case
            when models.family = 'linear' then cast(1 as double) / paths.path_length
            when paths.path_length = 2
                then models.first_share / (models.first_share + models.last_share)
            else models.first_share
        end as first_weight,
        case
            when models.family = 'linear' then cast(1 as double) / paths.path_length
            when paths.path_length = 2 then 0
            else (1 - models.first_share - models.last_share) / (paths.path_length - 2)
        end as middle_weight,
        case
            when models.family = 'linear' then cast(1 as double) / paths.path_length
            when paths.path_length = 2
                then models.last_share / (models.first_share + models.last_share)
            else models.last_share
        end as last_weight
    from paths
    cross join models
    where
        models.family = 'linear'
        or (
            models.family = 'position'
            -- nothing is no row
            and case
                when paths.position = 1 then models.first_share > 0
                when paths.position = paths.path_length then models.last_share > 0
                else models.first_share + models.last_share < 1
            end
        )

),

by_place as (

    select
        lookback_days,
        path_key,
        position,
        model_number,
        case
            when position = 1 then first_weight
            when position = path_length then last_weight
            else middle_weight
        end as weight,
        {{ fen_by_place('gross_fen') }} as gross_fen,
        case when refund_fen = 0 then 0 else {{ fen_by_place('refund_fen') }} end as refund_fen
    from places

),

single as (

    select
        paths.lookback_days,
        paths.path_key,
        paths.position,
        models.model_number,
        cast(1 as double) as weight,
        paths.gross_fen,
        paths.refund_fen
    from paths
    inner join models
        on models.family = 'last_non_direct' and paths.position = paths.last_other_position

),

-- how often each channel stands in a path: the touches of a channel share what it earns
channels as (

    select
        lookback_days,
        goal,
        path_key,
        channel_number,
        max(channel_set) as channel_set,
        max(further_channel_set) as further_channel_set,
        count(*) as touches
    from paths
    group by lookback_days, goal, path_key, channel_number

),

channel_parts as (

    select
        channels.lookback_days,
        channels.path_key,
        channels.channel_number,
        channels.touches,
        models.model_number,
        models.family,
        case models.family
            when 'markov' then markov.removal_effect
            when 'shapley_rate' then shapley.share
            else 1
        end as part
    from channels
    inner join models on models.family in ('markov', 'shapley_rate', 'shapley_equal')
    left join {{ ref('int_attribution__markov') }} as markov
        on
            channels.lookback_days = markov.lookback_days
            and channels.goal = markov.goal
            and channels.channel_number = markov.channel_number
            and models.markov_order = markov.markov_order
    left join {{ ref('int_attribution__shapley') }} as shapley
        on
            models.family = 'shapley_rate'
            and channels.lookback_days = shapley.lookback_days
            and channels.goal = shapley.goal
            and channels.channel_number = shapley.channel_number
            and channels.channel_set = shapley.channel_set
            and channels.further_channel_set = shapley.further_channel_set

),

-- Shapley's shares sum to 1 by themselves. A sum of decimals is the same in whatever order the
-- threads add them up; a rare channel's effect is so small that it needs all their digits.
channel_sums as (

    select
        lookback_days,
        path_key,
        model_number,
        cast(sum(cast(part as decimal(38, 28))) as double) as parts
    from channel_parts
    where family <> 'shapley_rate'
    group by lookback_days, path_key, model_number

),

channel_weights as (

    select
        channel_parts.lookback_days,
        channel_parts.path_key,
        channel_parts.channel_number,
        channel_parts.model_number,
        channel_parts.part / coalesce(channel_sums.parts, 1) / channel_parts.touches as weight
    from channel_parts
    left join channel_sums
        on
            channel_parts.lookback_days = channel_sums.lookback_days
            and channel_parts.path_key = channel_sums.path_key
            and channel_parts.model_number = channel_sums.model_number

),

weights as (

    {% for half_life in half_lives() -%}
        select
            paths.lookback_days,
            paths.path_key,
            paths.position,
            paths.gross_fen,
            paths.refund_fen,
            models.model_number,
            paths.decay_weight_{{ in_hours(half_life) }} as weight
        from paths
        inner join models
            on models.family = 'time_decay' and models.half_life_hours = {{ half_life }}
        where paths.decay_weight_{{ in_hours(half_life) }} <> 0
        union all
    {% endfor -%}
    select
        paths.lookback_days,
        paths.path_key,
        paths.position,
        paths.gross_fen,
        paths.refund_fen,
        channel_weights.model_number,
        channel_weights.weight
    from paths
    inner join channel_weights
        on
            paths.lookback_days = channel_weights.lookback_days
            and paths.path_key = channel_weights.path_key
            and paths.channel_number = channel_weights.channel_number
    where channel_weights.weight <> 0

),

by_share as (

    select
        lookback_days,
        path_key,
        position,
        model_number,
        weight,
        {{ fen_by_remainder('gross_fen') }} as gross_fen,
        cast(0 as double) as refund_fen
    from weights
    where refund_fen = 0
    union all
    select
        lookback_days,
        path_key,
        position,
        model_number,
        weight,
        {{ fen_by_remainder('gross_fen') }} as gross_fen,
        {{ fen_by_remainder('refund_fen') }} as refund_fen
    from weights
    where refund_fen <> 0

),

credit as (

    select * from by_place
    union all
    select * from single
    union all
    select * from by_share

)

select
    lookback_days,
    path_key,
    position,
    model_number,
    weight,
    cast(gross_fen / 100 as decimal(18, 4)) as revenue_gross_cny,
    cast(refund_fen / 100 as decimal(18, 4)) as refund_cny
from credit
