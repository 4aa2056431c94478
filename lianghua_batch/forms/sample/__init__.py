"""A synthetic county, complete for a year: `county` makes it as data, `write` a folder of filled forms (spec §9)."""

from lianghua_batch.forms.sample.county import county
from lianghua_batch.forms.sample.files import write
from lianghua_batch.forms.sample.model import FilledSheet, SampleCounty

__all__ = ["FilledSheet", "SampleCounty", "county", "write"]
