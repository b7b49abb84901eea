"""What a reader can choose from, as the published snapshot has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboard.figures import Snapshot


@dataclass(frozen=True)
class Choices:
    """Values for each filter; `labels.value` names them."""

    first_date: date
    last_date: date
    channels: tuple[str, ...]
    domains: tuple[str, ...]
    cohort_kinds: tuple[str, ...]
    models: tuple[str, ...]
    product_roles: tuple[str, ...]


def choices(snapshot: Snapshot) -> Choices:
    """Read the values; raises QueryError when a mart is absent."""

    def distinct(sql: str) -> tuple[str, ...]:
        return tuple(row[0] for row in snapshot.fetch(sql)[1])

    [[first, last]] = snapshot.fetch(
        "select min(sales_date), max(as_of_date) from marts.rpt_sales_daily"
    )[1]
    return Choices(
        first_date=first,
        last_date=last,
        channels=distinct(
            "select distinct channel from marts.rpt_sales_daily where channel is not null "
            "union select distinct channel from marts.rpt_attribution_channel_influence order by 1"
        ),
        domains=distinct(
            "select distinct domain from marts.rpt_attribution_channel_influence order by domain"
        ),
        cohort_kinds=distinct(
            "select distinct cohort_kind from marts.rpt_cohort "
            "where cohort_kind <> 'guest_order' order by 1"
        ),
        models=distinct("select distinct model from marts.rpt_attribution_model_run order by 1"),
        product_roles=distinct(
            "select distinct segment_value from marts.rpt_repurchase_window "
            "where segment_type = 'product_role' order by 1"
        ),
    )
