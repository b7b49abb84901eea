with source as (

    select * from {{ source('ledger', 'files') }}

),

renamed as (

    select
        -- ids
        file_id,
        sha256,
        contract_hash,
        account,

        -- strings
        file_name,
        relative_path,
        member,
        source,
        contract,
        variant,
        encoding,
        status,
        message,
        unknown_headers,

        -- numerics
        size_bytes,
        header_line,
        rows_read,
        rows_loaded,
        rows_rejected,
        rows_junk,

        -- booleans
        is_current,

        -- timestamps
        delivered_at,
        exported_at,
        loaded_at
    from source

)

select * from renamed
