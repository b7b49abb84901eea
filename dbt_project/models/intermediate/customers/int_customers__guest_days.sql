-- What nobody known did, by the identifier that it came with; 0 where it came with none.
{{ activity_days(['identifier_id'], 'not is_identified') }}
