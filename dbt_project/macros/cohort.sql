{#-
  Cohorts are counted in whole numbers: a period has a number, periods that follow each other have
  numbers that follow each other, and k is a difference. Weeks are ISO weeks, from Monday on.
-#}
{% macro period_number(period_type, date) -%}
    {%- if period_type == 'day' -%}
        {{ days_between("date '1970-01-01'", date) }}
    {%- elif period_type == 'week' -%}
        cast(floor(({{ days_between("date '1970-01-01'", date) }} + 3) / 7) as bigint)
    {%- elif period_type == 'month' -%}
        (year({{ date }}) * 12 + month({{ date }}) - 1)
    {%- else -%}
        (year({{ date }}) * 4 + cast(floor((month({{ date }}) - 1) / 3) as bigint))
    {%- endif -%}
{%- endmacro %}

{#- The first day of a period, from its number. -#}
{% macro period_first_day(period_type, number) -%}
    {%- if period_type == 'day' -%}
        {{ add_days("date '1970-01-01'", number) }}
    {%- elif period_type == 'week' -%}
        {{ add_days("date '1969-12-29'", '(' ~ number ~ ') * 7') }}
    {%- elif period_type == 'month' -%}
        {{ add_months("date '1970-01-01'", '(' ~ number ~ ') - 23640') }}
    {%- else -%}
        {{ add_months("date '1970-01-01'", '((' ~ number ~ ') - 7880) * 3') }}
    {%- endif -%}
{%- endmacro %}

{#- Which period after the start a day lies in; 0 is the first. -#}
{% macro cohort_k(cut, start_date, date) -%}
    {%- if cut.clock == 'calendar' -%}
        cast(
            {{ period_number(cut.period, date) }} - {{ period_number(cut.period, start_date) }}
            as integer
        )
    {%- else -%}
        cast(floor({{ days_between(start_date, date) }} / {{ cut.days }}) as integer)
    {%- endif -%}
{%- endmacro %}

{#- The last k that has ended by the as-of day; -1 when none has. -#}
{% macro cohort_mature_k(cut, start_date, as_of_date) -%}
    {{ cohort_k(cut, start_date, add_days(as_of_date, 1)) }} - 1
{%- endmacro %}

{#- Starts of a cohort: kind -> column of int_cohort__customers. -#}
{% macro cohort_kinds() -%}
    {{ return({
        'first_touch': 'first_contact_date',
        'deposit': 'deposit_date',
        'first_order': 'first_order_date',
    }) }}
{%- endmacro %}

{#-
  What cohorts may be cut by, beside all: columns of int_cohort__members, in families. A family is
  grouped once; its members are sums of that.
-#}
{% macro cohort_segment_families() -%}
    {{ return({
        'channel': ['first_channel', 'first_domain'],
        'product': ['first_product', 'product_role'],
        'price': ['price_band'],
        'place': ['province'],
    }) }}
{%- endmacro %}
{% macro cohort_segments() -%}
    {{ return(cohort_segment_families().values() | sum(start=[])) }}
{%- endmacro %}

{#-
  The variable cohort_cuts, one entry per kind: kind, start (column), period, clock, days (of a
  rolling period), max_k, families (name -> segments of it). A word that it does not know stops the
  build.
-#}
{% macro cohort_cuts() -%}
    {%- set rolling = cohort_rolling_clocks() -%}
    {%- set known = {
        'kind': cohort_kinds().keys() | list,
        'period': ['day', 'week', 'month', 'quarter'],
        'clock': ['calendar'] + rolling.keys() | list,
        'segment': cohort_segments(),
    } -%}
    {%- set cuts = [] -%}
    {#- The linter renders without variables and without exceptions. -#}
    {%- set entries = var('cohort_cuts') if exceptions is defined else [{
        'kinds': ['first_order'], 'period': 'month', 'clock': 'calendar', 'max_k': 9,
        'segments': ['first_domain', 'province'],
    }] -%}
    {%- for cut in entries -%}
        {%- set families = {} -%}
        {%- for family, segments in cohort_segment_families().items() -%}
            {%- set wanted = segments | select('in', cut.segments) | list -%}
            {%- if wanted %}{% do families.update({family: wanted}) %}{% endif -%}
        {%- endfor -%}
        {%- for kind in cut.kinds -%}
            {%- set words = [('kind', kind), ('period', cut.period), ('clock', cut.clock)] -%}
            {%- for segment in cut.segments -%}
                {%- do words.append(('segment', segment)) -%}
            {%- endfor -%}
            {%- for word, value in words if value not in known[word] -%}
                {{ exceptions.raise_compiler_error(
                    "dbt_project.yml, variable cohort_cuts, entry " ~ cut ~ ": " ~ word ~ " '"
                    ~ value ~ "' is unknown; write one of " ~ known[word] | join(', ')
                ) }}
            {%- endfor -%}
            {%- do cuts.append({
                'kind': kind,
                'start': cohort_kinds()[kind],
                'period': cut.period,
                'clock': cut.clock,
                'days': rolling.get(cut.clock),
                'max_k': cut.max_k,
                'families': families,
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(cuts) }}
{%- endmacro %}

{#- Clocks of the customer's own: name -> days of a period. -#}
{% macro cohort_rolling_clocks() -%}
    {{ return({'rolling_7': 7, 'rolling_30': 30}) }}
{%- endmacro %}

{#- The periods that any cut is built for. -#}
{% macro cohort_periods() -%}
    {{ return(cohort_cuts() | map(attribute='period') | unique | list) }}
{%- endmacro %}

{#- Kind, period and clock of a cut, and the family of a row that `group_by_family` made. -#}
{% macro cohort_cut_columns(cut) -%}
    '{{ cut.kind }}' as cohort_kind,
    '{{ cut.period }}' as cohort_period_type,
    '{{ cut.clock }}' as clock,
    {% if cut.families -%}
        case
            {%- for family, segments in cut.families.items() %}
            when grouping({{ segments[0] }}) = 0 then '{{ family }}'
            {%- endfor %}
        end as family,
    {%- else -%}
        'none' as family,
    {%- endif %}
    '{{ (cut.families.keys() | list + ['none'])[0] }}' as first_family,
    {%- set used = cut.families.values() | sum(start=[]) %}
    {%- for segment in cohort_segments() %}
    {{ segment if segment in used else 'cast(null as string)' }} as {{ segment }},
    {%- endfor %}
    cohort_number
{%- endmacro %}

{#- Once per family of the cut over the same rows. -#}
{% macro group_by_family(cut, columns) -%}
    {%- set sets = [] -%}
    {%- for segments in cut.families.values() -%}
        {%- do sets.append('(' ~ columns ~ ', ' ~ segments | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- if sets -%}
        group by grouping sets ({{ sets | join(', ') }})
    {%- else -%}
        group by {{ columns }}
    {%- endif -%}
{%- endmacro %}

{#-
  Rows by family -> rows by segment_type and segment_value, all among them.
  measures: column -> aggregate function. The segments of members are never null.
-#}
{% macro by_segment(relation, columns, measures) -%}
    {%- set cut_columns = 'cohort_kind, cohort_period_type, clock' -%}
    {%- set segments = [('all', none, none)] -%}
    {%- for family, names in cohort_segment_families().items() -%}
        {%- for name in names %}{% do segments.append((name, name, family)) %}{% endfor -%}
    {%- endfor -%}
    {%- for name, column, family in segments %}
    select
        {{ cut_columns }},
        '{{ name }}' as segment_type,
        {{ column or "'all'" }} as segment_value,
        {{ columns }},
        {% for measure, aggregate in measures.items() -%}
            {{ aggregate }}({{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ relation }}
    {% if column -%}
        where family = '{{ family }}' and {{ column }} is not null
    {%- else -%}
        where family = first_family
    {%- endif %}
    group by {{ cut_columns }}, {{ columns }}{{ ', ' ~ column if column }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The columns that name one cohort. -#}
{% macro cohort_columns() -%}
    {{ return([
        'cohort_kind',
        'cohort_period_type',
        'clock',
        'segment_type',
        'segment_value',
        'cohort_number',
    ]) }}
{%- endmacro %}

{#- The product, price band and province of a customer who has not ordered yet. -#}
{% macro no_order() -%} '(no order)' {%- endmacro %}

{#- The columns that name a published cohort. -#}
{% macro cohort_key_columns() -%}
    cohort_kind, cohort_period_type, clock, segment_type, segment_value, cohort_period
{%- endmacro %}

{#- What the triangle shows: columns of rpt_cohort. -#}
{% macro cohort_triangle_measures() -%}
    {{ return([
        'active_customers',
        'retention_rate',
        'retention_on_or_after',
        'revenue_net_cny',
        'ltv_net_cny',
    ]) }}
{%- endmacro %}

{#- The cells of one measure side by side, as many as the contract of rpt_cohort_triangle names. -#}
{% macro cohort_triangle_cells(measure) -%}
    {%- for k in range(25) %}
    max(case when k = {{ k }} then cast({{ measure }} as double) end) as k{{ k }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The sum of each column under its own name. -#}
{% macro sums_of(columns) -%}
    {%- for column in columns %}
    sum({{ column }}) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
  The first and the last day that the k-th period of a row of cohorts covers. Rolling periods begin
  with the customer who started first and end with the one who started last.
-#}
{% macro cohort_cell_start(k) -%}
    case
        {%- for period in cohort_periods() %}
        when clock = 'calendar' and cohort_period_type = '{{ period }}'
            then {{ period_first_day(period, 'cohort_number + ' ~ k) }}
        {%- endfor %}
        {%- for clock, days in cohort_rolling_clocks().items() %}
        when clock = '{{ clock }}' then {{ add_days('first_start_date', k ~ ' * ' ~ days) }}
        {%- endfor %}
    end
{%- endmacro %}
{% macro cohort_cell_end(k) -%}
    case
        {%- for period in cohort_periods() %}
        when clock = 'calendar' and cohort_period_type = '{{ period }}'
            then {{ add_days(period_first_day(period, 'cohort_number + ' ~ k ~ ' + 1'), -1) }}
        {%- endfor %}
        {%- for clock, days in cohort_rolling_clocks().items() %}
        when clock = '{{ clock }}'
            then {{ add_days('last_start_date', '(' ~ k ~ ' + 1) * ' ~ days ~ ' - 1') }}
        {%- endfor %}
    end
{%- endmacro %}

{#- The last day on which somebody can join a row of cohorts. -#}
{% macro cohort_end() -%}
    case cohort_period_type
        {%- for period in cohort_periods() %}
        when '{{ period }}' then {{ add_days(period_first_day(period, 'cohort_number + 1'), -1) }}
        {%- endfor %}
    end
{%- endmacro %}

{#- The day that cohorts book a refund on: its own, else the day of the sale, and never before that. -#}
{% macro refund_booked_date() -%}
    greatest(coalesce(refunded_date, sale_date), sale_date)
{%- endmacro %}
