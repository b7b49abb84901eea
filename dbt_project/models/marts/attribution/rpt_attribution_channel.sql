{{ attribution_report(['channel']) }}
