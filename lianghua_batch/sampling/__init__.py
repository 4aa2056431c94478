"""A synthetic county, complete for a year: `county` makes it as data, `write` a folder of filled forms (spec §9)."""

from lianghua_batch.sampling.build import county
from lianghua_batch.sampling.files import write
from lianghua_batch.sampling.sample_county import FilledSheet, SampleCounty

__all__ = ["FilledSheet", "SampleCounty", "county", "write"]
