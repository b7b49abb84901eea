{#- Turnover of an order or line with the columns is_paid: what was never paid is worth nothing. -#}
{% macro gmv(payable_cny) -%}
    case when is_paid then {{ payable_cny }} else 0 end
{%- endmacro %}

{#-
  Refund of an order or line with the columns is_paid and is_closed: closed after payment means
  that all went back, and nobody gets back more than was paid.
-#}
{% macro refund(payable_cny, refund_cny) -%}
    case
        when not is_paid then 0
        when is_closed then {{ payable_cny }}
        else least(greatest(coalesce({{ refund_cny }}, 0), 0), {{ payable_cny }})
    end
{%- endmacro %}
