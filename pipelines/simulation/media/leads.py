"""Leads: the lead API's flattened rows, whose states change, and an operator's list of some."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import Window, by_window, expand, weekly_windows
from pipelines.simulation.draws import pick
from pipelines.simulation.media import headers
from pipelines.simulation.media.campaigns import LEAD_ADVERTISER, LEAD_UNITS
from pipelines.simulation.people import phone_at
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.purchases import ORDERS_PER_BLOCK
from pipelines.simulation.rendering import Cells, clock, layout, masked_phone, with_bad_rows

_EXPORT_CLOCK = 8 * HOUR + 1_200
_FIRST_LEAD = 7_500_000_000_000_000_000
_LOCAL_ACCOUNT = "1800000000000003"
_AGAIN_SHARE = 0.06
"""Of those who leave a lead, this share leaves another one days later."""
_PLACES = (
    (("AD", "LIVE_VIDEO", "FORM", "oceanengine_ads"), 0.3),
    (("AD", "SHORT_VIDEO", "FORM", "oceanengine_ads"), 0.3),
    (("NATURE", "LIVE_VIDEO", "FORM", "douyin_live"), 0.12),
    (("NATURE", "SHORT_VIDEO", "FORM", "douyin_short_video"), 0.1),
    (("NATURE", "HOME_PAGE", "CONSULT", "douyin_home_page"), 0.08),
    (("NATURE", "IM_MESSAGE", "CONSULT", "douyin_direct_message"), 0.1),
)
"""flow_type, action_type, clue_type and channel of a lead, and how often each occurs."""
_OUTCOMES = ((1, 0.25), (3, 0.3), (6, 0.25), (7, 0.1), (204, 0.06), (2, 0.04))
_BAD_LEADS = ({"clue_id": "7599999999999999999", "create_time_detail": "昨天"},)


def write_leads(block: Block) -> None:
    """Write the files of a block and state its leads as touches, and their phones."""
    leads = _leads(block)
    block.add_touches(leads.select("person_id", "channel", at="created", kind=pl.lit("lead_left")))
    windows = weekly_windows(block.world.period, _EXPORT_CLOCK)
    _write_api(block, leads, windows)
    _write_list(block, leads.filter((pl.col("flow") == "AD") & pl.col("is_clear")), windows)
    shown = pl.col("created") < block.world.period.end
    block.add_identifiers("phone", leads.filter(shown & pl.col("is_clear")), "phone")
    counts = leads.group_by(date=pl.from_epoch("created", time_unit="s").dt.date()).agg(
        value=pl.len().cast(pl.Int64)
    )
    block.world.truth.add_headline(
        counts.with_columns(
            platform=pl.lit("oceanengine"),
            account=pl.lit(LEAD_ADVERTISER),
            metric=pl.lit("leads"),
        )
    )


def _leads(block: Block) -> pl.DataFrame:
    """One row per lead of the period, sorted by ``created``: person_id, lead_id, created, changed,
    name, phone, is_clear, has_phone, flow, action, clue, channel, unit, outcome, place.
    """
    rng, period = block.rng("leads"), block.world.period
    share = block.world.profile.lead_share * period.days / 90
    chosen = np.flatnonzero(rng.random(block.people.height) < min(share, 1.0))
    again = chosen[rng.random(len(chosen)) < _AGAIN_SHARE]
    row = np.concatenate([chosen, again])
    met = block.people["met_at"].to_numpy()[row]
    day = block.world.demand.days(rng, np.maximum((met - period.start) // DAY, 0))
    created = np.maximum(block.world.demand.moments(rng, day), met + 180)
    place = pick(rng, [(index, weight) for index, (_, weight) in enumerate(_PLACES)], len(row))
    flow, action, clue, channel = np.array([texts for texts, _ in _PLACES])[place].T
    clear = rng.random(len(row))
    frame = block.people[row].with_columns(
        created=pl.Series(created),
        changed=pl.Series(created + rng.integers(HOUR, 3 * DAY, len(row))),
        flow=pl.Series(flow),
        action=pl.Series(action),
        clue=pl.Series(clue),
        channel=pl.Series(channel),
        unit=pl.Series(rng.integers(0, len(LEAD_UNITS), len(row))),
        outcome=pl.Series(pick(rng, _OUTCOMES, len(row))),
        is_clear=pl.Series(clear < 0.85),
        has_phone=pl.Series(clear < 0.92),
    )
    in_period = frame.filter(pl.col("created") < period.end - 600).sort("created", "person_id")
    first = _FIRST_LEAD + block.number * ORDERS_PER_BLOCK
    return in_period.with_columns(
        lead_id=first + pl.int_range(pl.len(), dtype=pl.Int64),
        phone=phone_at(pl.col("created")),
        name=pl.concat_str("surname", "given_name"),
    )


def _write_api(block: Block, leads: pl.DataFrame, windows: list[Window]) -> None:
    shown = expand(leads, windows)
    table = layout(shown, headers.LOCAL_LEADS, _cells(), "")
    parts = by_window(table, shown["window"], len(windows))
    for window, rows in zip(windows, parts, strict=True):
        if rows.is_empty():
            continue
        is_spoilt = block.is_first and window is windows[-1]
        content, bad = with_bad_rows(rows, _BAD_LEADS if is_spoilt else ())
        block.world.desk.append(
            f"oceanengine/{LEAD_ADVERTISER}/clue_{stamp(window.exported_at, '%Y%m%d%H%M%S')}.csv",
            content,
            exported_at=window.exported_at,
            rejected=bad,
        )


def _write_list(block: Block, leads: pl.DataFrame, windows: list[Window]) -> None:
    shown = expand(leads, windows)
    cells = {
        "手机号": pl.col("phone"),
        "线索创建时间": clock(pl.col("created")),
        "单元ID": _unit(0),
        "单元名称": _unit(1),
    }
    table = layout(shown, headers.LEAD_TABLE, cells, "")
    parts = by_window(table, shown["window"], len(windows))
    for window, rows in zip(windows, parts, strict=True):
        if not rows.is_empty():
            moment = window.exported_at + 600
            block.world.desk.append(
                f"oceanengine/{LEAD_ADVERTISER}/线索_{stamp(moment, '%Y%m%d%H%M%S')}.csv",
                rows,
                exported_at=moment,
            )


def _unit(attribute: int) -> pl.Expr:
    texts = [unit[attribute] for unit in LEAD_UNITS]
    return pl.col("unit").replace_strict(list(range(len(texts))), texts, return_dtype=pl.String)


def _cells() -> Cells:
    has_changed = pl.col("changed") <= pl.col("at")
    is_ad = pl.col("flow") == "AD"
    phone = (
        pl.when("is_clear")
        .then("phone")
        .when("has_phone")
        .then(masked_phone(pl.col("phone")))
        .otherwise(pl.lit(""))
    )
    return {
        "clue_id": pl.col("lead_id"),
        "local_account_id": _LOCAL_ACCOUNT,
        "create_time_detail": clock(pl.col("created")),
        "modify_time": clock(pl.when(has_changed).then("changed").otherwise("created")),
        "name": pl.col("name"),
        "telephone": phone,
        "gender": "UNKNOWN",
        "flow_type": pl.col("flow"),
        "action_type": pl.col("action"),
        "leads_page": "OTHER",
        "clue_type": pl.col("clue"),
        "effective_state": pl.when(has_changed).then("outcome").otherwise(0),
        "follow_state": pl.when(has_changed)
        .then(pl.lit("ANSWERED"))
        .otherwise(pl.lit("NOT_CALLED")),
        "promotion_id": pl.when(is_ad).then(_unit(0)),
        "promotion_name": pl.when(is_ad).then(_unit(1)),
    }
