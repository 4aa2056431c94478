"""Batch processing of the three-level appraisal (三级量化) of party organisations, from Excel forms to a ranking workbook."""

__version__ = "0.2.0"
