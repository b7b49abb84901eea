-- Every scan and every addition through a code is counted for exactly one source and variant.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_acquisition_sources'}}}) }}
with touched as (

    select
        sum(case when touchpoints.behaviour = 'parcel_card_scanned' then 1 else 0 end) as scans,
        sum(case when touchpoints.behaviour <> 'parcel_card_scanned' then 1 else 0 end) as adds
    from {{ ref('fct_touchpoints') }} as touchpoints
    cross join {{ ref('int_calendar__as_of') }} as as_of
    where
        touchpoints.behaviour in (
            'parcel_card_scanned', 'wecom_contact_added', 'official_account_followed'
        )
        and touchpoints.campaign is not null
        and touchpoints.touched_date <= as_of.as_of_date

),

reported as (

    select
        sum(scans) as scans,
        sum(adds) as adds
    from {{ ref('rpt_acquisition_sources') }}

)

select
    touched.*,
    reported.scans as reported_scans,
    reported.adds as reported_adds
from touched
cross join reported
where
    coalesce(touched.scans, 0) <> coalesce(reported.scans, 0)
    or coalesce(touched.adds, 0) <> coalesce(reported.adds, 0)
