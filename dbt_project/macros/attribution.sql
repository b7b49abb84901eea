{#- What paths that convert and paths that do not have in common. -#}

{#-
  The rule for direct visits, the setting attribution_direct, over the columns is_direct, touched_at
  and last_other_at (the last touch of the path that is not direct). It holds before any weight is
  given, so that credit is shared among the touches that count.
-#}
{% macro counts_as_touch() -%}
    {#- The linter renders without variables and without exceptions. -#}
    {%- set rule = var('attribution_direct', 'ignore_unless_only') -%}
    {%- if rule == 'keep' -%} true
    {%- elif rule == 'ignore_unless_only' -%} (not is_direct or last_other_at is null)
    {%- elif rule == 'last_non_direct' -%} (last_other_at is null or touched_at <= last_other_at)
    {%- elif rule == 'exclude' or exceptions is not defined -%} not is_direct
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "attribution_direct is '" ~ rule ~ "'; write keep, last_non_direct, "
            ~ "ignore_unless_only or exclude into the vars of dbt_project.yml"
        ) }}
    {%- endif -%}
{%- endmacro %}

{#- The channels of the up to three touches before, within the path. -#}
{% macro channels_before(path) -%}
    {%- for steps in range(1, 4) %}
    lag(channel_number, {{ steps }}) over (
        partition by {{ path }}
        order by touched_at asc nulls last, touch_id asc nulls last
    ) as channel_before_{{ steps }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
  The channel of a touch and of the up to three before it as one whole number, 8 bits each, the
  newest lowest: what pipelines.attribution.Steps calls recent.
-#}
{% macro recent_channels(sequence) -%}
    {{ sequence }}.channel_number
    {%- for steps in range(1, 4) %}
    + case
        when {{ sequence }}.position > {{ steps }}
            then {{ sequence }}.channel_before_{{ steps }} * {{ 256 ** steps }}
        else 0
    end
    {%- endfor %}
{%- endmacro %}
