"""Writes forms as workbooks for people to fill in; templates and samples are made with it."""

from lianghua_batch.form_writing.sheets import FormSheet, Formula, Reference
from lianghua_batch.form_writing.writer import render, write

__all__ = ["FormSheet", "Formula", "Reference", "render", "write"]
