"""Removal effects of every channel, look-back, goal and order that a model asks for."""

from pipelines.attribution.tables import markov_table


def model(dbt, session):  # noqa: ARG001 - dbt calls it with both
    """Thin: the figures come from pipelines.attribution."""
    dbt.config(materialized="table")
    return markov_table(dbt.ref("int_attribution__steps"), dbt.ref("int_attribution__models"))
