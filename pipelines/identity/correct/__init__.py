"""People's decisions: the file that keeps them, and what each would change."""
