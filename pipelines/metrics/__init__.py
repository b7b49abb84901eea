"""The brand's figures, each defined once in dbt_project/models/semantic, asked of the snapshot."""
