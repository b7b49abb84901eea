-- Who was brought by whom. A person is brought once, by the first invitation accepted, and only who
-- had not invited anybody before is new: so every step up a tree goes back in time, and whatever
-- circles the invitations make, the trees have none. Doubling the steps finds the root of every
-- tree of up to 32 generations.
with invitations as (

    select
        *,
        row_number() over (
            partition by invitee_customer_id
            order by invited_at asc nulls last, invitation_key asc nulls last
        ) as invitation_number
    from {{ ref('fct_referrals') }}
    where is_accepted and is_inviter_identified and is_invitee_identified and not is_self_referral

),

inviters as (

    select
        inviter_customer_id as customer_id,
        min(invited_at) as first_invited_at
    from {{ ref('fct_referrals') }}
    where is_inviter_identified and not is_self_referral
    group by inviter_customer_id

),

brought as (

    select
        invitations.invitee_customer_id as customer_id,
        invitations.inviter_customer_id as parent_customer_id,
        invitations.invitation_key,
        invitations.account,
        invitations.campaign,
        invitations.invited_at,
        invitations.invited_date
    from invitations
    left join inviters on invitations.invitee_customer_id = inviters.customer_id
    where
        invitations.invitation_number = 1
        and coalesce(inviters.first_invited_at > invitations.invited_at, true)

),

up_0 as (

    select
        customer_id,
        parent_customer_id as root_customer_id,
        1 as generation
    from brought

),

{% for step in range(1, 6) %}
    {%- set before = 'up_' ~ (step - 1) -%}
    up_{{ step }} as (

        select
            lower.customer_id,
            coalesce(upper.root_customer_id, lower.root_customer_id) as root_customer_id,
            lower.generation + coalesce(upper.generation, 0) as generation
        from {{ before }} as lower
        left join {{ before }} as upper on lower.root_customer_id = upper.customer_id

    ),

{% endfor %}
children as (

    select
        parent_customer_id as customer_id,
        count(*) as children,
        min(invited_date) as first_child_date
    from brought
    group by parent_customer_id

)

select
    brought.customer_id,
    brought.parent_customer_id,
    up_5.root_customer_id,
    cast(up_5.generation as integer) as generation,
    brought.invitation_key,
    brought.account,
    brought.campaign,
    brought.invited_at,
    brought.invited_date,
    coalesce(children.children, 0) as children,
    children.first_child_date
from brought
inner join up_5 on brought.customer_id = up_5.customer_id
left join children on brought.customer_id = children.customer_id
