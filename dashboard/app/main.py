"""What Streamlit runs for every reader and on every click; dashboard/app/serve.py names it."""

import sys

from dashboard.app.shell import read_start, show

show(read_start(sys.argv[1:]))
