"""What exists: Dagster declarations only. The domain folders compute and never import Dagster."""
