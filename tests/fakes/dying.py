"""A worker's function that never answers."""

import os


def write(*_arguments: object) -> None:
    """End the process at once."""
    os._exit(3)
