with latest as (

    {{
        latest_snapshot(
            source('raw_official_account', 'followers'), ['_account', 'openid'], 'row'
        )
    }}

),

-- After someone leaves, the export keeps only the openid. What the newest file from before said
-- of the person and of how they came still holds.
last_follow as (

    {{
        latest_snapshot(
            source('raw_official_account', 'followers'),
            ['_account', 'openid'],
            'row',
            'subscribed_at is not null'
        )
    }}

),

renamed as (

    select
        -- ids
        latest.openid,
        coalesce(latest.unionid, last_follow.unionid) as unionid,
        latest._account as account,

        -- strings
        coalesce(latest.language, last_follow.language) as language,
        coalesce(latest.group_id, last_follow.group_id) as group_id,
        coalesce(latest.tag_ids, last_follow.tag_ids) as tag_ids,
        last_follow.subscribe_scene,
        last_follow.qr_scene,
        last_follow.qr_scene_str,
        latest._variant as export_variant,

        -- numerics
        latest._file_id as file_id,
        latest._line_number as line_number,

        -- booleans
        latest.is_subscribed,

        -- timestamps
        last_follow.subscribed_at,
        latest._exported_at as exported_at
    from latest
    left join last_follow
        on
            latest.openid = last_follow.openid
            and latest._account = last_follow._account

)

select * from renamed
