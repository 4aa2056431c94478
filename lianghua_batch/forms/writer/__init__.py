"""Writes forms as workbooks for people to fill in; templates and samples are made with it."""

from lianghua_batch.forms.writer.model import FormSheet, Formula, Reference, Workings
from lianghua_batch.forms.writer.sheet import render, write

__all__ = ["FormSheet", "Formula", "Reference", "Workings", "render", "write"]
