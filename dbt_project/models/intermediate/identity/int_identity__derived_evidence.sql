-- Pairs that no row states alone: they come from joins across files, so all of them are found anew
-- each time.
with tmall_orders as (

    select
        order_id_tmall,
        buyer_nick_key
    from {{ ref('stg_tmall__orders') }}

),

jd_orders as (

    select distinct
        order_id_jd,
        buyer_account_key
    from {{ ref('stg_jd__orders') }}

),

parcel_card_scans as (

    select * from {{ ref('stg_parcel_cards__scans') }}
    where order_id is not null

),

-- An order keeps its number when its buyer changes the nick.
renamed_buyers as (

    select
        order_id_tmall,
        min(buyer_nick_key) as one_nick_key,
        max(buyer_nick_key) as other_nick_key,
        min(created_at) as created_at,
        max(exported_at) as exported_at,
        max(file_id) as file_id,
        max_by(line_number, file_id) as line_number
    from {{ ref('stg_tmall__order_rows') }}
    where buyer_nick_key <> ''
    group by order_id_tmall
    having min(buyer_nick_key) <> max(buyer_nick_key)

),

-- The number left at a visit is often that of whoever came along. It speaks for a card where
-- nothing better does.
cards_with_phone as (

    select member_id_crm from {{ ref('stg_crm__member_rows') }}
    where member_phone_key <> ''
    union
    select inviter_member_id_crm as member_id_crm from {{ ref('stg_referrals__invitation_rows') }}
    where inviter_phone_key <> ''
    union
    select invitee_member_id_crm as member_id_crm from {{ ref('stg_referrals__invitation_rows') }}
    where invitee_phone_key <> ''

),

visits as (

    select visits.*
    from {{ ref('stg_stores__visits') }} as visits
    left join cards_with_phone on visits.member_id_crm = cards_with_phone.member_id_crm
    where cards_with_phone.member_id_crm is null

),

pairs as (

    select
        32 as rule_id,
        tmall_orders.buyer_nick_key as identifier_value_a,
        parcel_card_scans.account || ':' || parcel_card_scans.openid as identifier_value_b,
        'parcel_cards_scans' as source,
        parcel_card_scans.scanned_at as first_seen_at,
        parcel_card_scans.scanned_at as last_seen_at,
        parcel_card_scans.file_id,
        parcel_card_scans.line_number
    from parcel_card_scans
    inner join tmall_orders on parcel_card_scans.order_id = tmall_orders.order_id_tmall
    union all
    select
        40 as rule_id,
        jd_orders.buyer_account_key as identifier_value_a,
        parcel_card_scans.account || ':' || parcel_card_scans.openid as identifier_value_b,
        'parcel_cards_scans' as source,
        parcel_card_scans.scanned_at as first_seen_at,
        parcel_card_scans.scanned_at as last_seen_at,
        parcel_card_scans.file_id,
        parcel_card_scans.line_number
    from parcel_card_scans
    inner join jd_orders on parcel_card_scans.order_id = jd_orders.order_id_jd
    union all
    select
        41 as rule_id,
        one_nick_key as identifier_value_a,
        other_nick_key as identifier_value_b,
        'tmall_orders' as source,
        created_at as first_seen_at,
        exported_at as last_seen_at,
        file_id,
        line_number
    from renamed_buyers
    union all
    select
        42 as rule_id,
        member_id_crm as identifier_value_a,
        visitor_phone_key as identifier_value_b,
        'stores_visits' as source,
        visited_at as first_seen_at,
        visited_at as last_seen_at,
        file_id,
        line_number
    from visits
    union all
    select
        case when identifier_type = 'wecom_external_userid' then 9 else 35 end as rule_id,
        identifier_value as identifier_value_a,
        phone_key as identifier_value_b,
        'wecom_customers' as source,
        added_at as first_seen_at,
        last_seen_at,
        file_id,
        line_number
    from {{ ref('int_identity__list_phones') }}

)

select * from pairs
where identifier_value_a <> '' and identifier_value_b <> ''
