-- Facts by the export that told them, and how many of them name somebody and belong to a customer.
with orders as (

    select * from {{ ref('fct_orders') }}

),

rows_of_facts as (

    select
        'tmall' as source,
        'orders' as export,
        identifier_id,
        customer_id
    from orders
    where platform = 'tmall'
    union all
    select
        lines.platform as source,
        case lines.platform
            when 'tmall' then 'items'
            when 'pos' then 'sales'
            when 'laike' then 'sales'
            else 'orders'
        end as export,
        orders.identifier_id,
        lines.customer_id
    from {{ ref('fct_order_lines') }} as lines
    left join orders on lines.order_key = orders.order_key
    union all
    select
        source,
        case source
            when 'official_account' then 'followers'
            when 'parcel_cards' then 'scans'
            when 'stores' then 'visits'
            when 'hubspot' then 'contacts'
            when 'klaviyo' then 'profiles'
        end as export,
        identifier_id,
        customer_id
    from {{ ref('fct_touchpoints') }}
    where source in ('official_account', 'parcel_cards', 'stores', 'hubspot', 'klaviyo')
    union all
    select
        'wecom' as source,
        replace(relations.source, 'wecom_', '') as export,
        touchpoints.identifier_id,
        touchpoints.customer_id
    from {{ ref('fct_touchpoints') }} as touchpoints
    inner join {{ ref('int_wecom__relations') }} as relations
        on touchpoints.touch_id = 'wecom:' || relations.relation_key
    union all
    select
        program as source,
        case program when 'crm' then 'members' else 'customers' end as export,
        identifier_id,
        customer_id
    from {{ ref('fct_memberships') }}
    union all
    select
        source,
        case
            when source = 'wecom' then 'mass_sends'
            when medium = 'sms' then 'sms_sends'
            when medium = 'email' then 'email_sends'
            when medium = 'ai_call' then 'ai_calls'
        end as export,
        identifier_id,
        customer_id
    from {{ ref('fct_outreach') }}
    union all
    select
        source,
        'group_members' as export,
        identifier_id,
        customer_id
    from {{ ref('fct_group_memberships') }}
    union all
    select
        source,
        export,
        identifier_id,
        customer_id
    from {{ ref('fct_leads') }}
    where source = 'oceanengine'
    union all
    select
        source,
        'invitations' as export,
        inviter_identifier_id as identifier_id,
        inviter_customer_id as customer_id
    from {{ ref('fct_referrals') }}
    union all
    -- the refunds of other platforms stand on their orders
    select
        exports.source,
        exports.export,
        refunds.identifier_id,
        refunds.customer_id
    from {{ ref('fct_refunds') }} as refunds
    inner join {{ ref('export_facts') }} as exports
        on refunds.platform = exports.source and exports.fact = 'fct_refunds'
    where refunds.stated_refund_cny is not null

),

ad_rows as (

    select
        source,
        case ad_product
            when 'google_ads' then 'campaigns'
            when 'oceanengine' then 'reports'
            when 'qianchuan' then report_level || 's'
            when 'tencent_ads' then 'reports'
            when 'wanxiangtai' then 'items'
            when 'juguang' then 'juguang_notes'
            when 'pugongying' then 'pugongying_orders'
            when 'zhitongche' then 'units'
        end as export
    from {{ ref('fct_ad_spend') }}

),

counts_of_facts as (

    select
        'douyin' as source,
        'live_sessions' as export,
        count(*) as facts
    from {{ ref('fct_live_sessions') }}
    union all
    select
        source,
        case source when 'wecom' then 'statistics' else 'weekly_leads' end as export,
        count(*) as facts
    from {{ ref('fct_conversations') }}
    group by source
    union all
    select
        source,
        export,
        count(*) as facts
    from ad_rows
    group by source, export

)

select
    source,
    export,
    count(*) as facts,
    count(customer_id) as identified_facts,
    count(*) filter (where identifier_id is not null and customer_id is null)
        as unidentified_facts,
    count(*) filter (where identifier_id is null and customer_id is null) as guest_facts
from rows_of_facts
group by source, export
union all
select
    source,
    export,
    facts,
    null as identified_facts,
    null as unidentified_facts,
    null as guest_facts
from counts_of_facts
