"""Ad units that several parts name."""

from __future__ import annotations

LEAD_ADVERTISER = "adv_1003"
"""The OceanEngine account that buys leads."""
LEAD_UNITS = (
    ("7300000000000000101", "示例单元-留资-直播"),
    ("7300000000000000102", "示例单元-留资-短视频"),
)
"""Number and name of its ad units."""
