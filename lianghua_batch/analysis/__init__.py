"""What a period's figures say of the indicators and of those who mark: for the next year's rules, never for a score."""
