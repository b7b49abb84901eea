{{ config(meta={'distinct_texts': ['relation_key', 'external_userid', 'identifier_value']}) }}
-- The contact and its line in the customer list are one relation where member and second of adding
-- leave no choice. A line that finds no contact stands for itself.
with contacts as (

    select
        *,
        count(*) over (partition by account, follow_userid, added_at) as relations_of_the_second
    from {{ ref('int_wecom__contact_relations') }}

),

list_relations as (

    select * from {{ ref('int_wecom__list_relations') }}

),

links as (

    select
        account,
        follow_userid,
        added_at,
        max(link_name) as link_name
    from {{ ref('stg_wecom__acquisition_links') }}
    group by account, follow_userid, added_at
    having count(*) = 1

),

-- Of two beginnings that fit a code, the longer one speaks.
states as (

    select
        contact_states.state,
        prefixes.channel,
        row_number() over (
            partition by contact_states.state order by length(prefixes.state_prefix) desc nulls last
        ) as prefix_number
    from (select distinct state from contacts) as contact_states
    inner join {{ ref('channel_map_wecom_state') }} as prefixes
        on left(contact_states.state, length(prefixes.state_prefix)) = prefixes.state_prefix

),

joined as (

    select
        coalesce(contacts.source, 'wecom_customers') as source,
        coalesce(contacts.account, list_relations.account) as account,
        contacts.external_userid,
        coalesce(contacts.follow_userid, list_relations.follow_userid) as follow_userid,
        list_relations.relation_number,
        list_relations.remark_phones_keys,
        list_relations.file_id as list_file_id,
        list_relations.line_number as list_line_number,
        contacts.add_way,
        list_relations.add_source,
        contacts.state,
        coalesce(contacts.added_at, list_relations.added_at) as added_at,
        greatest(contacts.last_seen_at, list_relations.last_seen_at) as last_seen_at,
        contacts.missed_at as missed_in_contacts_at,
        list_relations.missed_at as missed_in_list_at
    from contacts
    full outer join list_relations
        on
            contacts.account = list_relations.account
            and contacts.follow_userid = list_relations.follow_userid
            and contacts.added_at = list_relations.added_at
            and contacts.relations_of_the_second = 1
            and list_relations.relations_of_the_second = 1

),

keyed as (

    select
        *,
        account || ':' || follow_userid || ':' || cast(added_at as string) || ':'
        || coalesce(external_userid, cast(relation_number as string)) as relation_key,
        -- one export may still lack the relation on the day on which the other shows it
        least(
            case when missed_in_contacts_at > last_seen_at then missed_in_contacts_at end,
            case when missed_in_list_at > last_seen_at then missed_in_list_at end
        ) as missed_at
    from joined

)

select
    keyed.relation_key,
    keyed.source,
    keyed.account,
    keyed.external_userid,
    keyed.follow_userid,
    case
        when keyed.external_userid is not null then 'wecom_external_userid'
        else 'wecom_follow_relation'
    end as identifier_type,
    case
        when keyed.external_userid is not null then keyed.account || ':' || keyed.external_userid
        else keyed.relation_key
    end as identifier_value,
    keyed.remark_phones_keys,
    keyed.list_file_id,
    keyed.list_line_number,
    case
        when coalesce(add_ways.is_acquisition, add_sources.is_acquisition, true)
            then coalesce(states.channel, add_ways.channel, add_sources.channel)
    end as channel,
    coalesce(add_ways.label_zh, keyed.add_source) as medium,
    coalesce(keyed.state, links.link_name) as campaign,
    -- a way that is not mapped yet counts as an addition: a test stops on it
    coalesce(add_ways.is_acquisition, add_sources.is_acquisition, true) as is_acquisition,
    keyed.added_at,
    keyed.last_seen_at,
    keyed.missed_at
from keyed
left join links
    on
        keyed.account = links.account
        and keyed.follow_userid = links.follow_userid
        and keyed.added_at = links.added_at
left join {{ ref('channel_map_wecom_add_way') }} as add_ways
    on keyed.add_way = add_ways.add_way
left join {{ ref('channel_map_wecom_add_source') }} as add_sources
    on keyed.add_source = add_sources.add_source
left join states
    on keyed.state = states.state and states.prefix_number = 1
