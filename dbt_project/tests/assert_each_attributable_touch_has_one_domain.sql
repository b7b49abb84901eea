-- A touch with a channel has the channel's domain.
select
    touch_id,
    channel,
    domain
from {{ ref('fct_touchpoints') }}
where channel is not null and domain is null
