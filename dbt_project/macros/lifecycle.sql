{#- The stages of the lifecycle in their order, and the stage that each one's days count from. -#}
{% macro lifecycle_stages() -%}
    {{ return([
        ('new', none),
        ('deposited', 'new'),
        ('active', 'deposited'),
        ('converted', 'deposited'),
        ('repurchased', 'converted'),
        ('referred', 'deposited'),
    ]) }}
{%- endmacro %}
