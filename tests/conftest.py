"""What many tests start from: the small county, and the sample county's year as a workbook."""

import pytest
from factories import County, sample_outcome

from lianghua_batch.report import ranking_workbook
from lianghua_batch.report.writer import workbook


@pytest.fixture
def county() -> County:
    """The small county's first quarter."""
    return County().only("2026Q1")


@pytest.fixture
def year() -> County:
    """The small county's year."""
    return County().only("2026")


@pytest.fixture(scope="session")
def sample_year_book(tmp_path_factory):
    """The ranking workbook of the sample county's year."""
    outcome = sample_outcome("2026")
    path = tmp_path_factory.mktemp("sample") / "考评排名_2026.xlsx"
    sheets = ranking_workbook.build(outcome.results, outcome.problems)
    workbook.write(path, sheets, ranking_workbook.properties(outcome.results))
    return path
