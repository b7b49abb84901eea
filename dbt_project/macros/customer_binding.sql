{#-
  Binds OneID to facts, by join: a fact keeps the identifier that it arrived with and belongs to the
  customer who held that identifier at the time of the fact. A re-used phone number has a period for
  each holder; the periods of an identifier fill all time and never overlap. A fact without time
  belongs to the last holder. Gives `identifiers.identifier_id` and `identity_map.customer_id`.
-#}
{% macro join_customer(fact, happened_at) -%}
    left join {{ ref('stg_identity__identifiers') }} as identifiers
        on
            {{ fact }}.identifier_type = identifiers.identifier_type
            and {{ fact }}.identifier_value = identifiers.identifier_value
    left join {{ ref('stg_identity__map') }} as identity_map
        on
            identifiers.identifier_id = identity_map.identifier_id
            and coalesce({{ happened_at }}, {{ end_of_time() }}) >= identity_map.valid_from
            and coalesce({{ happened_at }}, {{ end_of_time() }}) < identity_map.valid_to
{%- endmacro %}

{#- Where the first period of every identifier begins. -#}
{% macro begin_of_time() -%}
    timestamp '1900-01-01 00:00:00'
{%- endmacro %}

{#- Within the last period of every identifier. -#}
{% macro end_of_time() -%}
    timestamp '9999-12-30 00:00:00'
{%- endmacro %}
