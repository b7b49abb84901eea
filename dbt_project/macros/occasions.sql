{#- Which orders are purchases, and which purchases are one occasion: the settings, in one place. -#}

{#-
  Whether an order with the columns is_paid, is_closed, gmv_cny and net_gmv_cny is a purchase: paid,
  not cancelled, and worth something after the refunds known so far. The setting zero_price_orders
  says whether an order that never cost anything (a gift, a sample) is one too.
-#}
{% macro is_purchase() -%}
    {#- The linter renders without variables and without exceptions. -#}
    {%- set rule = var('zero_price_orders', 'exclude') -%}
    {%- if rule == 'include' -%}
        is_paid and not is_closed and (net_gmv_cny > 0 or gmv_cny = 0)
    {%- elif rule == 'exclude' or exceptions is not defined -%}
        is_paid and not is_closed and net_gmv_cny > 0
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "zero_price_orders is '" ~ rule ~ "'; write exclude or include into the vars of "
            ~ "dbt_project.yml"
        ) }}
    {%- endif -%}
{%- endmacro %}

{#-
  Whether an order begins a new occasion, over its own sale_at and sale_date and those of the
  customer's order before it: the setting occasion_merge.
-#}
{% macro starts_occasion() -%}
    {%- set rule = var('occasion_merge', 'day') -%}
    {%- if rule == 'none' -%} true
    {%- elif rule == 'hours' -%}
        previous_sale_at is null
        or {{ seconds_between('previous_sale_at', 'sale_at') }}
        > {{ var('occasion_merge_hours', 24) }} * 3600
    {%- elif rule == 'day' or exceptions is not defined -%}
        previous_sale_date is null or previous_sale_date <> sale_date
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "occasion_merge is '" ~ rule ~ "'; write day, hours or none into the vars of "
            ~ "dbt_project.yml"
        ) }}
    {%- endif -%}
{%- endmacro %}

{#-
  What the orders of one occasion share, over is_start: a local day, unless it may hold several
  occasions, or an occasion several days.
-#}
{% macro occasion_group() -%}
    {%- if var('occasion_merge', 'day') == 'day' -%}
        sale_date
    {%- else -%}
        sum(case when is_start then 1 else 0 end) over (
            partition by customer_id
            order by sale_at asc nulls last, order_key asc nulls last
            rows between unbounded preceding and current row
        )
    {%- endif -%}
{%- endmacro %}

{#-
  The first later day on which the customer bought. Where several occasions may lie on one day the
  next row is not enough: day 0 never counts as coming back.
-#}
{% macro next_later_date() -%}
    {%- if var('occasion_merge', 'day') == 'day' -%}
        lead(occasion_date) over (partition by customer_id order by occasion_at asc nulls last)
    {%- else -%}
        min(occasion_date) over (
            partition by customer_id
            order by {{ days_between("date '1970-01-01'", 'occasion_date') }} asc nulls last
            range between 1 following and unbounded following
        )
    {%- endif -%}
{%- endmacro %}
