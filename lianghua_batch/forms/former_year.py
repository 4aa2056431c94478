"""What a new year takes over from the one before: the people and units of its last day, its scheme, its seals (spec §9 init --from)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from lianghua_batch.core import exact, periods, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import COUNT, DATE, NUMBER
from lianghua_batch.core.problems import Problem, errors, in_order, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake import discovery
from lianghua_batch.intake.period_selection import BASE
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, DIFFERENTIAL, MEMBER, PASSED, PENDING
from lianghua_batch.pipeline import load_county, process

Row = Mapping[str, object]


@dataclass(frozen=True)
class FormerYear:
    """The rows of each sheet of 花名册 and 考评方案 as they are taken over, and the files of 归档."""

    year: int
    scheme_name: str
    rows: Mapping[str, Sequence[Row]]
    dimensions: Sequence[str]
    grades: Sequence[str]
    seals: Sequence[Path]


def read(folder: Path) -> tuple[FormerYear | None, list[Problem]]:
    """Read the latest year of a data folder; None with the problems where its 花名册 or 考评方案 has an error or is missing."""
    paths, problems = discovery.find(folder)
    sources, found = process.recognise_all(paths, folder)
    base = [s for s in sources if s.form.name in BASE]
    year = max((s.period.year for s in sources if s.period is not None), default=None)
    if year is None:
        return None, in_order(errors([*problems, *found])) or [problem(Code.NO_PERIOD, SourceRef(""))]
    period = periods.year(year)
    county, wrong = load_county.county(base, period)
    files = {source.grid.file for source in base}
    wrong = errors([*wrong, *(p for p in found if p.place.file in files)])
    if county is None or wrong:
        return None, in_order(wrong)
    tables = load_county.scheme_tables(base, period)
    rows = {name: [_row(record) for record in table.records()] for name, table in tables.items()}
    rows["indicators"] = [_reviewed_anew(row) for row in rows["indicators"]]
    rows["parameters"] = [_with_number(row) for row in rows["parameters"]]
    day, roster = period.last_day, county.roster
    units = (unit for level in (COMMITTEE, BRANCH) for unit in roster.units_on(day, level))
    rows["units"] = [_row(unit.row) for unit in units]
    rows["members"] = [_row(member.row) for member in roster.members_on(day)]
    archive = folder / resources.load("reading")["archive_folder"]
    seals = sorted(path for path in archive.iterdir() if path.is_file()) if archive.is_dir() else []
    scheme = county.scheme
    grades = [band.grade for band in scheme.bands[MEMBER]]
    return FormerYear(year, scheme.name, rows, [d.name for d in scheme.dimensions], grades, seals), []


def _row(record: Record) -> Row:
    """A row as a writer of forms takes it."""
    kinds = {column.name: column.type for column in record.table.sheet.columns}
    return {name: _value(record[name], kind) for name, kind in kinds.items() if record[name] is not None}


def _value(value: object, kind: str) -> object:
    if kind == NUMBER:
        return exact.from_hundredths(value)
    if kind == COUNT:
        return int(value)
    return value.date() if kind == DATE else str(value)


def _reviewed_anew(row: Row) -> Row:
    """An indicator for the new year: what was passed as 差异化 waits to be passed again."""
    return {**row, "review": PENDING} if row["kind"] == DIFFERENTIAL and row.get("review") == PASSED else row


def _with_number(row: Row) -> Row:
    """A 参数 whose 值 is a whole or decimal number as one, not as text."""
    written = str(row["value"])
    return {**row, "value": Fraction(written)} if written.replace(".", "", 1).isdecimal() else row
