"""A random source that repeats everywhere: only random.random(), which every version of Python keeps, and nothing of libm."""

import random
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


class RandomSource:
    """What all random values of a sample come from, in one order: the same seed gives the same county."""

    def __init__(self, seed: int) -> None:
        self.unit = random.Random(seed).random

    def below(self, number: int) -> int:
        """Return a whole number of 0…number-1."""
        return int(self.unit() * number)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number of low…high, both included."""
        return low + self.below(high - low + 1)

    def between(self, low: float, high: float) -> float:
        """Return a number of low…high."""
        return low + (high - low) * self.unit()

    def bell(self) -> float:
        """Return a number of -1…1, most often near 0."""
        return (self.unit() + self.unit() + self.unit()) / 1.5 - 1

    def chance(self, probability: float) -> bool:
        return self.unit() < probability

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.below(len(items))]

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """Return the items in random order."""
        left = list(items)
        for last in range(len(left) - 1, 0, -1):
            other = self.below(last + 1)
            left[last], left[other] = left[other], left[last]
        return left


def quotas(shares: Sequence[float], total: int) -> list[int]:
    """Divide `total` into whole numbers in proportion to `shares`, the largest remainders rounded up."""
    whole = sum(shares)
    exact = [share * total / whole for share in shares]
    counts = [int(e) for e in exact]
    order = sorted(range(len(shares)), key=lambda i: (counts[i] - exact[i], i))
    for index in order[: total - sum(counts)]:
        counts[index] += 1
    return counts
