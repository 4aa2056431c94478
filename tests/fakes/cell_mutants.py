"""A county in memory, one cell of which is changed at a time: what is put there, and whether that says something else.

Whether it does is declared before it is tried, by the class of the change and the column.
"""

import dataclasses
import datetime as dt
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from factories import BRANCHES, DIMENSIONS, County, FilledForm

from lianghua_batch.analysis import explanation, objections
from lianghua_batch.core import form_definitions, periods
from lianghua_batch.core.form_definitions import ANY, CHOICE, CODE, COUNT, DATE, NAME, NUMBER, TEXT, YES_NO, Column
from lianghua_batch.core.problems import Problem
from lianghua_batch.intake import recognition
from lianghua_batch.intake.grid import Grid
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.pipeline import load_county, process
from lianghua_batch.scoring import audit_trail, results
from lianghua_batch.scoring.results import Results
from lianghua_batch.validation import form_owner

YEAR = periods.parse("2026")
ITEMS = {
    "dimensions": DIMENSIONS,
    "member_ballot_grades": ("优秀", "合格", "基本合格", "不合格"),
    "organisation_ballot_grades": ("优秀", "良好", "一般", "较差"),
}
# What is written for people and moves no number: other words there say the same.
FOR_PEOPLE = {
    "daily_record": {"event", "evidence", "recorder"},
    "monthly_score": {"party_group", "exempt_reason", "remark"},
    "quarterly_summary": {"adjustment_reason"},
    "indicator_value": {"remark"},
    "inspection": {"findings", "advice"},
    "supervisor_score": {"findings", "advice"},
    "bonus": {"event", "basis"},
    "rectification": {"issue", "origin", "measure", "owner", "reviewer"},
    "declaration": {"indicator_name", "remark"},
    "declaration_review": {"indicator_name", "opinion"},
    "task": {"task_id", "task", "owner", "evidence"},
    "suggestion": {"opinion", "remark"},
    "activity_record": {"event", "evidence", "recorder"},
    "objection": {"objection", "conclusion", "handler"},
    "roster": {"nature", "authority", "group", "head", "email", "party_group", "unmanaged_reason"},
    "scheme": {"explanation", "basis", "aspect", "project_name", "indicator_name"},
}
# What only repeats a computed figure: where it is blank nothing is compared, and nothing else is said.
REPEATED = {
    "monthly_score": {"sum"},
    "quarterly_summary": {"month_1", "month_2", "month_3", "quarter_points"},
}


def county(by_diary: bool) -> County:
    """The small county with something in every form; its months are scored by 党小组, or `by_diary`."""
    found = County()
    entries = {"001": ("ZB1", "甲一", "Z01", 1), "003": ("ZB1", "甲三", "J01", -2), "004": ("ZB2", "乙一", "Z01", 0.5)}
    for month in (1, 2, 3):
        for code, (branch, name, project, points) in entries.items():
            diary = found.form("日记录", 支部编号=branch, 期间=f"2026-0{month}")
            day = dt.date(2026, month, 5 + int(code))
            diary.add(日期=day, 党员编号=code, 姓名=name, 项目编号=project, 事由="有记录的一件事", 分值=points)
    _add_activities(found)
    if by_diary:
        found.set_rule("月积分口径", "日记录核算")
        found.forms = [f for f in found.forms if f.form != "月打分"]
        for code, (branch, _, _, points) in entries.items():
            summary = found.form("季汇总", 支部编号=branch, 期间="2026Q1").row(党员编号=code)
            summary.update(dict.fromkeys(("第一月", "第二月", "第三月", "季度积分", "审定积分"), 80 + points))
        for code, february, mean in (("001", 82, 81.33), ("002", 81, 80.33), ("003", 76, 77.33)):
            summary = found.form("季汇总", 支部编号="ZB1", 期间="2026Q1").row(党员编号=code)
            summary.update(第二月=february, 季度积分=mean, 审定积分=mean)
    adjusted = found.form("季汇总", 支部编号="ZB2", 期间="2026Q2").row(党员编号="005")
    adjusted.update(支委会调整=3, 调整原因="抢险有功", 审定积分=83)
    _fill_county_forms(found)
    return found


def _add_activities(found: County) -> None:
    """In February ZB1 meets, 003 is absent; 001 and 002 are listed at what takes part in nothing, for they are many already."""
    heads = "日期 项目编号 事由 参加 人员 缺席 缺席项目 佐证 记录人"
    rows = [[dt.date(2026, 2, 10), "Z01", "支部党员大会", "全体", None, "003", "J01", "签到表", "甲一"]]
    labels = {"支部编号": "ZB1", "支部名称": BRANCHES["ZB1"], "期间": "2026-02"}
    found.forms.append(FilledForm("ZB1/活动.xlsx", "活动记录", heads, rows, **labels))


def _add_declarations(found: County) -> None:
    """DW1 declares a 差异化 indicator beside that of 考评方案; W1 is 任务完成率."""
    indicators = found.form("考评方案", "赋分方法")
    indicators.row(指标编号="W2")["权重"] = 30
    indicators.row(指标编号="W1")["数据来源"] = "任务完成率"
    values = found.form("指标完成")
    values.rows = [row for row in values.rows if row["指标编号"] != "W1"]
    values.add(组织编号="DW1", 指标编号="C1", 实际值=88)
    heads = "指标编号 指标名称 权重 赋分方法 满意值 不允许值 说明"
    labels = {"组织编号": "DW1", "组织名称": "财政局机关党委", "期间": "2026"}
    declared = [["C1", "办件提速", 10, "功效系数", 95, 62, "自报"]]
    found.forms.append(FilledForm("DW1/申报.xlsx", "差异化申报", heads, declared, **labels))
    heads = "组织编号 指标编号 指标名称 审核 核定权重 核定满意值 核定不允许值 审核意见"
    reviewed = [["DW1", "C1", "办件提速", "通过", None, None, None, "同意"]]
    found.forms.append(FilledForm("年末/审核.xlsx", "差异化审核", heads, reviewed, 期间="2026"))
    heads = "组织编号 任务编号 任务 责任人 完成时限 完成日期 状态 佐证"
    tasks = [
        ["DW1", "R1", "换届", "甲一", dt.date(2026, 6, 30), dt.date(2026, 6, 3), "已完成", "文件"],
        ["DW1", "R2", "培训", "甲二", dt.date(2026, 9, 30), None, "进行中", None],
    ]
    found.forms.append(FilledForm("年末/任务.xlsx", "任务清单", heads, tasks, 期间="2026"))
    heads = "提出人类别 指标编号 意见 日期 处理 说明"
    suggested = [["党务干部", "B1", "满意值偏高", dt.date(2026, 8, 3), "采纳", "明年修订"]]
    found.forms.append(FilledForm("年末/意见.xlsx", "意见建议", heads, suggested, 期间="2026"))


def _fill_county_forms(found: County) -> None:
    _add_declarations(found)
    indicators = found.form("考评方案", "赋分方法")
    indicators.row(指标编号="B1").update(权重=30, 赋分方法="功效系数", 满意值=95, 不允许值=60)
    indicators.row(指标编号="B2").update(权重=20)
    for code, kind, weight, metric in (
        ("B3", "常规化", 20, "党员积分均分"),
        ("B4", "常规化", 10, "整改完成率"),
        ("B5", "差异化", 20, "日记录覆盖率"),
    ):
        row = dict(indicators.row(指标编号="B2"))
        indicators.add(
            **row | {"指标编号": code, "类别": kind, "指标名称": f"支部指标{code}", "权重": weight, "数据来源": metric}
        )
    found.form("督查打分", 期间="2026Q1").row(组织编号="ZB1").update(存在问题="会议记录不全")
    for form in (f for f in found.forms if f.form == "督查打分"):
        form.rows += [row | {"检查单位": "互检二组", "得分": 86.5} for row in form.rows]
    marks = found.form("监督员评分")
    marks.rows += [row | {"监督员": "监督员乙", "得分": 84} for row in marks.rows]
    for row in found.form("满意度测评").rows:
        row.update(优秀票=7, 良好票=2, 一般票=1)
    for n, unit in enumerate(("DW1", *BRANCHES)):
        for kind, points in (("个性化", 2), ("动态化", -1), ("违纪", -3)):
            day = dt.date(2026, 5, 20 + n)
            found.form("加减分").add(
                组织编号=unit, 类别=kind, 分值=points, 日期=day, 事由=f"{kind}一件", 依据="文件", 审核="通过"
            )
    ledger = found.form("整改台账")
    ledger.add(
        组织编号="ZB1", 问题="会议记录不全", 完成时限=dt.date(2026, 6, 1), 完成日期=dt.date(2026, 5, 9), 状态="已完成"
    )
    ledger.add(组织编号="ZB1", 问题="台账缺页", 完成时限=dt.date(2026, 9, 1), 状态="整改中")
    heads = "对象编号 异议内容 提出日期 复核结论 复核日期 经办人"
    rows = [
        [subject, "得分偏低", dt.date(2026, 4, 2 + n), "维持", dt.date(2026, 4, 9 + n), "经办人甲"]
        for n, subject in enumerate(("DW1", "ZB1", "ZB2", "001", "005"))
    ]
    found.forms.append(FilledForm("年末/异议.xlsx", "异议登记", heads, rows, 期间="2026"))


# --- one county judged in memory ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """What a county came to: its problems; everything that is published of it, or None where it is not."""

    problems: tuple[Problem, ...]
    numbers: str | None
    published: str | None


class InMemory:
    """A county as recognised sheets; a changed one is recognised anew, the others are not."""

    def __init__(self, by_diary: bool) -> None:
        self.grids = [_grid(form) for form in county(by_diary).forms]
        self.read = [self._recognised(grid) for grid in self.grids]
        self.sheets = [source.sheet for (source,), _ in self.read]
        self.sound = self._judged(self.read)

    @staticmethod
    def _recognised(grid: Grid) -> tuple[list[Recognised], list[Problem]]:
        source, problems = recognition.recognise(grid, form_definitions.definitions())
        return ([] if source is None else [source]), problems

    def changed(self, number: int, row: int, column: int, value: object) -> Judged:
        """What the county comes to with one cell of one sheet (0-based) holding another value."""
        rows = [list(cells) for cells in self.grids[number].rows]
        rows[row][column] = value
        read = list(self.read)
        read[number] = self._recognised(dataclasses.replace(self.grids[number], rows=rows))
        return self._judged(read)

    @staticmethod
    def _judged(read: Sequence[tuple[list[Recognised], list[Problem]]]) -> Judged:
        problems = [p for _, found in read for p in found]
        loaded, found = load_county.county([s for sources, _ in read for s in sources], YEAR)
        problems += found
        if loaded is None:
            return Judged(tuple(problems), None, None)
        loaded, found = form_owner.check(loaded)
        scored, more = process.judge(loaded, [*problems, *found])
        problems += [*found, *more]
        if not loaded.rules_sound or any(p.severity == "error" for p in problems):
            return Judged(tuple(problems), None, None)
        ranked, found = process.rank(loaded, scored)
        problems += found
        if any(p.severity == "error" for p in found):
            return Judged(tuple(problems), None, None)
        return Judged(tuple(problems), results.as_text(ranked), _published(ranked))


def _published(ranked: Results) -> str:
    """All that is said of the results: 计分依据, every score down to its cells, the objections."""
    subjects = [*(m.member.id for m in ranked.members), *(u.unit.id for u in (*ranked.branches, *ranked.committees))]
    trees = [repr(explanation.explain(ranked, subject)) for subject in subjects]
    listed = [repr(row.values) for row in ranked.county.tables["suggestion"].records()]  # beside the statistics of 指标
    return "\n".join([audit_trail.as_text(ranked), *trees, *listed, repr(objections.linked(ranked.county))])


def _grid(form: FilledForm) -> Grid:
    return Grid(form.file, form.sheet, [[_cell(value) for value in row] for row in form.grid()])


def _cell(value: object) -> object:
    """A value as a workbook's reader gives it."""
    if value is None:
        return ""
    return float(value) if isinstance(value, int) else value


# --- changes of one cell --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """One cell (0-based) of one sheet, what is put there, of which class that is, and whether it says something else."""

    sheet: int
    row: int
    column: int
    value: object
    kind: str
    changes: bool
    written: str


Change = Callable[[object, Column, Sequence[object], random.Random], Iterator[object]]


def _other_number(cell, column, others, rng) -> Iterator[object]:
    if isinstance(cell, float):
        digits = f"{cell:g}"
        yield from (cell + 1, cell - 1, cell + 0.5, cell * 10, -cell if cell else 1.0)
        if len(digits) > 1 and digits[0] != digits[1] and digits[:2].isdigit():
            yield float(digits[1] + digits[0] + digits[2:])


def _number_where_none_was(cell, column, others, rng) -> Iterator[object]:
    if cell == "":
        yield from (1.0, 5.0, 60.0)


def _nothing(cell, column, others, rng) -> Iterator[object]:
    if cell != "":
        yield ""


def _no_number(cell, column, others, rng) -> Iterator[object]:
    yield from ("九十", "约80", "#N/A", "=1/0", "80/90", 1e300, True, 80.123, "1-2", "-")


def _others_value(cell, column, others, rng) -> Iterator[object]:
    yield from (each for each in dict.fromkeys(others) if each not in ("", cell))


def _nobodys_code(cell, column, others, rng) -> Iterator[object]:
    yield from ("X99", "#REF!", f"{cell}9", True)


def _other_name(cell, column, others, rng) -> Iterator[object]:
    yield from ("某某", "同上", "—", f"{cell}三")


def _other_year(cell, column, others, rng) -> Iterator[object]:
    if isinstance(cell, dt.date):
        yield from (cell.replace(year=year) for year in (cell.year - 1, cell.year + 1, 2062, 1926))


def _day_where_none_was(cell, column, others, rng) -> Iterator[object]:
    if cell == "":
        yield from (dt.date(2026, 7, 1), dt.date(2062, 3, 5))


def _next_day(cell, column, others, rng) -> Iterator[object]:
    """A day beside it in the same month: nothing is counted by days."""
    if isinstance(cell, dt.date):
        yield from (cell + dt.timedelta(days=1), cell - dt.timedelta(days=1))


def _no_day(cell, column, others, rng) -> Iterator[object]:
    yield from ("昨天", "2026-02-30", "13月1日", "25:00", 3.7, True)


def _other_choice(cell, column, others, rng) -> Iterator[object]:
    blank = "否" if column.type == YES_NO and not column.required else ""
    yield from (label for label in column.choices.values() if label != cell and not (cell == "" and label == blank))


def _no_choice(cell, column, others, rng) -> Iterator[object]:
    yield from ("不知道", 1.0, True, "#N/A")


def _same_in_other_writing(cell, column, others, rng) -> Iterator[object]:
    """What everybody reads as the same."""
    if isinstance(cell, float):
        yield from (f"{cell:g}", f" {cell:g} ", f"{cell:g}分", f"{cell:.2f}", _wide(f"{cell:g}"))
    elif isinstance(cell, dt.date):
        yield from (
            cell.isoformat(),
            f"{cell.year}年{cell.month}月{cell.day}日",
            f"{cell.year}/{cell.month}/{cell.day}",
        )
    elif cell != "":
        yield from (f" {cell}", f"{cell}\n", f"{cell}\u200b", "\u3000".join((cell[:1], cell[1:])), _wide(cell))


def _wide(written: str) -> str:
    return re.sub("[!-~]", lambda match: chr(ord(match[0]) + 0xFEE0), unicodedata.normalize("NFKC", written))


def _other_words(cell, column, others, rng) -> Iterator[object]:
    yield from ("另有说明", f"{cell}（补）")


_NUMBERS = {"another number": _other_number, "no number": _no_number}
_CHOICES = {"another choice": _other_choice, "no choice": _no_choice}
# By type of column, the classes of changes that say something else.
CHANGING: Mapping[str, Mapping[str, Change]] = {
    NUMBER: _NUMBERS | {"a number where none was": _number_where_none_was},
    COUNT: _NUMBERS,
    ANY: {"another's value": _others_value},
    CODE: {"another's code": _others_value, "nobody's code": _nobodys_code},
    NAME: {"another name": _other_name},
    TEXT: {"another name": _other_name},
    DATE: {"another year": _other_year, "a day where none was": _day_where_none_was, "no day": _no_day},
    CHOICE: _CHOICES,
    YES_NO: _CHOICES,
}
BLANK, SAME, WORDS, BESIDE = (
    "nothing where something was",
    "the same in other writing",
    "other words for people",
    "the day beside it",
)
SAYS_THE_SAME = (SAME, WORDS, BESIDE)


def mutants(memory: InMemory, form: str, rng: random.Random, count: int) -> list[Mutant]:
    """So many different ones, spread over the cells of a form; fewer where a form has few cells."""
    found: dict[tuple, Mutant] = {}
    filled = [n for n, grid in enumerate(memory.grids) if len(grid.rows) > memory.read[n][0][0].head_row + 1]
    sheets = [n for n in filled if memory.sheets[n].form == form]
    for _ in range(100 * count):
        each = _mutant(memory, rng.choice(sheets), rng)
        if each is not None and len(found) < count:
            found.setdefault((each.sheet, each.row, each.column, repr(each.value)), each)
    return list(found.values())


def _mutant(memory: InMemory, number: int, rng: random.Random) -> Mutant | None:
    grid, (source,) = memory.grids[number], memory.read[number][0]
    rows = range(source.head_row + 1, len(grid.rows))
    row, at = rng.choice(rows), rng.randrange(len(grid.rows[source.head_row]))
    column = _columns(source.form.name, source.sheet.name).get(grid.rows[source.head_row][at])
    if column is None:
        return None
    cell, others = grid.rows[row][at], [grid.rows[r][at] for r in rows]
    kind, change = rng.choice(list(_changes(source.form.name, column).items()))
    values = list(change(cell, column, others, rng))
    if not values or (kind == WORDS and column.type != TEXT and column.type != NAME):
        return None
    value = rng.choice(values)
    if value == cell and type(value) is type(cell):
        return None
    if {cell, value} == {"未整改", "整改中"} or {cell, value} == {"未开始", "进行中"}:
        return None  # neither is done
    idle = column.name in REPEATED.get(source.form.name, ()) or _is_idle(column, grid.rows[row])
    says_else = kind not in SAYS_THE_SAME and not (kind == BLANK and idle)
    where = f"{grid.file} {grid.sheet} 第 {row + 1} 行 {column.label}"
    return Mutant(number, row, at, value, kind, says_else, f"{kind}: {where}: {cell!r} → {value!r}")


def _is_idle(column: Column, cells: Sequence[object]) -> bool:
    """Whether a cell of this row says nothing: the 审核 of a 常规化 indicator."""
    return column.name == "review" and "常规化" in cells


def _changes(form: str, column: Column) -> Mapping[str, Change]:
    """The classes of changes of a column."""
    if column.name in FOR_PEOPLE.get(form, ()):
        return {WORDS: _other_words, SAME: _same_in_other_writing}
    beside = {BESIDE: _next_day} if column.type == DATE else {}
    return {**CHANGING[column.type], BLANK: _nothing, SAME: _same_in_other_writing, **beside}


@cache
def _columns(form: str, sheet: str) -> Mapping[str, Column]:
    definition = form_definitions.expand(form_definitions.definitions()[form], ITEMS)
    return {column.label: column for column in definition.sheet(sheet).columns}
