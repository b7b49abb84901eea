{#- What the repurchase reports share. -#}

{#- What repurchase is told apart by: columns of int_cohort__members. -#}
{% macro repurchase_segments() -%}
    {{ return(['first_channel', 'first_domain', 'first_product', 'product_role']) }}
{%- endmacro %}

{#-
  A group of customers as one whole number: segment, number of the cohort's month (0: all months;
  up to 9999) and the purchase that they start from (up to 99). int_repurchase__cells reads it back.
-#}
{% macro repurchase_cell(segment_id, cohort_number, from_n) -%}
    (cast({{ segment_id }} as bigint) * 10000 + {{ cohort_number }}) * 100 + {{ from_n }}
{%- endmacro %}

{#-
  Whether half of the customers have come back. The rate is a product by logarithms: one of a half
  may come out as 0.5000000000000001.
-#}
{% macro half_has_come_back(survival_rate) -%}
    round({{ survival_rate }}, 12) <= 0.5
{%- endmacro %}

{#-
  A bound of the 95 % Wilson interval of `hits` out of `trials`; null without trials.
  side: -1 for the lower bound, 1 for the upper one.
-#}
{% macro wilson_bound(hits, trials, side) -%}
    {#- 95 % of the normal distribution lie within this many standard deviations -#}
    {%- set z = 'cast(1.959963984540054 as double)' -%}
    {%- set rate = '(cast(' ~ hits ~ ' as double) / ' ~ trials ~ ')' -%}
    case
        when {{ trials }} > 0 then least(greatest(
            (
                {{ rate }} + {{ z }} * {{ z }} / (2 * {{ trials }})
                + {{ side }} * {{ z }} * sqrt(
                    {{ rate }} * (1 - {{ rate }}) / {{ trials }}
                    + {{ z }} * {{ z }} / (4.0 * {{ trials }} * {{ trials }})
                )
            ) / (1 + {{ z }} * {{ z }} / {{ trials }}),
            0
        ), 1)
    end
{%- endmacro %}
