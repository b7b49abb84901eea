{{ config(materialized='view') }}
-- Credit per touch. A touch that is alone earns everything in every model, and so does the row of a
-- conversion that nothing led to. A view, as these rows are many and say little.
with touches as (

    select * from {{ ref('rpt_attribution_touch') }}

),

models as (

    select distinct
        model,
        lookback_days
    from {{ ref('rpt_attribution_model_run') }}

),

shares as (

    select * from {{ ref('rpt_attribution_share') }}

)

select
    touches.as_of_date,
    touches.conversion_id,
    touches.touch_id,
    models.model,
    touches.lookback_days,
    touches.customer_id,
    touches.conversion_type,
    touches.converted_at,
    touches.converted_date,
    touches.touched_at,
    touches.channel,
    touches.domain,
    touches.source,
    touches.medium,
    touches.campaign,
    touches.position,
    touches.path_length,
    touches.hours_before,
    touches.is_direct,
    touches.is_channel_pending,
    cast(1 as double) as weight,
    case when touches.is_valid then cast(1 as double) else cast(0 as double) end as conversions,
    cast(1 as double) as conversions_gross,
    touches.revenue_gross_cny,
    touches.refund_cny,
    cast(touches.revenue_gross_cny - touches.refund_cny as decimal(18, 4)) as revenue_net_cny,
    'CNY' as currency,
    touches.is_default_lookback,
    touches.is_mature,
    touches.identity_version
from touches
inner join models on touches.lookback_days = models.lookback_days
where touches.path_length <= 1
union all
select
    touches.as_of_date,
    touches.conversion_id,
    touches.touch_id,
    shares.model,
    touches.lookback_days,
    touches.customer_id,
    touches.conversion_type,
    touches.converted_at,
    touches.converted_date,
    touches.touched_at,
    touches.channel,
    touches.domain,
    touches.source,
    touches.medium,
    touches.campaign,
    touches.position,
    touches.path_length,
    touches.hours_before,
    touches.is_direct,
    touches.is_channel_pending,
    shares.weight,
    case when touches.is_valid then shares.weight else cast(0 as double) end as conversions,
    shares.weight as conversions_gross,
    shares.revenue_gross_cny,
    shares.refund_cny,
    cast(shares.revenue_gross_cny - shares.refund_cny as decimal(18, 4)) as revenue_net_cny,
    'CNY' as currency,
    touches.is_default_lookback,
    touches.is_mature,
    touches.identity_version
from touches
inner join shares
    on
        touches.lookback_days = shares.lookback_days
        and touches.path_key = shares.path_key
        and touches.position = shares.position
where touches.path_length > 1
