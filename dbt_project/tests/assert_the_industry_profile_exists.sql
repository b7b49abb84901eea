-- Remedy: set the brand's industry_profile to a row of seeds/industry_profiles.csv.
select 'no row industry_profile = {{ var("industry_profile") }}' as problem
where
    not exists (
        select 1
        from {{ ref('industry_profiles') }}
        where industry_profile = {{ var('industry_profile') }}
    )
