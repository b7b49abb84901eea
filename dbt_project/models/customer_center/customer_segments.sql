{{ config(materialized='view') }}
select
    segments.segment_key,
    segments.customer_id,
    as_of.as_of_date
from {{ ref('int_customers__segments') }} as segments
inner join {{ ref('int_calendar__as_of') }} as as_of on segments.scored_date = as_of.as_of_date
