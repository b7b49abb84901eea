"""A chart in the app: Apache ECharts as a component of Streamlit, with the report's library."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import streamlit as st

from dashboard.figures import Option

_STATIC = files("dashboard") / "static"
_mount = st.components.v2.component(
    "siyu_chart",
    html='<div class="chart"></div>',
    js="".join((_STATIC / name).read_text("utf-8") for name in ("chart.js", "app_chart.js")),
    isolate_styles=False,
)


def chart(option: Option, *, height: int, key: str) -> Mapping[str, Any] | None:
    """Show an option; the element that was just clicked: its name, its series and its data."""
    shown = _mount(data={"option": option, "height": height}, key=key, on_picked_change=_nothing)
    picked: Mapping[str, Any] | None = shown.get("picked")
    return picked


def _nothing() -> None:
    """Streamlit wants a callback to say that there is such an event."""
