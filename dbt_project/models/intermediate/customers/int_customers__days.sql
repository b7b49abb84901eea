{{
    config(
        materialized='incremental',
        incremental_strategy='touched_customers',
        meta={'distinct_texts': ['first_event_id', 'last_event_id']}
    )
}}
-- An identifier that changed hands has rows of each customer who held it. A touch that an order
-- tells of has no identifier of its own: 0.
{{ activity_days(
    ['customer_id', 'identifier_id'],
    'is_identified and ' ~ touched_customers_only('customer_id')
) }}
