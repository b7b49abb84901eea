{%- set as_of_date = var('as_of_date', '') -%}
-- The day up to which everything counts. Null when there is no order and no setting.
with orders as (

    select max(greatest(created_date, sale_date)) as last_order_date
    from {{ ref('int_orders') }}

),

profile as (

    select * from {{ ref('industry_profiles') }}
    where industry_profile = {{ var('industry_profile') }}

)

select
    {% if as_of_date -%}
        cast('{{ as_of_date }}' as date) as as_of_date,
    {%- else -%}
        orders.last_order_date as as_of_date,
    {%- endif %}
    profile.industry_profile,
    profile.attribution_lookback_days,
    profile.repurchase_days,
    profile.active_days
from profile
cross join orders
