-- What the Markov models say of a channel as a whole. Within one path the touches share by the
-- removal effects of their own channels, so that each conversion stays with the channels that led
-- to it; model_conversions is the share of the removal effect in all conversions, as the model of
-- the whole credits it.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}

),

models as (

    select * from {{ ref('int_attribution__models') }}

),

markov as (

    select
        effects.*,
        models.model,
        models.model_number,
        effects.removal_effect / nullif(sum(effects.removal_effect) over (
            partition by effects.lookback_days, effects.goal, effects.markov_order
        ), 0) as removal_share,
        effects.removal_effect_revenue / nullif(sum(effects.removal_effect_revenue) over (
            partition by effects.lookback_days, effects.goal, effects.markov_order
        ), 0) as removal_share_revenue
    from {{ ref('int_attribution__markov') }} as effects
    inner join models on effects.markov_order = models.markov_order

),

totals as (

    select
        paths.lookback_days,
        paths.goal,
        count(*) as conversions,
        sum(paths.revenue_gross_cny) as revenue_gross_cny
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    where paths.path_length > 0 and paths.position = paths.path_length
    group by paths.lookback_days, paths.goal

),

credit as (

    select
        lookback_days,
        goal,
        model_number,
        channel_number,
        sum(conversions_gross) as conversions_gross
    from (
        select
            {{ cell_lookback() }} as lookback_days,
            case when {{ is_order() }} then 'order' else 'lead' end as goal,
            model_number,
            {{ cell_channel() }} as channel_number,
            conversions_gross
        from {{ ref('int_attribution__daily') }}
        where not {{ cell_is_touch_date() }}
    ) as conversions_by_day
    group by lookback_days, goal, model_number, channel_number

),

-- of all models alike, and of each
credit_of_models as (

    select
        credit.lookback_days,
        credit.goal,
        models.model_number,
        credit.channel_number,
        sum(credit.conversions_gross) as conversions_gross
    from credit
    inner join models on coalesce(credit.model_number, models.model_number) = models.model_number
    group by credit.lookback_days, credit.goal, models.model_number, credit.channel_number

)

select
    as_of.as_of_date,
    markov.model,
    markov.goal,
    cast(markov.lookback_days as integer) as lookback_days,
    channels.channel,
    markov.removal_effect,
    markov.removal_effect_revenue,
    cast(markov.removal_share as double) as removal_share,
    cast(round(markov.removal_share * totals.conversions, 9) as double) as model_conversions,
    cast(markov.removal_share_revenue * cast(totals.revenue_gross_cny as double) as decimal(18, 4))
        as model_revenue_gross_cny,
    cast(round(coalesce(credit.conversions_gross, 0), 9) as double) as conversions_gross,
    lookbacks.is_default_lookback,
    runs.is_mature
from markov
cross join as_of
inner join {{ ref('rpt_attribution_model_run') }} as runs
    on
        markov.model = runs.model
        and markov.goal = runs.goal
        and markov.lookback_days = runs.lookback_days
inner join lookbacks on markov.lookback_days = lookbacks.lookback_days
inner join {{ ref('int_attribution__channels') }} as channels
    on markov.channel_number = channels.channel_number
inner join totals
    on
        markov.lookback_days = totals.lookback_days
        and markov.goal = totals.goal
left join credit_of_models as credit
    on
        markov.lookback_days = credit.lookback_days
        and markov.goal = credit.goal
        and markov.model_number = credit.model_number
        and markov.channel_number = credit.channel_number
