-- What data say of a product: its figures, and the first role all of whose rules hold.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

baskets as (

    select
        baskets.*,
        customers.first_order_date
    from {{ ref('int_products__baskets') }} as baskets
    inner join as_of on baskets.sale_date <= as_of.as_of_date
    left join {{ ref('int_cohort__customers') }} as customers
        on baskets.customer_id = customers.customer_id

),

by_customer as (

    select
        product,
        customer_id,
        max(product_code) as product_code,
        max(product_title) as product_title,
        count(*) as orders,
        count(*) filter (where products_in_order > 1) as bundled_orders,
        count(*) filter (where sale_date = first_order_date) as first_orders,
        min(sale_date) <> max(sale_date) as is_rebuyer,
        sum(units) as units,
        sum(gmv_cny) as gmv_cny,
        sum(refund_cny) as refund_cny
    from baskets
    group by product, customer_id

),

by_product as (

    select
        product,
        max(product_code) as product_code,
        max(product_title) as product_title,
        sum(orders) as orders,
        sum(bundled_orders) as bundled_orders,
        coalesce(sum(orders) filter (where customer_id is not null), 0) as identified_orders,
        coalesce(sum(first_orders), 0) as first_orders,
        count(customer_id) as buyers,
        count(*) filter (where first_orders > 0) as first_buyers,
        count(*) filter (where customer_id is not null and is_rebuyer) as rebuyers,
        cast(sum(units) as decimal(18, 4)) as units,
        cast(sum(gmv_cny) as decimal(18, 4)) as gmv_cny,
        cast(sum(refund_cny) as decimal(18, 4)) as refund_cny
    from by_customer
    group by product

),

measured as (

    select
        by_product.*,
        costs.unit_cost_cny,
        cast(by_product.first_orders as double) / nullif(by_product.identified_orders, 0)
            as first_order_share,
        cast(by_product.rebuyers as double) / nullif(by_product.buyers, 0) as rebuyer_share,
        cast(by_product.bundled_orders as double) / by_product.orders as bundle_share,
        1 - cast(by_product.units * costs.unit_cost_cny as double)
        / nullif(cast(by_product.gmv_cny - by_product.refund_cny as double), 0) as margin_rate
    from by_product
    left join {{ ref('product_costs') }} as costs
        on by_product.product_code = costs.product_code

),

judged as (

    select
        measured.product,
        rules.product_role,
        rules.role_position,
        rules.measure,
        rules.at_least,
        rules.at_most,
        case rules.measure
            {% for measure in [
                'orders', 'identified_orders', 'first_order_share', 'rebuyer_share',
                'bundle_share', 'margin_rate',
            ] -%}
                when '{{ measure }}' then cast(measured.{{ measure }} as double)
            {% endfor -%}
        end as value
    from measured
    cross join {{ ref('product_role_rules') }} as rules

),

written as (

    select
        *,
        measure || ' ' || coalesce({{ written_number('value') }}, 'not known') as figure,
        coalesce(' >= ' || {{ written_number('at_least') }}, '')
        || coalesce(' <= ' || {{ written_number('at_most') }}, '') as bound,
        coalesce(value between coalesce(at_least, -1e300) and coalesce(at_most, 1e300), false)
            as holds
    from judged

),

roles as (

    select
        product,
        product_role,
        min(role_position) as role_position,
        bool_and(holds) as holds,
        {{ sorted_values('figure || bound', 'true') }} as reason
    from written
    group by product, product_role

),

ranked as (

    select
        *,
        row_number() over (
            partition by product order by role_position asc nulls last, product_role asc nulls last
        ) as role_rank
    from roles
    where holds

),

figures as (

    select
        product,
        {{ distinct_values('figure') }} as role_figures
    from written
    group by product

)

select
    measured.*,
    coalesce(ranked.product_role, '(other)') as data_role,
    coalesce(ranked.reason, 'no rule holds: ' || figures.role_figures) as data_reason,
    figures.role_figures,
    named.product_role as named_role,
    named.reason as named_reason,
    case
        when measured.product = {{ channel_none() }} then {{ channel_none() }}
        else coalesce(named.product_role, ranked.product_role, '(other)')
    end as product_role
from measured
left join figures on measured.product = figures.product
left join ranked
    on
        measured.product = ranked.product
        and ranked.role_rank = 1
left join {{ ref('product_roles') }} as named on measured.product_code = named.product_code
