-- Cause comes before effect, and not too long before: exact seconds, both ends included.
select
    conversion_id,
    touch_id,
    touched_at,
    converted_at
from {{ ref('rpt_attribution_touch') }}
where
    touched_at is not null
    and (
        touched_at > converted_at
        or {{ seconds_between('touched_at', 'converted_at') }} > lookback_days * 86400
    )
