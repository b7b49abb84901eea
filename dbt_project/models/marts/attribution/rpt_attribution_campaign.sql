{{ attribution_report(['channel_number', 'campaign_key']) }}
