-- The products that customers began with; the role of a product that nobody bought since, such as
-- a gift, is not known.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

first_products as (

    select
        customers.first_product as product,
        count(*) as first_buyers
    from {{ ref('int_cohort__customers') }} as customers
    inner join as_of on customers.first_order_date <= as_of.as_of_date
    group by customers.first_product

),

ranked as (

    select
        *,
        row_number() over (
            order by first_buyers desc nulls last, product asc nulls last
        ) as product_rank
    from first_products

)

select
    ranked.product,
    ranked.first_buyers,
    case
        when ranked.product_rank <= {{ var('cohort_top_products') }} then ranked.product
        else '(other)'
    end as shown_product,
    case
        when ranked.product = {{ channel_none() }} then {{ channel_none() }}
        else coalesce(roles.product_role, '(other)')
    end as product_role
from ranked
left join {{ ref('int_products__roles') }} as roles on ranked.product = roles.product
