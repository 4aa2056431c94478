"""Annotated copies of faulty workbooks: cells marked, what is wrong as comments, a first sheet that lists it (spec §9)."""

from lianghua_batch.report.annotated.annotate import Copy, NoCopy, annotated

__all__ = ["Copy", "NoCopy", "annotated"]
