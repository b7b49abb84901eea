-- Who serves customers for the brand: the guides of the stores' list, other WeCom members who hold
-- contacts, and the distributors (分销员) whom orders name. What they cost comes from the seed
-- guide_costs, else from the list.
with guides as (

    select
        *,
        row_number() over (
            partition by wecom_userid order by hired_on desc nulls last, guide_id asc nulls last
        ) as userid_number,
        row_number() over (
            partition by account, store_name, guide_name
            order by hired_on desc nulls last, guide_id asc nulls last
        ) as name_number
    from {{ ref('stg_stores__guides') }}

),

unioned as (

    select
        'guide' as seller_kind,
        guides.guide_id as seller_id,
        guides.guide_name as seller_name,
        guides.store_name,
        case when guides.userid_number = 1 then guides.wecom_userid end as wecom_userid,
        guides.name_number = 1 as is_first_of_name,
        coalesce(statuses.is_employed, true) as is_employed,
        guides.monthly_cost_cny,
        guides.hired_on as hired_date
    from guides
    left join {{ ref('guide_status_map') }} as statuses
        on guides.guide_status = statuses.guide_status
    union all
    select
        'wecom_member' as seller_kind,
        members.follow_userid as seller_id,
        cast(null as string) as seller_name,
        cast(null as string) as store_name,
        members.follow_userid as wecom_userid,
        false as is_first_of_name,
        true as is_employed,
        cast(null as decimal(18, 4)) as monthly_cost_cny,
        cast(null as date) as hired_date
    from (select distinct follow_userid from {{ ref('int_wecom__relations') }}) as members
    left join guides
        on members.follow_userid = guides.wecom_userid and guides.userid_number = 1
    where guides.guide_id is null
    union all
    select
        'distributor' as seller_kind,
        distributors.distributor as seller_id,
        distributors.distributor as seller_name,
        cast(null as string) as store_name,
        cast(null as string) as wecom_userid,
        false as is_first_of_name,
        true as is_employed,
        0 as monthly_cost_cny,
        cast(null as date) as hired_date
    from (select distinct distributor from {{ ref('stg_youzan__orders') }}) as distributors
    where distributors.distributor is not null

)

select
    unioned.seller_kind,
    unioned.seller_id,
    unioned.seller_name,
    unioned.store_name,
    unioned.wecom_userid,
    unioned.is_first_of_name,
    unioned.is_employed,
    coalesce(costs.monthly_cost_cny, unioned.monthly_cost_cny) as monthly_cost_cny,
    -- a distributor lives of a commission; nobody says of the others that they have one
    case
        when unioned.seller_kind = 'distributor' then costs.commission_rate
        else coalesce(costs.commission_rate, 0)
    end as commission_rate,
    unioned.hired_date
from unioned
left join {{ ref('guide_costs') }} as costs on unioned.seller_id = costs.seller_id
