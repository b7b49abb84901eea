{%- set as_of_date = var('as_of_date', '') -%}
-- The day up to which everything counts. Null when there is no order and no setting. The day of the
-- newest export is not over in it: its first orders must not look like a bad day. A later day, of
-- which no export can know yet, is a typing error: it must not make unfinished windows look mature.
with orders as (

    select max(greatest(created_date, sale_date)) as last_order_date
    from {{ ref('int_orders') }}

),

exports as (

    select {{ add_days('max(' ~ local_date('exported_at') ~ ')', -1) }} as last_whole_date
    from {{ ref('stg_ledger__files') }}
    where status = 'loaded' and is_current

),

profile as (

    select * from {{ ref('industry_profiles') }}
    where industry_profile = {{ var('industry_profile') }}

)

select
    {% if as_of_date -%}
        cast('{{ as_of_date }}' as date) as as_of_date,
    {%- else -%}
        case
            when exports.last_whole_date < orders.last_order_date then exports.last_whole_date
            else orders.last_order_date
        end as as_of_date,
    {%- endif %}
    profile.industry_profile,
    profile.attribution_lookback_days,
    profile.repurchase_days,
    profile.active_days
from profile
cross join orders
cross join exports
