"""Units and members by grade: the counting cells of 总览, and the charts drawn from them."""

from collections import Counter
from collections.abc import Sequence

from lianghua_batch.core.text_width import display_width
from lianghua_batch.model.scheme import MEMBER, ORGANISATION
from lianghua_batch.report.layout.model import Area, Chart, Family, Formula, Key, Keys, Series
from lianghua_batch.report.layout.styles import style
from lianghua_batch.report.sheets.rankings import in_county, ranking_key
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult

LEVELS = ("committees", "branches")


def grade_key(scope: str, index: int) -> Key:
    """The key of the cell with a grade's name."""
    return (Family.OVERVIEW, "grade", scope, index)


def count_key(group: str, index: int) -> Key:
    """The key of the cell with the number of committees, branches or members (`group`) of a grade."""
    return (Family.OVERVIEW, "count", group, index)


def ranked_units(view: View, level: str) -> Sequence[UnitResult]:
    """The units of a level in the order of their ranking."""
    return in_county(getattr(view.results, level))


def unit_count(view: View, level: str, index: int) -> tuple[int, Formula | None]:
    """The number of units of a grade, and the formula that counts them on their ranking; None without units."""
    band = view.scheme.bands[ORGANISATION][index]
    listed = ranked_units(view, level)
    grades = Area(tuple(ranking_key(r.unit.id, "grade") for r in listed))
    # not COUNTIF, which would take a grade such as “A*” for a pattern
    formula = Formula("SUMPRODUCT(({grades}={grade})*1)", {"grades": grades, "grade": grade_key(ORGANISATION, index)})
    return sum(r.grade == band.grade for r in listed), formula if listed else None


def member_grades(view: View) -> tuple[tuple[str, int], ...]:
    """The number of members of each 建议等次: bands from the best, then statuses that are no band."""
    counts = Counter(m.grade for m in view.results.members)
    bands = [b.grade for b in view.scheme.bands[MEMBER]]
    return tuple((grade, counts[grade]) for grade in (*bands, *sorted(g for g in counts if g not in bands)))


def units_chart(view: View) -> Chart:
    """The committees and the branches by grade."""
    layout = view.layout("charts")
    grades = range(len(view.scheme.bands[ORGANISATION]))
    categories = Keys(tuple(grade_key(ORGANISATION, i) for i in grades))
    series = tuple(
        Series(
            layout["levels"][level],
            categories,
            Keys(tuple(count_key(level, i) for i in grades)),
            layout["level_colours"][level],
            labelled=True,
        )
        for level in LEVELS
    )
    return _chart(view, "column", "units", series)


def level_chart(view: View, level: str) -> Chart:
    """The units of one level by grade, in the grades' colours."""
    bands = view.scheme.bands[ORGANISATION]
    colours = tuple(style(view.grade_style(b.grade, ORGANISATION))["bg_color"] for b in bands)
    grades = range(len(bands))
    series = Series(
        view.layout("charts")["levels"][level],
        Keys(tuple(grade_key(ORGANISATION, i) for i in grades)),
        Keys(tuple(count_key(level, i) for i in grades)),
        colours[0],
        colours,
        labelled=True,
    )
    return _chart(view, "bar", level, (series,), [b.grade for b in bands])


def members_chart(view: View) -> Chart:
    """The members by 建议等次, in the grades' colours."""
    names = [grade for grade, _ in member_grades(view)]
    other = view.layout("charts")["no_grade_colour"]
    colours = tuple(style(view.grade_style(name, MEMBER)).get("bg_color", other) for name in names)
    grades = range(len(names))
    series = Series(
        view.layout("charts")["members"],
        Keys(tuple(grade_key(MEMBER, i) for i in grades)),
        Keys(tuple(count_key("members", i) for i in grades)),
        colours[0],
        colours,
        labelled=True,
    )
    return _chart(view, "bar", "members", (series,), names)


def _chart(view: View, kind: str, group: str, series: tuple[Series, ...], names: Sequence[str] = ()) -> Chart:
    """A chart of counts; beside bars there is room for the `names` of all grades."""
    layout = view.layout("charts")
    look, around = layout["grades"]["around"], None
    if names:
        left = int(look["left"] + layout["grades"]["character"] * max(display_width(n) for n in names))
        around = (left, *(look[side] for side in ("top", "right", "bottom")))
    return Chart(
        kind=kind,
        title=layout["distributions"][group],
        categories_title=layout["axes"]["grade"],
        values_title=layout["axes"]["people" if group == "members" else "units"],
        series=series,
        row=0,
        column=0,
        width=0,
        height=0,
        legend=len(series) > 1,
        number_format="0",
        around=around,
    )
