"""Which people of the simulated brand can be compared, and what was published of them."""

from __future__ import annotations

import polars as pl

from pipelines.identity.judge.evaluate import stored_truth
from pipelines.identity.rules.seeds import read_rules
from pipelines.privacy.keys import load_or_create_key
from pipelines.publishing.reader import connect
from pipelines.warehouse import open_warehouse
from tests.integration.conftest import RefreshedBrand


def published(refreshed: RefreshedBrand, sql: str) -> pl.DataFrame:
    """Rows of the published snapshot."""
    with connect(refreshed.siyu.settings) as snapshot:
        columns, rows = snapshot.fetch(sql)
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def known_people(refreshed: RefreshedBrand) -> pl.DataFrame:
    """person_id and customer_id of people with one customer whose identifiers nobody else holds."""
    held = published(
        refreshed,
        "select customer_id, identifier_type, identifier_value "
        "from customer_center.customer_identifiers where is_identified",
    )
    settings, value = refreshed.siyu.settings, ["identifier_type", "identifier_value"]
    key = load_or_create_key(settings)
    with open_warehouse(settings, read_only=True) as warehouse:
        rules = read_rules(warehouse, key=key)
    true = stored_truth(refreshed.truth, rules, key)
    pairs = true.join(held, on=value).select("person_id", "customer_id").unique()
    alone = pairs.filter(pl.len().over("person_id") == 1, pl.len().over("customer_id") == 1)
    # What is lent, resold or mistyped brings the past of somebody else; who has such an identifier,
    # or one that the truth knows nobody of, is a matter of identity, not of tiers.
    lent = true.filter(pl.col("mess") != "none")
    strangers = held.join(true, on=value, how="anti")
    alone = alone.join(lent, on="person_id", how="anti")
    alone = alone.join(strangers, on="customer_id", how="anti")
    assert alone.height > 200
    return alone
