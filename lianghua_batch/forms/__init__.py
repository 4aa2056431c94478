"""Templates: blank forms, the start of a year, and the pre-filled forms that are due."""

from lianghua_batch.forms.blank import blank, blank_names, blank_workbook, start_year
from lianghua_batch.forms.due import WrittenForms, due
from lianghua_batch.forms.former_year import read as former_year

__all__ = ["WrittenForms", "blank", "blank_names", "blank_workbook", "due", "former_year", "start_year"]
