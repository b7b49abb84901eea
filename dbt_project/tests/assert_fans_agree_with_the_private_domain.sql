-- Fans, others and guests bring all sales; fans bring what deposited customers bring.
with fans as (

    select
        calendar_period,
        period_start,
        sum(net_gmv_cny) as net_gmv_cny,
        sum(case when buyer_kind in ('new_fan', 'returning_fan') then net_gmv_cny else 0 end)
            as fan_net_gmv_cny
    from {{ ref('rpt_fan_value') }}
    where sales_place = 'all'
    group by calendar_period, period_start

)

select
    private_domain.calendar_period,
    private_domain.period_start
from {{ ref('rpt_private_domain') }} as private_domain
left join fans
    on
        private_domain.calendar_period = fans.calendar_period
        and private_domain.period_start = fans.period_start
where
    private_domain.net_gmv_cny <> coalesce(fans.net_gmv_cny, 0)
    or private_domain.deposited_net_gmv_cny <> coalesce(fans.fan_net_gmv_cny, 0)
