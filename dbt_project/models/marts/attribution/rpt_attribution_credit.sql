-- Credit per touch. A touch that is alone earns everything in every model, and so does the row of a
-- conversion that nothing led to.
with paths as (

    select * from {{ ref('int_attribution__paths') }}
    {% if var('attribution_detail_lookbacks') != 'all' -%}
        where is_default_lookback
    {%- endif %}

),

models as (

    select model from {{ ref('attribution_models') }}
    where is_active

),

as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

identity_version as (

    select * from {{ ref('int_attribution__identity_version') }}

),

credited as (

    select
        paths.*,
        models.model,
        cast(1 as double) as weight,
        paths.revenue_gross_cny as credited_gross_cny,
        paths.refund_cny as credited_refund_cny
    from paths
    cross join models
    where paths.path_length <= 1
    union all
    select
        paths.*,
        credit.model,
        credit.weight,
        credit.revenue_gross_cny as credited_gross_cny,
        credit.refund_cny as credited_refund_cny
    from paths
    inner join {{ ref('int_attribution__credit') }} as credit
        on
            paths.lookback_days = credit.lookback_days
            and paths.conversion_id = credit.conversion_id
            and paths.touch_id = credit.touch_id

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
    cast(credited.credited_gross_cny as decimal(18, 4)) as revenue_gross_cny,
    cast(credited.credited_refund_cny as decimal(18, 4)) as refund_cny,
    cast(credited.credited_gross_cny - credited.credited_refund_cny as decimal(18, 4))
        as revenue_net_cny,
    'CNY' as currency,
    credited.is_default_lookback,
    credited.is_mature,
    identity_version.identity_version
from credited
cross join as_of
cross join identity_version
