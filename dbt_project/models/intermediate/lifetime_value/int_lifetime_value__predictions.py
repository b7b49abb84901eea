"""What the fitted models expect of every customer, and had expected of the hold-out."""

from pipelines.lifetime_value.tables import predictions_table


def model(dbt, session):  # noqa: ARG001 - dbt calls it with both
    """Thin: the figures come from pipelines.lifetime_value."""
    dbt.config(materialized="table")
    return predictions_table(
        dbt.ref("int_lifetime_value__customers"), dbt.ref("int_lifetime_value__fits")
    )
