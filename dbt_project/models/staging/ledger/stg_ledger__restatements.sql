with source as (

    select * from {{ source('ledger', 'restatements') }}

),

renamed as (

    select
        -- strings
        compared_version,
        metric,
        metric_label_zh,
        cause,

        -- numerics
        published_value,
        restated_value,
        late_rows,
        corrected_rows,
        refunded_rows,
        regrouped_rows,
        withdrawn_rows,

        -- booleans
        is_same_day,
        is_rule_change,

        -- timestamps
        restated_at,
        metric_date
    from source

)

select * from renamed
