"""Two texts that DuckDB's `hash` gives one number: what tells rows by it must not mix them."""

from __future__ import annotations

SAME_HASH = "wecom:corp_main:guide103:2026-07-01", "wecom:corp_main:guide108:2026-08-01"
