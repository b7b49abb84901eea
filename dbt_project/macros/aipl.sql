{#- The tiers by rank, what stands below them in the active view, and who was not yet known. -#}
{% macro aipl_tiers() -%} {{ return(['A', 'I', 'P', 'L']) }} {%- endmacro %}
{% macro tier_outside() -%} 'outside' {%- endmacro %}
{% macro tier_new() -%} 'new' {%- endmacro %}

{#- 1 to 4 for the tiers, 0 for outside. -#}
{% macro tier_rank(tier) -%}
    case {{ tier }}
        {%- for name in aipl_tiers() %} when '{{ name }}' then {{ loop.index }}{% endfor %} else 0
    end
{%- endmacro %}

{#- The tier of a rank. -#}
{% macro tier_of_rank(rank) -%}
    case {{ rank }}
        {%- for name in aipl_tiers() %} when {{ loop.index }} then '{{ name }}'{% endfor %}
        else {{ tier_outside() }}
    end
{%- endmacro %}

{#- The rank of the highest of the tiers held, of which each has a bit. -#}
{% macro highest_rank(tier_bits) -%}
    case
        {%- for name in aipl_tiers() | reverse %}
        when {{ tier_bits }} >= {{ 2 ** (loop.revindex - 1) }} then {{ loop.revindex }}
        {%- endfor %}
        else 0
    end
{%- endmacro %}

{#- What a change from one tier to another is called; `new` is who was not yet known. -#}
{% macro tier_movement(from_tier, to_tier) -%}
    case
        when {{ from_tier }} = {{ to_tier }} then 'stayed'
        when {{ from_tier }} = {{ tier_new() }} and {{ to_tier }} = {{ tier_outside() }}
            then 'came_and_lapsed'
        when {{ from_tier }} = {{ tier_new() }} then 'new'
        when {{ from_tier }} = {{ tier_outside() }} then 'returned'
        when {{ to_tier }} = {{ tier_outside() }} then 'lapsed'
        when {{ tier_rank(to_tier) }} > {{ tier_rank(from_tier) }} then 'up'
        else 'down'
    end
{%- endmacro %}

{#-
  A query: the tier of every known customer at the end of a local day, and since when: customer_id,
  tier and valid_from.
  view: 'lifetime' or 'active'. day: a date in SQL.
-#}
{% macro tiers_on(view, day) -%}
    select
        customer_id,
        tier,
        valid_from
    from {{ ref('customer_aipl_history') }}
    where
        tier_view = '{{ view }}'
        and valid_from_date <= {{ day }}
        and (valid_to_date is null or valid_to_date > {{ day }})
{%- endmacro %}

{#-
  A query: how many customers went from which tier to which between the ends of two local days,
  from_tier, to_tier and customers. Who was not yet known on the first day comes from `new`.
-#}
{% macro tier_flow_between(view, first_day, last_day) -%}
    select
        coalesce(before_it.tier, {{ tier_new() }}) as from_tier,
        after_it.tier as to_tier,
        count(*) as customers
    from ({{ tiers_on(view, last_day) }}) as after_it
    left join ({{ tiers_on(view, first_day) }}) as before_it
        on after_it.customer_id = before_it.customer_id
    group by coalesce(before_it.tier, {{ tier_new() }}), after_it.tier
{%- endmacro %}

{#- The moment at which this run of dbt began, UTC: what it publishes is published then. -#}
{% macro run_moment() -%}
    {#- The linter renders without a run. -#}
    {%- set moment = run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') if run_started_at is defined
        else '2026-01-01 00:00:00' -%}
    cast('{{ moment }}' as timestamp)
{%- endmacro %}

{#-
  The states that earlier runs have published, a relation; none before the first one. No ref: what
  this run publishes is written after what reads them.
-#}
{% macro tier_publications_so_far() -%}
    {#- The linter renders without a warehouse. -#}
    {%- if adapter is defined and is_incremental() -%}
        {{ return(adapter.get_relation(
            this.database, this.schema, 'int_customers__tier_publications'
        )) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- A text that changes with the SQL of the models. -#}
{% macro fingerprint_of(models) -%}
    {#- The linter renders without a project. -#}
    {%- if graph is defined and execute -%}
        {%- for name in models -%}
            {{ graph.nodes['model.siyu.' ~ name].checksum.checksum }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
