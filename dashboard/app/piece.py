"""A piece of the page: HTML with its controls and its chart, as one component of Streamlit.

A figure of five elements of Streamlit takes a browser several times as long as one of HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.app.browser import ADDRESS

_mount = st.components.v2.component(
    "siyu_piece",
    html='<div class="piece"></div>',
    js=f"""export default async (piece) => {{
        const address = new URL("{ADDRESS[1:]}", document.baseURI).href;
        return (await import(address)).default(piece);
    }}""",
    isolate_styles=False,
)
Choose = Callable[[str, Any], None]
"""Is told what has been chosen: the name of the control, and its value."""


def piece(html: str, *, key: str, option: str | None = None, on_choice: Choose) -> None:
    """Show HTML of the app's own, in which every word is escaped.

    Its buttons, lists and fields that have a name are controls. An ECharts option, written as JSON,
    is drawn into its element of the class `chart`; a click there chooses the control "picked",
    whose value is the element that was clicked: its name, its series and its data.
    """

    def heed() -> None:
        chosen = st.session_state[key]["chosen"]
        on_choice(chosen["name"], chosen["value"])

    _mount(data={"html": html, "option": option}, key=key, on_chosen_change=heed)
