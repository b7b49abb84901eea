-- Channels by how often they occur. Sets of channels are the bits of one whole number, so there are
-- 62 numbers: beyond that the rarest channels share the last one, and the models that look at
-- channels (Markov, Shapley) treat them as one.
with channels as (

    select
        coalesce(channel, {{ channel_none() }}) as channel,
        count(*) as touches
    from {{ ref('int_touchpoints') }}
    where is_attributable and touched_at is not null
    group by coalesce(channel, {{ channel_none() }})

),

ranked as (

    select
        channel,
        touches,
        row_number() over (
            order by touches desc nulls last, channel asc nulls last
        ) as touches_rank
    from channels

)

select
    channel,
    touches,
    cast(least(touches_rank, 62) as bigint) as channel_number
from ranked
