-- Sets of channels have 124 bits: from the 125th channel on, two would share a bit.
{{ config(meta={'dagster': {'ref': {'name': 'int_attribution__channels'}}}) }}
select
    channel,
    channel_number
from {{ ref('int_attribution__channels') }}
where channel_number > 124
