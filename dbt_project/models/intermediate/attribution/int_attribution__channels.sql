-- Every channel has a number, in the order of the names: the same in every refresh, until the seed
-- changes.
with channels as (

    select
        channel,
        domain
    from {{ ref('channels') }}
    union all
    select
        {{ channel_none() }} as channel,
        {{ channel_none() }} as domain

)

select
    channel,
    domain,
    cast(row_number() over (order by channel asc nulls last) as bigint) as channel_number
from channels
