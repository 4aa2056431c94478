"""Checks between forms (spec §3–§6): references, completeness, rules for units, and filled figures against computed ones."""
