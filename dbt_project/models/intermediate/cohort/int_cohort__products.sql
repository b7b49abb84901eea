-- Classified by what first orders are made of. The seed product_roles overrules the data; bundle
-- and profit products are known from there only: no export states costs.
with first_products as (

    select
        first_product as product,
        count(*) as first_buyers
    from {{ ref('int_cohort__customers') }}
    where first_order_date is not null
    group by first_product

),

sold as (

    select
        coalesce(product_code, product_id, product_title) as product,
        count(*) as sold_lines
    from {{ ref('fct_order_lines') }}
    where is_order_valid and customer_id is not null
    group by coalesce(product_code, product_id, product_title)

),

ranked as (

    select
        first_products.product,
        first_products.first_buyers,
        coalesce(sold.sold_lines, 0) as sold_lines,
        cast(first_products.first_buyers as double) / nullif(sold.sold_lines, 0) as first_share,
        row_number() over (
            order by
                first_products.first_buyers desc nulls last,
                first_products.product asc nulls last
        ) as product_rank
    from first_products
    left join sold on first_products.product = sold.product

)

select
    ranked.product,
    ranked.first_buyers,
    ranked.sold_lines,
    ranked.first_share,
    case
        when ranked.product_rank <= {{ var('cohort_top_products') }} then ranked.product
        else '(other)'
    end as shown_product,
    case
        when ranked.product = {{ channel_none() }} then {{ channel_none() }}
        when roles.product_role is not null then roles.product_role
        when ranked.sold_lines < {{ var('cohort_role_min_lines') }} then '(other)'
        when ranked.first_share >= {{ var('cohort_role_traffic_share') }} then 'traffic'
        when ranked.first_share <= {{ var('cohort_role_repurchase_share') }} then 'repurchase'
        else '(other)'
    end as product_role
from ranked
left join {{ ref('product_roles') }} as roles on ranked.product = roles.product_code
