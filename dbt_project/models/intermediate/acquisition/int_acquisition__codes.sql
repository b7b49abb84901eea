-- Which source and variant a code belongs to: of two beginnings that fit, the longer one speaks.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

rewards as (

    select
        scans.state as acquisition_code,
        sum(scans.reward_cny) as reward_cny,
        min({{ local_date('scans.scanned_at') }}) as first_reward_date
    from {{ ref('stg_parcel_cards__scans') }} as scans
    cross join as_of
    where {{ local_date('scans.scanned_at') }} <= as_of.as_of_date
    group by scans.state

),

seen as (

    select acquisition_code from rewards
    union
    select campaign as acquisition_code from {{ ref('int_wecom__relations') }}
    union
    select qr_scene_str as acquisition_code from {{ ref('stg_official_account__follows') }}

),

ranked as (

    select
        seen.acquisition_code,
        rules.code_prefix,
        rules.acquisition_source,
        row_number() over (
            partition by seen.acquisition_code order by length(rules.code_prefix) desc nulls last
        ) as rule_number
    from seen
    left join {{ ref('acquisition_sources') }} as rules
        on left(seen.acquisition_code, length(rules.code_prefix)) = rules.code_prefix
    where seen.acquisition_code is not null

)

select
    ranked.acquisition_code,
    coalesce(ranked.acquisition_source, '(other)') as acquisition_source,
    coalesce(
        nullif(substr(ranked.acquisition_code, length(ranked.code_prefix) + 1), ''),
        ranked.acquisition_code
    ) as variant,
    rewards.reward_cny,
    rewards.first_reward_date
from ranked
left join rewards on ranked.acquisition_code = rewards.acquisition_code
where ranked.rule_number = 1
