"""Turns the cell keys in formulas, charts and links into addresses, once all sheets of a workbook are laid out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lianghua_batch.core.source_ref import column_letter
from lianghua_batch.report.layout.model import Area, Formula, Key, Keys, SheetTable

# Limits of Excel: characters of a formula, and arguments of a function.
_LONGEST_FORMULA = 8192
_MOST_AREAS = 255


@dataclass(frozen=True)
class CellAddress:
    """A cell's sheet, row and column, both counted from 0."""

    sheet: str
    row: int
    column: int

    @property
    def cell(self) -> str:
        return f"${column_letter(self.column)}${self.row + 1}"


class Addresses:
    """The addresses of all cells that have a key; raises ValueError where two cells have the same one."""

    def __init__(self, sheets: Iterable[SheetTable]) -> None:
        self._places: dict[Key, CellAddress] = {}
        self.names: dict[str, str] = {}
        self._defined_names: dict[Key, str] = {}
        for sheet in sheets:
            for key, name, place in _keyed_cells(sheet):
                if key is not None:
                    if key in self._places:
                        raise ValueError(f"{key} stands at {self._places[key]} and at {place}")
                    self._places[key] = place
                if name is not None:
                    self.names[name] = f"={_quoted(place.sheet)}{place.cell}"
                    self._defined_names[key] = name

    def place(self, key: Key) -> CellAddress | None:
        """The address of the cell with a key; None where the workbook has none."""
        return self._places.get(key)

    def link(self, key: Key) -> str | None:
        """A link to the cell with a key; None where the workbook has none."""
        place = self._places.get(key)
        return place and f"internal:{_quoted(place.sheet)}{place.cell.replace('$', '')}"

    def formula(self, formula: Formula, on_sheet: str) -> str | None:
        """The formula with addresses, for a cell on sheet `on_sheet`; None where a cell is missing or it is too long (model.Cell)."""
        written = {name: self._reference(ref, on_sheet) for name, ref in formula.refs.items()}
        if not all(written.values()):
            return None
        text = "=" + formula.text.format_map(written)
        return text if len(text) <= _LONGEST_FORMULA else None

    def _reference(self, ref: Key | Keys, on_sheet: str) -> str | None:
        """One cell as its defined name or address; several as areas, in the order of their sheet."""
        if not isinstance(ref, Keys):
            return self._defined_names.get(ref) or self.area(ref, on_sheet)
        places = [self._places.get(key) for key in ref.all]
        if not places or None in places:
            return None
        runs = _runs(sorted(places, key=lambda p: (p.sheet, p.column, p.row)))
        if len(runs) > (1 if isinstance(ref, Area) else _MOST_AREAS):
            return None
        return _area_text(runs, on_sheet)

    def area(self, ref: Key | Keys, on_sheet: str | None = None) -> str | None:
        """The cell or areas by address, in the order of the keys; without the sheet's name on that sheet itself."""
        keys = ref.all if isinstance(ref, Keys) else (ref,)
        places = [self._places.get(key) for key in keys]
        return _area_text(_runs(places), on_sheet) if places and None not in places else None


def _keyed_cells(sheet: SheetTable) -> Iterator[tuple[Key | None, str | None, CellAddress]]:
    """Every cell of a sheet that has a key or a name."""
    listed = [*enumerate((sheet.title, *sheet.subtitles))]
    listed += enumerate((*sheet.rows, *sheet.notes), start=sheet.first_row)
    for number, row in listed:
        at = 0
        for cell in row.cells:
            if cell.key is not None or cell.name is not None:
                yield cell.key, cell.name, CellAddress(sheet.name, number, at)
            at += cell.span


def _runs(places: Sequence[CellAddress]) -> list[tuple[CellAddress, CellAddress]]:
    """First and last cell of each stretch of adjacent cells in one row or one column."""
    runs: list[tuple[CellAddress, CellAddress]] = []
    step = (0, 0)
    for place in places:
        if runs:
            first, last = runs[-1]
            by = (place.row - last.row, place.column - last.column)
            if place.sheet == last.sheet and by in ((0, 1), (1, 0)) and (first == last or by == step):
                runs[-1], step = (first, place), by
                continue
        runs.append((place, place))
    return runs


def _area_text(runs: Sequence[tuple[CellAddress, CellAddress]], on_sheet: str | None) -> str:
    prefix = "" if runs[0][0].sheet == on_sheet else _quoted(runs[0][0].sheet)
    return ",".join(f"{prefix}{first.cell}" + (f":{last.cell}" if first != last else "") for first, last in runs)


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'!"
