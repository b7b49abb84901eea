{{ attribution_report(['channel', 'campaign']) }}
