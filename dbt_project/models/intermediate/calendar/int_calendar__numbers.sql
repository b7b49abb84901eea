-- 0 to 99,999: days of 270 years, months, list positions. No engine-specific generator needed.
with digits as (

    select 0 as digit
    union all
    select 1 as digit
    union all
    select 2 as digit
    union all
    select 3 as digit
    union all
    select 4 as digit
    union all
    select 5 as digit
    union all
    select 6 as digit
    union all
    select 7 as digit
    union all
    select 8 as digit
    union all
    select 9 as digit

)

select
    ones.digit
    + 10 * tens.digit
    + 100 * hundreds.digit
    + 1000 * thousands.digit
    + 10000 * ten_thousands.digit as number
from digits as ones
cross join digits as tens
cross join digits as hundreds
cross join digits as thousands
cross join digits as ten_thousands
