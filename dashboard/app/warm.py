"""Streamlit's own command line, with what the pages need imported before a reader comes.

The chart component alone is left out: it wants a server that runs.
"""

import importlib

from streamlit.web.cli import main

for needed in ("dashboard.app.cache", "dashboard.app.controls"):
    importlib.import_module(needed)

if __name__ == "__main__":
    main(prog_name="streamlit")
