{#- Statistics of small numbers; the Wilson interval stands in repurchase.sql. -#}

{#-
  z of two proportions that are compared, with the pooled rate: `hits` of `trials` against
  `base_hits` of `base_trials`. Null where one side is empty or nothing or everything hit.
-#}
{% macro two_proportion_z(hits, trials, base_hits, base_trials) -%}
    {%- set pooled = '(cast(' ~ hits ~ ' + ' ~ base_hits ~ ' as double) / nullif('
        ~ trials ~ ' + ' ~ base_trials ~ ', 0))' -%}
    (
        cast({{ hits }} as double) / nullif({{ trials }}, 0)
        - cast({{ base_hits }} as double) / nullif({{ base_trials }}, 0)
    ) / nullif(sqrt(
        {{ pooled }} * (1 - {{ pooled }})
        * (1.0 / nullif({{ trials }}, 0) + 1.0 / nullif({{ base_trials }}, 0))
    ), 0)
{%- endmacro %}

{#-
  How likely a z at least so far from 0 is by chance, both sides: erfc(|z| / sqrt(2)) by formula
  7.1.26 of Abramowitz and Stegun, Handbook of Mathematical Functions; wrong by at most 1.5e-7.
-#}
{% macro two_sided_p_value(z) -%}
    {%- set x = '(abs(' ~ z ~ ') * cast(0.7071067811865476 as double))' -%}
    {%- set t = '(1 / (1 + 0.3275911 * ' ~ x ~ '))' -%}
    least(
        ((((1.061405429 * {{ t }} - 1.453152027) * {{ t }} + 1.421413741) * {{ t }}
        - 0.284496736) * {{ t }} + 0.254829592) * {{ t }} * exp(-{{ x }} * {{ x }}),
        1
    )
{%- endmacro %}

{#-
  How many trials each of two variants needs, to find a difference like that between `rate` and
  `base_rate` in 80 of 100 tests of 5 %, both sides (Fleiss, Statistical Methods for Rates and
  Proportions, without continuity correction). Null where the rates are equal.
-#}
{% macro trials_needed(rate, base_rate) -%}
    {%- set mean = '((' ~ rate ~ ' + ' ~ base_rate ~ ') / 2)' -%}
    {#- the normal distribution's quantiles of 97.5 % and of 80 % -#}
    {%- set z_test = 'cast(1.959963984540054 as double)' -%}
    {%- set z_power = 'cast(0.8416212335729143 as double)' -%}
    ceil(
        power(
            {{ z_test }} * sqrt(2 * {{ mean }} * (1 - {{ mean }}))
            + {{ z_power }} * sqrt(
                {{ rate }} * (1 - {{ rate }}) + {{ base_rate }} * (1 - {{ base_rate }})
            ),
            2
        ) / nullif(power({{ rate }} - {{ base_rate }}, 2), 0)
    )
{%- endmacro %}
