{{ attribution_credit(ref('rpt_attribution_channel_influence'), by_campaign=false) }}
