"""Annotated copies of faulty workbooks: faulty cells coloured and commented, a first sheet that lists the problems (spec §9)."""

from lianghua_batch.report.annotated.annotate import Copy, NoCopy, annotated

__all__ = ["Copy", "NoCopy", "annotated"]
