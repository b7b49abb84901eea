"""Questions: why two are one person, or not, and who somebody was on a day."""
