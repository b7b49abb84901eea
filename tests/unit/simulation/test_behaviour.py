"""People behave as their industry profile says; nothing is written here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.simulation.block import Block, World
from pipelines.simulation.cadence import daily_windows, expand, last_seen
from pipelines.simulation.desk import Desk
from pipelines.simulation.mistakes import with_somebody_else, wrongly
from pipelines.simulation.people import simulate_people
from pipelines.simulation.period import DAY, HOUR, Period
from pipelines.simulation.profiles import PROFILES
from pipelines.simulation.purchases import simulate_orders
from pipelines.simulation.truth import TruthWriter

YEAR = Period.ending(date(2026, 12, 31), 365)


def block_of(profile: int, folder: Path) -> Block:
    """3,000 people over a year, with orders and lines."""
    world = World(YEAR, PROFILES[profile], 5, 3_000, Desk(folder), TruthWriter(folder))
    block = Block(world, 0)
    block.people = simulate_people(block)
    block.orders, block.lines = simulate_orders(block)
    return block


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Block]:
    folder = tmp_path_factory.mktemp("unused")
    return {profile: block_of(profile, folder) for profile in PROFILES}


def orders_per_buyer(block: Block) -> float:
    known = block.orders.drop_nulls("person_id")
    return known.height / known["person_id"].n_unique()


def test_frequency_price_and_store_share_follow_the_profile(blocks: dict[int, Block]) -> None:
    frequency = {number: orders_per_buyer(block) for number, block in blocks.items()}
    assert frequency[2] > frequency[1] > 3 * frequency[3] > frequency[4]
    price = {number: block.orders["goods_fen"].mean() for number, block in blocks.items()}
    assert price[4] > price[3] > price[1] > price[2]
    for number, block in blocks.items():
        share = (block.orders["platform"] == "pos").mean()
        assert share == pytest.approx(PROFILES[number].store_share, abs=0.08), number


def test_the_festivals_are_the_busiest_days_online(blocks: dict[int, Block]) -> None:
    online = blocks[1].orders.filter(pl.col("platform") != "pos")
    days = online.group_by(pl.from_epoch("created").dt.date().alias("day")).len()
    busiest = days.sort("len", descending=True)["day"].head(2)
    assert set(busiest) == {date(2026, 6, 18), date(2026, 11, 11)}


def test_orders_come_after_the_meeting_and_what_happens_after_the_order(
    blocks: dict[int, Block],
) -> None:
    for block in blocks.values():
        known = block.orders.join(block.people, on="person_id")
        assert (known["created"] > known["met_at"]).all()
        assert known["created"].is_between(YEAR.start, YEAR.end - 600).all()
        for name in ("paid", "shipped", "confirmed", "refunded", "closed"):
            happened = block.orders.drop_nulls(name)
            assert (happened[name] >= happened["created"]).all(), name
        refunds = block.orders.filter(pl.col("refund_fen") > 0)
        assert refunds["refunded"].is_not_null().all()
        assert (refunds["refunded"] - refunds["created"]).max() < 42 * DAY
        assert (refunds["refund_fen"] <= refunds["received_fen"]).all()


def test_lines_add_up_to_their_orders(blocks: dict[int, Block]) -> None:
    for block in blocks.values():
        sums = block.lines.group_by("order_no").agg(
            pl.col("goods_fen", "received_fen", "refund_fen", "quantity").sum(),
            lines=pl.len().cast(pl.Int64),
        )
        columns = ["order_no", "goods_fen", "received_fen", "refund_fen", "quantity", "lines"]
        assert (
            sums.select(columns)
            .sort("order_no")
            .equals(block.orders.select(columns).sort("order_no"))
        )


def test_phones_are_distinct_and_of_an_unallocated_segment(blocks: dict[int, Block]) -> None:
    people = blocks[1].people
    own = people.filter(pl.col("phone_taken_at").is_null())["phone"]
    phones = pl.concat([own, people["new_phone"].drop_nulls()])
    assert phones.is_unique().all()
    assert phones.str.contains(r"^194\d{8}$").all()


def test_a_reused_phone_was_given_up_long_before(blocks: dict[int, Block]) -> None:
    people = blocks[1].people
    again = people.filter(pl.col("phone_taken_at").is_not_null())
    before = people.filter(pl.col("phone_changed_at").is_not_null())
    held = again.join(before, on="phone", how="left", suffix="_before")
    assert 0 < held.height == again["phone"].n_unique() < people.height / 100
    assert (held["met_at"] >= held["phone_changed_at_before"] + 220 * DAY).all()
    assert (held["phone_taken_at"] < held["met_at"]).all()
    assert (held["person_id"] != held["person_id_before"]).all()


def test_some_links_name_somebody_else(blocks: dict[int, Block]) -> None:
    block = blocks[2]
    rows = block.people.select("person_id", "phone")
    drawn = with_somebody_else(block, np.random.default_rng(3), rows, 0.02, "phone_owner")
    wrong = drawn.with_columns(mess=wrongly("companion_phone", "phone_owner")).filter(
        pl.col("phone_owner") != pl.col("person_id")
    )
    assert 0.01 < wrong.height / rows.height < 0.03
    assert set(wrong["mess"]) == {"companion_phone"}
    assert wrong["phone_owner"].is_in(rows["person_id"].to_list()).all()
    assert drawn.drop("phone_owner").equals(rows)


def test_windows_show_what_was_there(blocks: dict[int, Block]) -> None:
    """Held against a search of every order in every window."""
    windows = daily_windows(YEAR, -300)[:40]
    orders = blocks[3].orders.filter(pl.col("created") < windows[-1].end + DAY)
    shown = expand(orders, windows)
    expected = [
        (index, created)
        for index, window in enumerate(windows)
        for created in orders["created"].reverse()
        if window.start <= created < min(window.end, window.exported_at)
    ]
    assert list(shown.select("window", "created").iter_rows()) == expected
    newest = {created: windows[index].exported_at for index, created in expected}
    seen = last_seen(orders["created"], windows)
    assert seen.to_list() == [newest.get(created) for created in orders["created"]]
    assert any(window.end - window.start == 45 * DAY for window in windows)
    assert all(window.delivered_at - window.exported_at < HOUR for window in windows)
