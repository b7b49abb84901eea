-- The days of the last twenty years up to the as-of day: MetricFlow's time spine.
select
    as_of.as_of_date,
    {{ add_days('as_of.as_of_date', '- numbers.number') }} as calendar_date
from {{ ref('int_calendar__as_of') }} as as_of
inner join {{ ref('int_calendar__numbers') }} as numbers on numbers.number < 7305
where as_of.as_of_date is not null
