"""The block of 总览 on what is missing or needs attention."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lianghua_batch.analysis import (
    crowding,
    identical_marks,
    indicator_statistics,
    rater_statistics,
    rectification,
    rewards_and_sanctions,
    statistics,
)
from lianghua_batch.analysis.objections import OPEN
from lianghua_batch.analysis.rewards_and_sanctions import Measure
from lianghua_batch.report.layout import sheet_table, title_row
from lianghua_batch.report.layout.model import Cell, Row
from lianghua_batch.report.view import View

Line = tuple[str, str]  # the text, and the sheet with the details


def rows(view: View, layout: Mapping[str, Any], width: int) -> Iterable[Row]:
    """One line for each matter, with a link to the sheet with the details; the layout's sentence where there is none."""
    words = layout["attention"]
    yield sheet_table.band(words["title"], width, "caption")
    lines = list(_lines(view, words))
    link = words["link"]["span"]
    for text, sheet in lines:  # two cells, for in some programs a text with a link does not wrap
        named = words["link"]["text"].format(sheet=view.layout(sheet)["name"])
        to = Cell(named, "attention_link", link, to=title_row.title_key(sheet))
        yield Row((Cell(text, "attention", width - link), to))
    if not lines:
        yield sheet_table.band(words["none"], width, "attention")


def _lines(view: View, words: Mapping[str, Any]) -> Iterator[Line]:
    """The lines for each of the workbook's sheets."""
    yield from _draft(view, words)
    yield from _warnings(view, words)
    without = [r.unit.name for r in view.results.branches if not view.member_counts[r.unit.id]]
    if without:
        yield _listed(view, words, "without_members", without), "branches"
    for sheet, lines in (
        ("rectification", _overdue),
        ("objections", _objections),
        ("rewards_and_sanctions", _rewards_and_sanctions),
        ("indicator_analysis", _indicators),
        ("rater_analysis", _raters),
    ):
        if sheet in view.order:
            yield from ((text, sheet) for text in lines(view, words))


def _draft(view: View, words: Mapping[str, Any]) -> Iterator[Line]:
    draft, sheet = view.results.draft, "left_out"
    if draft is None:
        return
    if draft.left_out:
        yield _listed(view, words, "left_out", [each.unit.name for each in draft.left_out]), sheet
    if draft.unassigned:
        yield view.stamped("unassigned"), sheet
    if draft.incomplete:
        yield _listed(view, words, "incomplete", [u.name for u in draft.incomplete]), sheet


def _warnings(view: View, words: Mapping[str, Any]) -> Iterator[Line]:
    if view.warnings:
        counts = Counter(warning.code[1] for warning in view.warnings)  # by the first digit of their codes
        named = {words["kinds"][digit]: count for digit, count in sorted(counts.items())}
        kinds = _counted(view, words["kind"], named)
        yield words["warnings"].format(count=len(view.warnings), kinds=kinds), "warnings"


def _listed(view: View, words: Mapping[str, Any], sentence: str, names: Sequence[str]) -> str:
    """A sentence with the number of units and the first of their names."""
    first_names = view.listed(names[: words["names"]])
    if len(names) > words["names"]:
        first_names = words["more"].format(names=first_names)
    return words[sentence].format(count=len(names), names=first_names)


def _counted(view: View, template: str, counts: Mapping[str, int]) -> str:
    return view.listed(template.format(name=name, count=count) for name, count in counts.items() if count)


# --- from the sheets that do not affect scores ----------------------------------------------------------------------------


def _overdue(view: View, words: Mapping[str, Any]) -> Iterator[str]:
    late = [r for r in rectification.ledger(view.results.county) if r.state == rectification.OVERDUE]
    if late:
        yield words["overdue"].format(count=len(late), units=len({r.unit.id for r in late}))


def _objections(view: View, words: Mapping[str, Any]) -> Iterator[str]:
    unsettled = sum(each.state == OPEN for each in view.objections)
    if unsettled:
        yield words["objections"].format(count=unsettled)


def _rewards_and_sanctions(view: View, words: Mapping[str, Any]) -> Iterator[str]:
    found = rewards_and_sanctions.rewards_and_sanctions(view.results, view.earlier)
    if found.applying:
        yield words["rewards_and_sanctions"].format(kinds=_by_kind(view, words, found.applying))
    if found.unchecked:
        yield words["unchecked"].format(kinds=_by_kind(view, words, found.unchecked))


def _by_kind(view: View, words: Mapping[str, Any], listed: Sequence[Measure]) -> str:
    counts = Counter(measure.kind for measure in listed)
    return _counted(
        view, words["use"], {kind.label: counts[kind.name] for kind in rewards_and_sanctions.measure_kinds()}
    )


def _indicators(view: View, words: Mapping[str, Any]) -> Iterator[str]:
    counts = Counter(figures.verdict for figures in indicator_statistics.analyse(view.results))
    labels = statistics.settings("indicators")["verdicts"]
    named = {labels[name]["label"]: counts[name] for name in view.layout("indicator_analysis")["attention"]}
    if any(named.values()):
        yield words["indicators"].format(count=sum(named.values()), kinds=_counted(view, words["indicator"], named))


def _raters(view: View, words: Mapping[str, Any]) -> Iterator[str]:
    results, kinds = view.results, words["rater_kinds"]
    forms = [
        f
        for f in (rater_statistics.INSPECTION, rater_statistics.SUPERVISORS)
        if f in view.layout("rater_analysis")["tables"]
    ]
    crowds = [c for form in forms for c in rater_statistics.crowding(results, form)]
    crowds += [c for listed in crowding.crowds_of_totals(results).values() for c in listed]
    counts = {
        "raters": sum(bool(figures.verdicts) for form in forms for figures in rater_statistics.analyse(results, form)),
        "crowding": sum(crowd.striking for crowd in crowds),
        "ballots": len(identical_marks.ballots(results)) if "ballots" in view.layout("rater_analysis")["tables"] else 0,
        "groups": len(identical_marks.groups(results)),
    }
    if any(counts.values()):
        counted = view.listed(kinds[name].format(count=count) for name, count in counts.items() if count)
        yield words["raters"].format(kinds=counted)
