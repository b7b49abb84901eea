{{ attribution_credit(ref('rpt_attribution_campaign_influence'), by_campaign=true) }}
