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

markov as (

    select
        effects.*,
        models.model,
        effects.removal_effect / nullif(sum(effects.removal_effect) over (
            partition by effects.lookback_days, effects.markov_order
        ), 0) as removal_share,
        effects.removal_effect_revenue / nullif(sum(effects.removal_effect_revenue) over (
            partition by effects.lookback_days, effects.markov_order
        ), 0) as removal_share_revenue
    from {{ ref('int_attribution__markov') }} as effects
    inner join {{ ref('attribution_models') }} as models
        on effects.markov_order = models.markov_order
    where models.is_active

),

-- beyond 62 channels the rarest share a number and are one
channels as (

    select
        channel_number,
        case when count(*) = 1 then max(channel) else '(other)' end as channel
    from {{ ref('int_attribution__channels') }}
    group by channel_number

),

totals as (

    select
        lookback_days,
        count(distinct conversion_id) as conversions,
        sum(revenue_gross_cny) as revenue_gross_cny
    from {{ ref('int_attribution__paths') }}
    where path_length > 0 and position = path_length
    group by lookback_days

),

credit as (

    select
        daily.lookback_days,
        daily.model,
        numbers.channel_number,
        sum(daily.conversions_gross) as conversions_gross
    from {{ ref('int_attribution__daily') }} as daily
    inner join {{ ref('int_attribution__channels') }} as numbers on daily.channel = numbers.channel
    group by daily.lookback_days, daily.model, numbers.channel_number

)

select
    as_of.as_of_date,
    markov.model,
    cast(markov.lookback_days as integer) as lookback_days,
    channels.channel,
    markov.removal_effect,
    markov.removal_effect_revenue,
    cast(markov.removal_share as double) as removal_share,
    cast(round(markov.removal_share * totals.conversions, 9) as double) as model_conversions,
    cast(markov.removal_share_revenue * cast(totals.revenue_gross_cny as double) as decimal(18, 4))
        as model_revenue_gross_cny,
    cast(round(coalesce(credit.conversions_gross, 0), 9) as double) as conversions_gross,
    lookbacks.is_default_lookback
from markov
cross join as_of
inner join lookbacks on markov.lookback_days = lookbacks.lookback_days
inner join channels on markov.channel_number = channels.channel_number
inner join totals on markov.lookback_days = totals.lookback_days
left join credit
    on
        markov.lookback_days = credit.lookback_days
        and markov.model = credit.model
        and markov.channel_number = credit.channel_number
