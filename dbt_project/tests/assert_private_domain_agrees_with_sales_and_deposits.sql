-- Each kind of period holds all sales, and every first deposit comes out of one domain.
with sold as (

    select sum(net_gmv_cny) as net_gmv_cny from {{ ref('rpt_sales_daily') }}

),

held as (

    select
        calendar_period,
        sum(net_gmv_cny) as net_gmv_cny
    from {{ ref('rpt_private_domain') }}
    group by calendar_period

),

moved as (

    select
        calendar_period,
        sum(customers) as customers
    from {{ ref('rpt_domain_flow') }}
    where flow_kind = 'deposited'
    group by calendar_period

),

deposited as (

    select count(*) as customers
    from {{ ref('int_cohort__customers') }} as customers
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on customers.deposit_date <= as_of.as_of_date

)

select
    held.calendar_period,
    'net GMV' as what,
    cast(held.net_gmv_cny as double) as found,
    cast(sold.net_gmv_cny as double) as expected
from held
cross join sold
where held.net_gmv_cny <> sold.net_gmv_cny
union all
select
    moved.calendar_period,
    'deposits' as what,
    cast(moved.customers as double) as found,
    cast(deposited.customers as double) as expected
from moved
cross join deposited
where moved.customers <> deposited.customers
