"""The server's process: `python -m dashboard.app.serve --port 8501`, then `shell.read_start`'s."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboard.app.address import PAGE
from dashboard.app.bundles import Bundles
from dashboard.app.rehearsal import rehearse
from dashboard.app.server import ADDRESS, options
from dashboard.app.shell import read_start
from dashboard.pages import PAGES
from pipelines.reporting import console

SCRIPT = Path(__file__).with_name("main.py")


@asynccontextmanager
async def _warmed(app: st.App) -> AsyncIterator[None]:
    """Before the first answer: the figures of the version, and one run of the app."""
    from dashboard.app import warm  # the chart component wants a runtime that has started

    warm.start(read_start(sys.argv[1:]).language)
    await rehearse(app, ADDRESS, f"{PAGE}={PAGES[0].key}")
    gc.freeze()  # what has been loaded stays: no collection looks at it again
    port = st.get_option("server.port")
    console.success(f"http://{ADDRESS}:{port} shows the dashboard; Ctrl-C ends it")
    yield


def main() -> None:
    """Serve until the process is ended; Streamlit hands what is left in `sys.argv` to the app."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--port", type=int, required=True)
    known, sys.argv[1:] = parser.parse_known_args()
    app = st.App(SCRIPT, lifespan=_warmed, middleware=[Middleware(Bundles)])
    app.run(config=options(known.port))


if __name__ == "__main__":
    main()
