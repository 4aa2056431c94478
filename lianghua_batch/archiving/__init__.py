"""What is done with seals: a period is sealed, amended, verified years later and restored (spec §10)."""
