{{ config(materialized='view') }}
{{
    attribution_report(
        ref('rpt_attribution_campaign_credit'),
        ref('rpt_attribution_campaign_influence'),
        by_campaign=true
    )
}}
