-- What part each channel and campaign had in each conversion, whatever a model says: one row per
-- look-back, conversion, day of the touch, channel and campaign.
select
    lookback_days,
    conversion_id,
    conversion_type,
    converted_date,
    coalesce({{ local_date('touched_at') }}, converted_date) as touched_date,
    channel,
    coalesce(campaign, {{ channel_none() }}) as campaign,
    is_mature,
    is_valid,
    max(revenue_gross_cny - refund_cny) as revenue_net_cny,
    bool_or(path_length = 1) as is_solo,
    bool_or(path_length > 1 and position = 1) as is_first,
    bool_or(path_length > 1 and position = path_length) as is_last,
    bool_or(path_length > 1 and position > 1 and position < path_length) as is_assist,
    avg(hours_before) as hours_before
from {{ ref('int_attribution__paths') }}
group by
    lookback_days,
    conversion_id,
    conversion_type,
    converted_date,
    coalesce({{ local_date('touched_at') }}, converted_date),
    channel,
    coalesce(campaign, {{ channel_none() }}),
    is_mature,
    is_valid
