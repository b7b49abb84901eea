{#- What paths that convert and paths that do not have in common. -#}

{#- What a path can lead to, the setting attribution_goals: each is attributed on its own. -#}
{% macro attribution_goals() -%}
    {%- set goals = var('attribution_goals', ['order', 'lead']) -%}
    {#- The linter renders without exceptions. -#}
    {%- if exceptions is defined -%}
        {%- for goal in goals if goal not in ['order', 'lead'] -%}
            {{ exceptions.raise_compiler_error(
                "attribution_goals holds '" ~ goal ~ "'; write order, lead or both into the vars of "
                ~ "dbt_project.yml"
            ) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(goals) }}
{%- endmacro %}

{#- A conversion of nobody known is a journey of its own; whole numbers are quicker than texts. -#}
{% macro journey_key(customer_id, conversion_id) -%}
    coalesce({{ customer_id }}, -{{ text_number(conversion_id) }})
{%- endmacro %}

{#- The rule for direct visits: keep, ignore_unless_only, last_non_direct or exclude. -#}
{% macro direct_rule() -%}
    {%- set rule = var('attribution_direct', 'ignore_unless_only') -%}
    {%- if
        rule not in ['keep', 'ignore_unless_only', 'last_non_direct', 'exclude']
        and exceptions is defined
    -%}
        {{ exceptions.raise_compiler_error(
            "attribution_direct is '" ~ rule ~ "'; write keep, last_non_direct, "
            ~ "ignore_unless_only or exclude into the vars of dbt_project.yml"
        ) }}
    {%- endif -%}
    {{ return(rule) }}
{%- endmacro %}

{#-
  The order of touches, over the table of that name. Touches that count or do not count together are
  numbered together, so that the rule for direct visits leaves no gap in the numbers of a path:
  direct touches apart where the rule drops them.
-#}
{% macro in_sequence(touches) -%}
    partition by
        {{ touches }}.journey_key
        {%- if direct_rule() in ['ignore_unless_only', 'exclude'] %}, {{ touches }}.is_direct{% endif %}
    order by {{ touches }}.touched_at asc nulls last, {{ touches }}.touch_id asc nulls last
{%- endmacro %}

{#-
  The channel of a touch and of the up to three before it as one whole number, 8 bits each, the
  newest lowest: what pipelines.attribution.Steps calls recent. Paths cut it off where they begin.
-#}
{% macro recent_channels(touches) -%}
    {{ touches }}.channel_number
    {%- for steps in range(1, 4) %}
    + {{ 256 ** steps }} * coalesce(
        lag({{ touches }}.channel_number, {{ steps }}) over ({{ in_sequence(touches) }}), 0
    )
    {%- endfor %}
{%- endmacro %}

{#- The number of the channel so many steps before the newest one, 0 where there is none. -#}
{% macro channel_of_recent(recent_channels, steps) -%}
    cast(floor({{ recent_channels }} / {{ 256 ** steps }}) as bigint) % 256
{%- endmacro %}

{#-
  What a path needs to know of all its touches, over groups of the columns is_direct and
  sequence_number: how many count, and the number of the last that counts. The rule holds before any
  weight is given, so that credit is shared among the touches that count.
-#}
{% macro path_extent() -%}
    {%- set rule = direct_rule() -%}
    {%- if rule == 'keep' -%}
    max(sequence_number) as last_number,
    count(*) as touches,
    {%- elif rule == 'last_non_direct' -%}
    coalesce(max(case when not is_direct then sequence_number end), max(sequence_number))
        as last_number,
    coalesce(max(case when not is_direct then sequence_number end), max(sequence_number))
    - min(sequence_number) + 1 as touches,
    {%- else -%}
    coalesce(max(case when not is_direct then sequence_number end), max(sequence_number))
        as last_number,
    {%- if rule == 'exclude' %}
    count(case when not is_direct then 1 end) as touches,
    {%- else %}
    coalesce(nullif(count(case when not is_direct then 1 end), 0), count(*)) as touches,
    {%- endif %}
    {%- endif %}
    max(case when is_direct then 0 else 1 end) as others
{%- endmacro %}

{#- The touches of a path that count, with `paths` of path_extent and `touches` before it. -#}
{% macro counts_as_touch() -%}
    {%- set rule = direct_rule() -%}
    touches.sequence_number > paths.last_number - least(paths.touches, {{ max_touches() }})
    and touches.sequence_number <= paths.last_number
    {%- if rule == 'exclude' %}
    and not touches.is_direct
    {%- elif rule == 'ignore_unless_only' %}
    and (not touches.is_direct or paths.others = 0)
    {%- endif %}
{%- endmacro %}

{#-
  The seconds between the last touch that counts and the conversion, over groups as path_extent has
  them, with the column seconds_before.
-#}
{% macro newest_seconds() -%}
    {%- if direct_rule() == 'keep' -%}
    min(seconds_before)
    {%- else -%}
    coalesce(min(case when not is_direct then seconds_before end), min(seconds_before))
    {%- endif -%}
{%- endmacro %}

{% macro max_touches() -%} {{ var('attribution_max_touches', 100) }} {%- endmacro %}

{#-
  Place, length and recent_channels of a touch that counts.
-#}
{% macro place_in_path() -%}
    {%- set length = 'least(paths.touches, ' ~ max_touches() ~ ')' -%}
    {%- set position = 'touches.sequence_number - paths.last_number + ' ~ length -%}
    touches.channel_number,
    {{ position }} as position,
    {{ length }} as path_length,
    case {{ position }}
        {%- for touch in range(1, 4) %}
        when {{ touch }} then touches.recent_channels % {{ 256 ** touch }}
        {%- endfor %}
        else touches.recent_channels
    end as recent_channels
{%- endmacro %}

{#-
  A set of channels is two whole numbers of 62 bits: bit n - 1 stands for channel number n, the
  second number for the channels from 63.
-#}
{% macro channel_sets() -%}
    bit_or({{ set_of_channel('channel_number') }}) as channel_set,
    bit_or({{ further_set_of_channel('channel_number') }}) as further_channel_set
{%- endmacro %}
{% macro set_of_channel(channel_number) -%}
    case when {{ channel_number }} <= 62 then {{ bit(channel_number ~ ' - 1') }} else 0 end
{%- endmacro %}
{% macro further_set_of_channel(channel_number) -%}
    case when {{ channel_number }} > 62 then {{ bit(channel_number ~ ' - 63') }} else 0 end
{%- endmacro %}

{#-
  The half-lives in hours that the touch sequence keeps weights for, and how its columns name one.
-#}
{% macro half_lives() -%} {{ return(var('attribution_half_life_hours', [168])) }} {%- endmacro %}
{% macro in_hours(half_life) -%} {{ half_life | string | replace('.', '_') }}h {%- endmacro %}

{#-
  What a touch weighs beside the newest of its path, which is 1: however old they are, no path sums
  to nothing. With `touches` and `paths`, which has newest_seconds.
-#}
{% macro decayed(half_life) -%}
    power(2, (paths.newest_seconds - touches.seconds_before) / 3600 / {{ half_life }})
{%- endmacro %}

{#- The numbers that games may have, each with its goal, as int_attribution__games gives them. -#}
{% macro possible_games() -%}
    {%- set games = [] -%}
    {#- the industry profile's own look-back comes to those of the setting -#}
    {%- for place in range(var('attribution_lookback_days') | length + 1) -%}
        {%- for goal in attribution_goals() -%}
            {%- do games.append((games | length, goal)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(games) }}
{%- endmacro %}

{#- The place of a touch in the paths of a game that led to nothing: the numbers of place_in_game. -#}
{% macro touch_places() -%}
    {{ return({'alone': 1, 'first': 2, 'between': 3, 'last': 4}) }}
{%- endmacro %}

{#-
  Where a touch stands in a path of a game that led to nothing, null where it led to a conversion:
  over touches with the seconds to the touches before and after them and, of all three, to the next
  conversion. A path begins where the touch before is longer ago than the look-back, or converted.
-#}
{% macro place_in_game(seconds, goal) -%}
    {%- set place = touch_places() -%}
    {%- set begins -%}
    (seconds_before is null or seconds_before > {{ seconds }} or before_to_{{ goal }} <= {{ seconds }})
    {%- endset -%}
    {%- set ends -%}
    (seconds_after is null or seconds_after > {{ seconds }} or after_to_{{ goal }} <= {{ seconds }})
    {%- endset -%}
    case
        when {{ seconds }} is null or seconds_to_{{ goal }} <= {{ seconds }} then null
        when {{ begins }} and {{ ends }} then {{ place.alone }}
        when {{ begins }} then {{ place.first }}
        when {{ ends }} then {{ place.last }}
        else {{ place.between }}
    end
{%- endmacro %}

{#- The bits of the games in which a touch stands at that place. -#}
{% macro games_at_place(place) -%}
    (
        {%- for number, _ in possible_games() -%}
            {{ ' + ' if not loop.first }}case when place_{{ number }} = {{ place }} then {{ bit(number) }} else 0 end
        {%- endfor -%}
    )
{%- endmacro %}

{#- Touches that are a path of some game by themselves, where the rule lets direct ones be a path. -#}
{% macro touches_alone() -%}
    {{ games_at_place(touch_places().alone) }} > 0
    {%- if direct_rule() == 'exclude' %} and not is_direct {%- endif %}
{%- endmacro %}

{#- Paths of int_attribution__null_paths in a game of int_attribution__games. -#}
{% macro is_in_game(null_paths, games) -%} ({{ null_paths }}.games & {{ games }}.game) <> 0 {%- endmacro %}

{#- The as-of day, its end, and the look-back after which every path is one that led to nothing. -#}
{% macro as_of_and_longest_lookback() -%}
    select
        as_of.as_of_date,
        {{ end_of_local_day('as_of.as_of_date') }} as as_of_at,
        max(lookbacks.lookback_days) as longest_lookback_days
    from {{ ref('int_calendar__as_of') }} as as_of
    cross join {{ ref('int_attribution__lookbacks') }} as lookbacks
    group by as_of.as_of_date
{%- endmacro %}

{#-
  Whole days between the last touch of a path and the end of the as-of day, at most those of the
  longest look-back; over `as_of` of as_of_and_longest_lookback. Until the look-back has passed a
  path may still convert: it is censored, not a failure.
-#}
{% macro days_since(null_paths, as_of) -%}
    least(
        floor({{ seconds_between(null_paths ~ '.last_touched_at', as_of ~ '.as_of_at') }} / 86400),
        {{ as_of }}.longest_lookback_days
    )
{%- endmacro %}
{% macro is_censored(null_paths, games) -%}
    ({{ null_paths }}.days_since < {{ games }}.lookback_days)
{%- endmacro %}

{#-
  A share of an amount in fen, rounded down; a tenth of a millionth of a fen absorbs that 1/3 + 1/3
  + 1/3 is not quite 1.
-#}
{% macro whole_fen(amount, weight) -%} floor({{ amount }} * {{ weight }} + 0.0000001) {%- endmacro %}

{#- What rounding down takes away; equal ones are equal. -#}
{% macro remainder(amount, weight) -%}
    round({{ amount }} * {{ weight }} - {{ whole_fen(amount, weight) }}, 6)
{%- endmacro %}

{#- What the touch of a rank gets of the fen that are left: one each, the last perhaps a part. -#}
{% macro of_those_left(left, rank) -%} greatest(least({{ left }} - ({{ rank }} - 1), 1), 0) {%- endmacro %}

{#-
  An amount handed out by the largest remainder, over rows of position, path_length and the weights
  of the first touch, of each touch between, and of the last.
-#}
{% macro fen_by_place(amount) -%}
    {%- set first = remainder(amount, 'first_weight') -%}
    {%- set middle = remainder(amount, 'middle_weight') -%}
    {%- set last = remainder(amount, 'last_weight') -%}
    {%- set left -%}
    {{ amount }} - {{ whole_fen(amount, 'first_weight') }}
    - (path_length - 2) * {{ whole_fen(amount, 'middle_weight') }}
    - {{ whole_fen(amount, 'last_weight') }}
    {%- endset -%}
    {%- set of_first = '1 + case when ' ~ middle ~ ' > ' ~ first ~ ' then path_length - 2 else 0 end + case when ' ~ last ~ ' > ' ~ first ~ ' then 1 else 0 end' -%}
    {%- set of_middle = 'position - 1 + case when ' ~ first ~ ' >= ' ~ middle ~ ' then 1 else 0 end + case when ' ~ last ~ ' > ' ~ middle ~ ' then 1 else 0 end' -%}
    {%- set of_last = '1 + case when ' ~ first ~ ' >= ' ~ last ~ ' then 1 else 0 end + case when ' ~ middle ~ ' >= ' ~ last ~ ' then path_length - 2 else 0 end' -%}
    case
        when position = 1
            then {{ whole_fen(amount, 'first_weight') }}
                + {{ of_those_left(left, of_first) }}
        when position = path_length
            then {{ whole_fen(amount, 'last_weight') }}
                + {{ of_those_left(left, of_last) }}
        else {{ whole_fen(amount, 'middle_weight') }}
            + {{ of_those_left(left, of_middle) }}
    end
{%- endmacro %}

{#- The same over rows of position and weight, for any weights. -#}
{% macro fen_by_remainder(amount) -%}
    {%- set in_path = 'partition by path_key, lookback_days, model_number' -%}
    {%- set in_rank -%}
    {{ in_path }} order by {{ remainder(amount, 'weight') }} desc nulls last, position asc nulls last
    {%- endset -%}
    {%- set left -%}
    {{ amount }} - sum({{ whole_fen(amount, 'weight') }}) over ({{ in_path }})
    {%- endset -%}
    {{ whole_fen(amount, 'weight') }}
    + {{ of_those_left(left, 'row_number() over (' ~ in_rank ~ ')') }}
{%- endmacro %}
