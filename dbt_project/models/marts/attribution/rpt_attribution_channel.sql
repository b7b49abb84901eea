{{ attribution_report(['channel_number']) }}
