{#- The models int_touchpoints__<source> that hold touches: int_touchpoints is their union. -#}
{% macro touch_sources() -%}
    {{ return([
        'wecom',
        'wecom_groups',
        'official_account',
        'crm',
        'youzan',
        'douyin',
        'orders',
        'oceanengine',
        'outreach',
        'parcel_cards',
        'stores',
        'referrals',
        'klaviyo',
        'hubspot',
    ]) }}
{%- endmacro %}
