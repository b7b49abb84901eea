"""One refresh: what is stale, the Dagster job in process, what came of it."""
