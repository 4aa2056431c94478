"""The arithmetic of spec §4–§6: members, indicators, organisations, the quarter. Pure functions over a County."""
