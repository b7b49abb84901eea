"""The dashboard: figures of the published snapshot, and a static report of them."""
