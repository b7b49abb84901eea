-- The file has no customer number: a row is known by what its snapshot is keyed by.
select
    'youzan:' || account || ':' || md5(
        coalesce(customer_phone_key, '')
        || '|' || coalesce(customer_phone_masked, '')
        || '|' || coalesce(customer_nick_masked, '')
        || '|' || coalesce(cast(became_customer_at as string), '')
    ) as membership_key,
    'youzan' as program,
    account,
    cast(null as string) as member_id,
    cast(null as string) as merged_into_member_id,
    case when customer_phone_key is not null then 'phone' end as identifier_type,
    customer_phone_key as identifier_value,
    coalesce(paid_level, free_level) as member_level,
    cast(null as string) as member_status,
    source_channel as join_channel,
    member_store as store_name,
    guide as guide_name,
    points,
    balance_cny,
    true as is_active,
    cast(null as boolean) as has_marketing_consent,
    became_member_at as joined_at
from {{ ref('stg_youzan__customers') }}
where is_member
