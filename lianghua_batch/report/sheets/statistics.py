"""The sheets 指标分析 and 评分人分析: figures and verdicts for improving next year's rules; they change no score."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from lianghua_batch.analysis import crowding, identical_marks, indicator_statistics, rater_statistics
from lianghua_batch.analysis.crowding import Crowd
from lianghua_batch.analysis.indicator_statistics import IndicatorFigures
from lianghua_batch.analysis.rater_statistics import RaterFigures
from lianghua_batch.analysis.statistics import settings
from lianghua_batch.core import exact
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Row, SheetColumn, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.view import View

Values = Mapping[str, Value | None]
_SHARES = ("mean", "lowest", "highest", "spread", "full", "zero", "discrimination")
_ATTENTION, _PLAIN = "severity_warning", "text_small"  # the style of a verdict that needs attention, and of any other


def _rounded(value: Fraction | None, places: int = 2) -> Fraction | None:
    return None if value is None else exact.half_up(value, places)


def _percent(share: str) -> str:
    """A share given as text, in percent."""
    return f"{exact.short(Fraction(share) * 100)}%"


# --- 指标分析 -------------------------------------------------------------------------------------------------------


def indicators(view: View) -> SheetTable:
    """The sheet 指标分析: the indicators of each level, those that need attention first."""
    key = "indicator_analysis"
    layout = view.layout(key)
    fields = sheet_table.fields(view, layout["columns"], {})
    rows: list[Row] = []
    for level, level_figures in groupby(indicator_statistics.analyse(view.results), key=lambda f: f.indicator.level):
        listed = list(level_figures)
        rows.append(sheet_table.strip(_level_line(view, layout, level, listed), len(fields)))
        rows += (_indicator_row(view, layout, fields, figures) for figures in listed)
    filtered = len(rows)
    rows += (sheet_table.band(line, len(fields), "text") for line in _opinions(view, layout, None))
    rows = rows or [sheet_table.band(layout["none"], len(fields), "text")]
    rows += (sheet_table.band(line, len(fields), "note") for line in _explained(layout))
    return sheet_table.sheet(view, key, (f.column for f in fields), rows, filtered=filtered)


def _explained(layout: Mapping[str, Any]) -> Iterator[str]:
    rules = settings("indicators")
    shares = {name: _percent(rules[name]) for name in ("side", "good", "low", "alike", "nearly_all")}
    return (line.format(**{**rules, **shares}) for line in layout["explained"])


def _opinions(view: View, layout: Mapping[str, Any], code: str | None) -> Iterator[str]:
    """The 意见建议 on an indicator, or those that name none of the scheme's: who, what, and what was decided."""
    known = {i.id for i in view.scheme.indicators}
    for row in view.results.county.tables["suggestion"].records():
        named = row["indicator_id"] if row["indicator_id"] in known else None
        if named == code and row["opinion"] is not None:
            choices = {
                name: view.choice("suggestion", "suggestion", name, row[name]) for name in ("proposer", "response")
            }
            text = layout["opinion" if row["response"] else "open_opinion"]
            yield text.format(opinion=row["opinion"], **choices)


def _level_line(view: View, layout: Mapping[str, Any], level: str, listed: Sequence[IndicatorFigures]) -> str:
    """The number of indicators of a level, and of those that need attention by verdict."""
    verdicts = settings("indicators")["verdicts"]
    counts = {name: sum(f.verdict == name for f in listed) for name in layout["attention"]}
    counted = [layout["verdict"].format(label=verdicts[name]["label"], count=n) for name, n in counts.items() if n]
    line = layout["level"].format(level=view.choice("scheme", "indicators", "level", level), count=len(listed))
    return line + (layout["verdicts"].format(verdicts=layout["separator"].join(counted)) if counted else "")


def _indicator_row(view: View, layout: Mapping[str, Any], fields: Sequence[Field], figures: IndicatorFigures) -> Row:
    verdict = settings("indicators")["verdicts"][figures.verdict]
    values: Values = {
        "id": figures.indicator.id,
        "name": figures.indicator.name,
        "kind": view.choice("scheme", "indicators", "kind", figures.indicator.kind),
        "weight": figures.indicator.weight,
        "units": figures.units,
        **{name: _rounded(getattr(figures, name), 3) for name in _SHARES},
        "correlation": _rounded(figures.correlation),
        "verdict": verdict["label"],
        "advice": verdict["advice"],
        "opinions": "\n".join(_opinions(view, layout, figures.indicator.id)),
    }
    looks = {"verdict": _ATTENTION if figures.verdict in layout["attention"] else _PLAIN}
    return Row(tuple(view.cell(values[f.name], looks.get(f.name, f.style)) for f in fields))


# --- 评分人分析 ------------------------------------------------------------------------------------------------------


def raters(view: View) -> SheetTable:
    """The sheet 评分人分析, table under table: raters, scores crowded at the grades' bounds, ballots, party groups."""
    key = "rater_analysis"
    layout = view.layout(key)
    width = layout["grid"]["columns"]
    makers = {
        rater_statistics.INSPECTION: (lambda: _raters(view, rater_statistics.INSPECTION), "raters"),
        rater_statistics.SUPERVISORS: (lambda: _raters(view, rater_statistics.SUPERVISORS), "raters"),
        "crowding": (lambda: _crowds(view, layout), "crowding"),
        "ballots": (lambda: _ballots(view), "ballots"),
        "groups": (lambda: _groups(view), "groups"),
    }
    rows = [sheet_table.band(layout["subtitle_line"], width, "monitoring")]
    for name in layout["tables"]:
        make, part = makers[name]
        rows += _section(view, layout["sections"][name], part, list(make()), width)
    columns = [SheetColumn("", layout["grid"]["width"])] * width
    return sheet_table.sheet(view, key, columns, rows)


def _section(view: View, section: Mapping[str, Any], part: str, listed: Sequence[Values], width: int) -> Iterator[Row]:
    """A caption, the meaning of the figures, the headings and a row for each item; without items a sentence."""
    rules = settings(part)
    shares = {"share": _percent(rules["share"])} if "share" in rules else {}
    yield sheet_table.band(section["title"], width, "caption")
    yield sheet_table.band(section["note"].format(**{**rules, **shares}), width, "note")
    if listed:
        yield Row(sheet_table.spread_heading(section["columns"]))
    else:
        yield sheet_table.band(section["none"], width, "text")
    for values in listed:
        yield Row(tuple(_cell(view, spec, values) for spec in section["columns"]))
    yield sheet_table.band("", width, "note")


def _cell(view: View, spec: Mapping[str, Any], values: Values) -> Cell:
    value, style = values[spec["name"]], spec["style"]
    if style == "verdict":
        style = _ATTENTION if value else _PLAIN
    return view.cell(value, style, spec["span"])


def _raters(view: View, form: str) -> Iterator[Values]:
    for rater in rater_statistics.analyse(view.results, form):
        verdicts = [settings("raters")["verdicts"][name] for name in rater.verdicts]
        yield {
            "rater": rater.rater,
            "marks": rater.marks,
            "compared": rater.compared,
            **{name: _rounded(getattr(rater, name)) for name in ("mean", "lowest", "highest", "spread", "bias")},
            "verdict": view.listed(v["label"] for v in verdicts),
            "advice": "\n".join(dict.fromkeys(v["advice"] for v in verdicts)),
        }


def _crowds(view: View, layout: Mapping[str, Any]) -> Iterator[Values]:
    """Scores around the grades' bounds: all marks of a form, those of conspicuous raters, and the totals."""
    called = {**layout["groups_of"], **({} if view.is_year else layout["quarter_groups"])}
    for form in (rater_statistics.INSPECTION, rater_statistics.SUPERVISORS):
        yield from (_crowd(layout, called[form], c) for c in rater_statistics.crowding(view.results, form))
        for rater in rater_statistics.analyse(view.results, form):
            if rater_statistics.CROWDED in rater.verdicts:
                yield from (_crowd(layout, _rater_name(layout, rater), c) for c in rater.crowds if c.striking)
    for group, listed in crowding.crowds_of_totals(view.results).items():
        yield from (_crowd(layout, called[group], c) for c in listed)


def _rater_name(layout: Mapping[str, Any], rater: RaterFigures) -> str:
    return layout["rater"].format(form=definitions()[rater.form].label, rater=rater.rater)


def _crowd(layout: Mapping[str, Any], group: str, crowd: Crowd) -> Values:
    rules = settings("crowding")
    return {
        "who": group,
        "bound": layout["bound"].format(grade=crowd.grade, bound=exact.short(crowd.bound)),
        **{name: getattr(crowd, name) for name in ("numbers", "below", "above", "beyond")},
        "share": _rounded(crowd.share, 3),
        "verdict": rules["label"] if crowd.striking else "",
        "advice": rules["advice"] if crowd.striking else "",
    }


def _ballots(view: View) -> Iterator[Values]:
    for ballot in identical_marks.ballots(view.results):
        verdict = settings("ballots")["verdicts"][ballot.verdict]
        yield {
            "unit_id": ballot.unit.id,
            "unit_name": ballot.unit.name,
            "form": definitions()[ballot.form].label,
            "rows": ballot.rows,
            "one_grade": ballot.one_grade,
            "verdict": verdict["label"],
            "advice": verdict["advice"],
        }


def _groups(view: View) -> Iterator[Values]:
    rules = settings("groups")
    for group in identical_marks.groups(view.results):
        yield {
            "unit_id": group.unit.id,
            "unit_name": group.unit.name,
            **{name: getattr(group, name) for name in ("party_group", "members", "months", "same")},
            "verdict": rules["label"],
            "advice": rules["advice"],
        }
