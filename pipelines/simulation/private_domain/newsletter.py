"""The e-mail tool's profiles: address, phone and consent of everybody whose address is known."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.people import phone_at
from pipelines.simulation.period import SHANGHAI_OFFSET, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.cells import without_empty
from pipelines.simulation.private_domain.snapshots import (
    MONTHLY,
    per_moment,
    snapshot_moments,
    standing_at,
)
from pipelines.simulation.rendering import Cells, clock, layout


def simulate_profiles(block: Block, rng: np.random.Generator, emails: pl.DataFrame) -> pl.DataFrame:
    """One row per profile, sorted by ``created``.

    Columns: person_id, profile_id, email, phone (null: not told), created, unsubscribed.
    """
    people = block.people.filter(pl.col("email").is_not_null())
    left = emails.group_by("person_id").agg(pl.col("unsubscribed").min())
    tells = pl.Series(rng.random(people.height) < 0.5)
    return (
        people.join(left, on="person_id", how="left", maintain_order="left")
        .select(
            "person_id",
            "email",
            "unsubscribed",
            profile_id=pl.format("01KL{}", pl.col("person_id").cast(pl.String).str.zfill(10)),
            phone=pl.when(tells).then(phone_at(pl.col("met_at"))),
            created=pl.col("met_at") + 90,
        )
        .sort("created", "person_id")
    )


def deliver_profiles(block: Block, profiles: pl.DataFrame) -> None:
    """All profiles, every month. Times are UTC."""
    moments = snapshot_moments(block.world.period, MONTHLY)
    rows = standing_at(profiles, moments, "created").filter(
        pl.col("created") < block.world.period.end
    )
    has_left = pl.col("unsubscribed") <= pl.col("moment")
    consent_at = pl.when(has_left).then("unsubscribed").otherwise("created")
    cells: Cells = {
        "Email": pl.col("email"),
        "Klaviyo ID": pl.col("profile_id"),
        "Phone Number": pl.concat_str(pl.lit("+86"), "phone"),
        "Country": "China",
        "Source": "newsletter form",
        "Email Marketing Consent": pl.when(has_left)
        .then(pl.lit("UNSUBSCRIBED"))
        .otherwise(pl.lit("SUBSCRIBED")),
        "Email Marketing Consent Timestamp": clock(consent_at - SHANGHAI_OFFSET),
        "Profile Created On": clock(pl.col("created") - SHANGHAI_OFFSET),
        "Date Added": clock(pl.col("created") - SHANGHAI_OFFSET),
    }
    table = layout(rows, headers.KLAVIYO_PROFILES, cells, "")
    for moment, part in per_moment(rows["moment"], without_empty(table)):
        block.world.desk.append(
            f"klaviyo/profiles_{stamp(moment, '%Y%m%d%H%M')}.csv", part, exported_at=moment
        )


def state_profiles(block: Block, profiles: pl.DataFrame) -> None:
    """The people behind profiles, addresses and phones, and that they subscribed."""
    scoped = profiles.with_columns(scoped=pl.concat_str(pl.lit("default:"), "profile_id"))
    block.add_identifiers("klaviyo_profile_id", scoped, "scoped")
    block.add_identifiers("email", profiles, "email")
    block.add_identifiers("phone", profiles, "phone")
    block.add_touches(
        profiles.filter(pl.col("created") < block.world.period.end).select(
            "person_id",
            at="created",
            kind=pl.lit("newsletter_subscribed"),
            channel=pl.lit("email"),
        )
    )
