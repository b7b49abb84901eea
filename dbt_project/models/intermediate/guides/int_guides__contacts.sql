{{ config(meta={'distinct_texts': ['relation_key']}) }}
-- Whose WeCom contact a customer is, from when until when; handed over contacts too.
with relations as (

    select
        relations.*,
        touches.customer_id
    from {{ ref('int_wecom__relations') }} as relations
    left join {{ ref('int_touchpoints') }} as touches
        on 'wecom:' || relations.relation_key = touches.touch_id

)

select
    relations.relation_key,
    sellers.seller_kind,
    sellers.seller_id,
    relations.customer_id,
    relations.is_acquisition,
    relations.added_at,
    {{ local_date('relations.added_at') }} as added_date,
    relations.missed_at,
    {{ local_date('relations.missed_at') }} as missed_date
from relations
inner join {{ ref('int_guides__sellers') }} as sellers
    on relations.follow_userid = sellers.wecom_userid
