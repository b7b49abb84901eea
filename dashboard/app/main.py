"""What Streamlit runs on every click: `streamlit run dashboard/app/main.py`."""

import sys

from dashboard.app.shell import read_start, show

show(read_start(sys.argv[1:]))
