"""The interactive app: Streamlit over the same figures as the report, on this machine alone."""
