with source as (

    select * from {{ source('raw_referrals', 'invitations') }}

),

renamed as (

    select
        -- ids
        inviter_member_id_crm,
        inviter_phone_key,
        invitee_member_id_crm,
        invitee_phone_key,
        _account as account,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        invited_at,
        _exported_at as exported_at
    from source

)

select * from renamed
