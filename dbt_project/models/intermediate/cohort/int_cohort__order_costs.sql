{{ config(materialized='view') }}
-- Only orders with at least one product of known cost; an order without a row has no known cost.
with costs as (

    select * from {{ ref('product_costs') }}

),

lines as (

    select * from {{ ref('fct_order_lines') }}

),

costed as (

    select distinct lines.order_key
    from lines
    inner join costs on lines.product_code = costs.product_code

)

select
    lines.order_key,
    cast(sum(lines.quantity * costs.unit_cost_cny) as decimal(18, 4)) as cost_cny
from lines
inner join costed on lines.order_key = costed.order_key
left join costs on lines.product_code = costs.product_code
group by lines.order_key
-- every line's units and cost are known
having count(*) = count(lines.quantity * costs.unit_cost_cny)
