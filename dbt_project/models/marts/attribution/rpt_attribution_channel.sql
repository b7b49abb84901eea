{{ config(materialized='view') }}
{{
    attribution_report(
        ref('rpt_attribution_channel_credit'),
        ref('rpt_attribution_channel_influence'),
        by_campaign=false
    )
}}
