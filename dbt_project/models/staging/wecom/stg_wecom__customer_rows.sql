-- Every snapshot, not only the newest: who is missing from the next one has left. The list has no
-- customer number. Member and second of adding name the relation; the nick cannot, because it
-- changes, so it only tells apart customers whom one member got in the same second.
with source as (

    select * from {{ source('raw_wecom', 'customers') }}

),

renamed as (

    select
        -- ids
        follow_userid,
        customer_nick_key,
        remark_phones_keys,
        remark_email_key,
        _account as account,

        -- strings
        customer_nick_masked,
        remark_email_masked,
        member_name,
        department,
        add_source,
        tags,
        _variant as export_variant,

        -- numerics
        dense_rank() over (
            partition by _account, {{ local_date('_exported_at') }}, follow_userid, added_at
            order by customer_nick_key asc nulls last
        ) as relation_number,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        added_at,
        {{ local_date('_exported_at') }} as snapshot_date,
        _exported_at as exported_at
    from source

)

select * from renamed
