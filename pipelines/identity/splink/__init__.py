"""Optional: a Splink model as a source of weak evidence."""
