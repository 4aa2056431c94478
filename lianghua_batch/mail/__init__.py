"""`mail` (spec §11): what `run` published goes to each unit by mail, never twice, and nobody gets another's."""
