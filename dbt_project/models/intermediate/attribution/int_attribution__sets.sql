-- The set of channels that a converting path holds: bit n - 1 stands for channel number n.
select
    lookback_days,
    conversion_number,
    bit_or({{ bit('channel_number - 1') }}) as channel_set,
    max(path_length) as path_length
from {{ ref('int_attribution__paths') }}
where path_length > 0
group by lookback_days, conversion_number
