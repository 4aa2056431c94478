"""What many tests start from: the small county, and the sample county's year as a workbook."""

import gc
import pickle

import pandas as pd
import pytest
from factories import County, sample_outcome

from lianghua_batch.intake import parser_pool
from lianghua_batch.intake.read_forms import FormsRead
from lianghua_batch.intake.tables import Table
from lianghua_batch.report import ranking_workbook
from lianghua_batch.report.writer import workbook
from lianghua_batch.validation import schema

gc.set_threshold(200_000, 20, 50)  # as the command line has it: a county is thousands of objects that all stay


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


@pytest.fixture(scope="session", autouse=True)
def equal_files_are_read_once():
    """A test changes a few of the small county's twenty files, and reading one takes a worker process."""
    read, known = parser_pool.read_forms, {}

    def read_forms(files, limit):
        listed = list(files)
        keys = [(name, limit, path.read_bytes()) for path, name in listed if path.is_file()]
        if len(keys) < len(listed):
            yield from read(listed, limit)
            return
        unread = [each for each, key in zip(listed, keys, strict=True) if key not in known]
        answers = iter(list(read(unread, limit)))  # to its end: broken off, reading stops its workers
        for key in keys:
            if key in known:
                yield known[key]
                continue
            answer = next(answers)
            if isinstance(answer, FormsRead) and answer.refusal is None:
                known[key] = answer
            yield answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser_pool, "read_forms", read_forms)
        yield


@pytest.fixture(scope="session", autouse=True)
def equal_tables_are_validated_once():
    """Pandera takes almost half of a small county's time, and a test changes one or two of its eleven tables."""
    validate, known = schema._failures, {}

    def failures(table: Table) -> pd.DataFrame:
        key = repr(table.sheet), pickle.dumps(table.frame)
        if key not in known:
            known[key] = validate(table)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "_failures", failures)
        yield
