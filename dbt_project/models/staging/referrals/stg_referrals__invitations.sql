{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=[
            'account',
            'invited_at',
            'campaign',
            'inviter_member_id_crm',
            'inviter_phone_key',
            'inviter_phone_masked',
            'invitee_member_id_crm',
            'invitee_phone_key',
            'invitee_phone_masked',
        ]
    )
}}
with source as (

    {{
        latest_snapshot(
            source('raw_referrals', 'invitations'),
            [
                '_account',
                'invited_at',
                'campaign',
                'inviter_member_id_crm',
                'inviter_phone_key',
                'inviter_phone_masked',
                'invitee_member_id_crm',
                'invitee_phone_key',
                'invitee_phone_masked',
            ],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        inviter_member_id_crm,
        inviter_phone_key,
        invitee_member_id_crm,
        invitee_phone_key,
        _account as account,

        -- strings
        campaign,
        inviter_phone_masked,
        invitee_phone_masked,
        referral_status,
        _variant as export_variant,

        -- numerics
        row_number() over (
            partition by
                _account,
                invited_at,
                campaign,
                inviter_member_id_crm,
                inviter_phone_key,
                inviter_phone_masked,
                invitee_member_id_crm,
                invitee_phone_key,
                invitee_phone_masked
            order by _line_number asc nulls last
        ) as invitation_number,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        invited_at,
        _exported_at as exported_at
    from source

)

select * from renamed
