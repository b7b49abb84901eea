{{
    config(
        materialized='incremental',
        incremental_strategy='by_difference',
        unique_key='membership_key',
        meta={
            'distinct_texts': ['membership_key'],
            'touches': {'touched_customers': 'customer_id'}
        }
    )
}}
with unioned as (

    {% for program in ['crm', 'youzan'] %}
        select
            membership_key,
            program,
            account,
            member_id,
            merged_into_member_id,
            identifier_type,
            identifier_value,
            member_level,
            member_status,
            join_channel,
            store_name,
            guide_name,
            points,
            balance_cny,
            is_active,
            has_marketing_consent,
            joined_at
        from {{ ref('int_memberships__' ~ program) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    unioned.membership_key,
    unioned.member_id,
    unioned.merged_into_member_id,
    identifiers.identifier_id,
    identity_map.customer_id,
    unioned.program,
    unioned.account,
    unioned.member_level,
    unioned.member_status,
    unioned.join_channel,
    unioned.store_name,
    unioned.guide_name,
    cast(unioned.points as decimal(18, 4)) as points,
    cast(unioned.balance_cny as decimal(18, 4)) as balance_cny,
    identity_map.customer_id is not null as is_identified,
    unioned.is_active,
    unioned.has_marketing_consent,
    unioned.joined_at,
    {{ local_date('unioned.joined_at') }} as joined_date
from unioned
{{ join_customer('unioned', 'unioned.joined_at') }}
