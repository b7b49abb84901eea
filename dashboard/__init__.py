"""The dashboard: figures of the published snapshot, drawn by an app and by a static report."""
