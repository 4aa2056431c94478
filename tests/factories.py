"""A small county for tests: two committees' worth of rules on a page, whose cells a test changes before it is written and run.

One 党委 DW1 with the branches ZB1 and ZB2, three members each, the year 2026 complete and without a problem. Every member
scores 80 in every month (起始分, no records), every rater gives round numbers, so that results can be worked out by hand.
"""

import copy
import datetime as dt
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import openpyxl

from lianghua_batch.core import form_definitions, periods, resources
from lianghua_batch.forms import sample
from lianghua_batch.intake import recognition
from lianghua_batch.intake.grid import Grid
from lianghua_batch.model import parameters
from lianghua_batch.pipeline import load_county
from lianghua_batch.pipeline import process as pipeline
from lianghua_batch.scoring.results import Outcome, Results

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_data"
DIMENSIONS = ("政治合格", "执行纪律合格", "品德合格", "作用发挥合格")
BRANCHES = {"ZB1": "财政第一支部", "ZB2": "财政第二支部"}
MEMBERS = {
    "ZB1": {"001": "甲一", "002": "甲二", "003": "甲三"},
    "ZB2": {"004": "乙一", "005": "乙二", "006": "乙三"},
}


class FilledForm:
    """One sheet as a clerk fills it: labelled cells, headings, rows as {heading: value}."""

    def __init__(self, file: str, form: str, headings: str, rows: list[list[object]], **labels: object) -> None:
        self.file, self.form, self.labels = file, form, labels
        self.headings = headings.split()
        self.rows = [dict(zip(self.headings, row, strict=False)) for row in rows]
        self.sheet = form

    def row(self, **key: object) -> dict[str, object]:
        """The first row whose cells are as given."""
        return next(r for r in self.rows if all(r.get(k) == v for k, v in key.items()))

    def add(self, **cells: object) -> dict[str, object]:
        """Fill one more row, given by its cells."""
        self.rows.append(cells)
        return cells

    def cell(self, heading: str, **key: object) -> str:
        """The address that a cell of that row gets when the form is written."""
        row = self.rows.index(self.row(**key)) + 4
        return f"{openpyxl.utils.get_column_letter(self.headings.index(heading) + 1)}{row}"

    def grid(self) -> list[list[object]]:
        """Title, labelled cells, headings (row 3), rows."""
        labels = [cell for pair in {"表种": self.form, **self.labels}.items() for cell in pair]
        return [[self.form], labels, self.headings, *([r.get(h) for h in self.headings] for r in self.rows)]


class County:
    """All forms of the small county."""

    def __init__(self) -> None:
        self.forms: list[FilledForm] = [*_scheme(), *_roster(), *_branch_forms(), *_county_forms()]

    def form(self, form: str, heading: str | None = None, **labels: object) -> FilledForm:
        """The form of a 表种 with the given labelled cells; `heading` picks the sheet of 花名册 or 考评方案 that has it."""
        return next(self._matching(form, heading, labels))

    def _matching(self, form: str, heading: str | None, labels: dict[str, object]) -> Iterator[FilledForm]:
        for f in self.forms:
            labelled = all(f.labels.get(k) == v for k, v in labels.items())
            if f.form == form and labelled and (heading is None or heading in f.headings):
                yield f

    def drop(self, form: str, heading: str | None = None, **labels: object) -> None:
        """Take a form out: it was not sent."""
        self.forms.remove(self.form(form, heading, **labels))

    def set_rule(self, name: str, value: object) -> None:
        """Change one 参数; one that a scheme may leave out is written."""
        rules = self.form("考评方案", "参数")
        if any(r["参数"] == name for r in rules.rows):
            rules.row(参数=name)["值"] = value
        else:
            rules.add(参数=name, 值=value)

    def only(self, period: str) -> "County":
        """Keep 花名册, 考评方案 and the forms of one period, all that its run looks at: the same outcome from fewer files."""
        wanted = periods.parse(period)
        base = ("花名册", "考评方案")
        self.forms = [f for f in self.forms if f.form in base or wanted.contains(periods.parse(f.labels["期间"]))]
        return self

    def copy(self) -> "County":
        return copy.deepcopy(self)

    def write(self, folder: Path) -> Path:
        """Write every form as a sheet of its file under `folder`."""
        books: dict[str, list[tuple[str, list[list[object]]]]] = {}
        for form in self.forms:
            books.setdefault(form.file, []).append((form.sheet, form.grid()))
        for file, sheets in books.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_workbook(sheets))
        return folder

    def process(self, folder: Path, period: str) -> Outcome:
        """Write the county and check and score it for a period."""
        return pipeline.process(self.write(folder), periods.parse(period))

    def problems(self, folder: Path, period: str) -> list[str]:
        """Every problem as «code file cell message|remedy»."""
        return [line(p) for p in self.process(folder, period).problems]

    def complaints(self, folder: Path, period: str) -> list[str]:
        """Every problem told in full, but for the forms without a row that the county starts with."""
        return complaints(self.process(folder, period))


_WRITTEN: dict[str, bytes] = {}


def _workbook(sheets: list[tuple[str, list[list[object]]]]) -> bytes:
    """A workbook of the given sheets; what was written once is kept, for a test changes a few cells of a few forms."""
    key = repr(sheets)  # tells 1 from 1.0 and True
    if key not in _WRITTEN:
        book = openpyxl.Workbook()
        for name, grid in sheets:
            sheet = book.create_sheet(name)
            for row in grid:
                sheet.append(row)
        del book["Sheet"]
        content = io.BytesIO()
        book.save(content)
        _WRITTEN[key] = content.getvalue()
    return _WRITTEN[key]


_EMPTY_FROM_THE_START = tuple(f"“{form}”没有数据行" for form in ("日记录", "加减分", "整改台账"))
# After every error of 考评方案, or of a month whose 季汇总 is there; validation/test_problems_consequences.py and
# test_problems_parts.py assert them.
_UNCHECKED = ("考评方案有错误，与它的核对没有进行", "本表的数没有全部核对：依据的月打分、日记录中有错误")


def complaints(outcome: Outcome) -> list[str]:
    """Every problem told in full, but for the forms without a row that the county starts with, and what W405 says of a wrong 考评方案."""
    return [told(p) for p in outcome.problems if p.message not in (*_EMPTY_FROM_THE_START, *_UNCHECKED)]


def told(problem) -> str:
    """A problem with all that it says: code, file, sheet and cell, [value], message and remedy, likely value."""
    place = " ".join(part for part in (problem.place.file, problem.place.sheet, problem.place.cell) if part)
    value = "" if problem.value is None else f"[{problem.value}]"
    likely = "" if problem.suggestion is None else f"（{problem.suggestion}？）"
    return f"{problem.code} {place}{value}：{problem.message}。{problem.remedy}。{likely}"


def line(problem) -> str:
    """A problem on one line: code, place, message and remedy."""
    place = " ".join(part for part in (problem.place.file, problem.place.cell) if part)
    return f"{problem.code} {place}：{problem.message}。{problem.remedy}。"


def _scheme() -> list[FilledForm]:
    file, year = "考评方案.xlsx", {"期间": "2026"}
    rules = [
        [e["label"], parameters.default_text(e), None, None]
        for e in resources.load("rules/parameters")["parameters"]
        if "absent" not in e
    ]
    bands = [
        *(["组织", grade, lower] for grade, lower in (("优秀", 90), ("良好", 85), ("一般", 70), ("较差", None))),
        *(["党员", grade, lower] for grade, lower in (("优秀", 90), ("合格", 70), ("基本合格", 60), ("不合格", None))),
    ]
    projects = [
        ["Z01", "政治合格", "参加党员大会", 1, 3, 10, None],
        ["J01", "执行纪律合格", "无故缺席", -2, None, None, None],
        ["J09", "执行纪律合格", "受到留党察看处分", -10, None, None, "是"],
    ]
    indicators = [
        [f"{letter}{n}", level, None, kind, None, f"{level}指标{n}", weight, "直接赋分", *[None] * 7, "填报", "通过"]
        for letter, level in (("W", "党委"), ("B", "支部"))
        for n, kind, weight in ((1, "常规化", 60), (2, "差异化", 40))
    ]
    worths = [
        *(["组织", grade, worth] for grade, worth in (("优秀", 100), ("良好", 85), ("一般", 70), ("较差", 50))),
        *(["党员", grade, worth] for grade, worth in (("优秀", 100), ("合格", 80), ("基本合格", 60), ("不合格", 40))),
    ]
    sheets = [
        ("参数", FilledForm(file, "考评方案", "参数 值 说明 依据", rules, **year)),
        ("等次", FilledForm(file, "考评方案", "对象 等次 下限", bands, **year)),
        ("党员维度", FilledForm(file, "考评方案", "维度 满分 起始分", [[d, 25, 20] for d in DIMENSIONS], **year)),
        (
            "积分项目",
            FilledForm(file, "考评方案", "项目编号 维度 项目名称 分值 每月上限 每年上限 一票否决", projects, **year),
        ),
        (
            "指标",
            FilledForm(
                file,
                "考评方案",
                "指标编号 层级 适用单位 类别 方面 指标名称 权重 赋分方法 满意值 不允许值 优秀值 良好值 平均值 较低值 较差值 数据来源 审核",
                indicators,
                **year,
            ),
        ),
        ("测评等级", FilledForm(file, "考评方案", "对象 等级 折算分", worths, **year)),
    ]
    for name, form in sheets:
        form.sheet = name
    return [form for _, form in sheets]


def _roster() -> list[FilledForm]:
    units = [["DW1", "财政局机关党委", "党委", None, "机关", "否", None, None, None]]
    units += ([code, name, "支部", "DW1", "机关", "否", None, None, None] for code, name in BRANCHES.items())
    people = [
        [code, name, branch, "第一党小组", "正式", "是", None, None, None]
        for branch, members in MEMBERS.items()
        for code, name in members.items()
    ]
    organisations = FilledForm(
        "花名册.xlsx",
        "花名册",
        "组织编号 组织名称 层级 上级编号 单位性质 窗口单位 考评组 启用日期 撤销日期",
        units,
        期间="2026",
    )
    members = FilledForm(
        "花名册.xlsx",
        "花名册",
        "党员编号 姓名 支部编号 党小组 党员类别 积分管理 不参加原因 转入日期 转出日期",
        people,
        期间="2026",
    )
    organisations.sheet, members.sheet = "党组织", "党员"
    return [organisations, members]


def _branch_forms() -> Iterator[FilledForm]:
    for branch, members in MEMBERS.items():
        whose = {"支部编号": branch, "支部名称": BRANCHES[branch]}
        for month in periods.year(2026).months:
            diary = [[dt.date(2026, month.index, 6), "999", "不存在", "Z01", "参加党员大会", None]]
            scores = [[m, name, "第一党小组", 20, 20, 20, 20, 80, None, None] for m, name in members.items()]
            heads = " ".join(("党员编号 姓名 党小组", *DIMENSIONS, "合计 免评原因 说明"))
            file = f"{branch}/{month}.xlsx"
            yield FilledForm(
                file, "日记录", "日期 党员编号 姓名 项目编号 事由 分值", diary[:0], **whose, 期间=str(month)
            )
            yield FilledForm(file, "月打分", heads, scores, **whose, 期间=str(month))
        for quarter in periods.year(2026).quarters:
            heads = "党员编号 姓名 第一月 第二月 第三月 季度积分 支委会调整 调整原因 审定积分"
            rows = [[m, name, 80, 80, 80, 80, None, None, 80] for m, name in members.items()]
            yield FilledForm(f"{branch}/{quarter}.xlsx", "季汇总", heads, rows, **whose, 期间=str(quarter))
        votes = [[m, name, 2, 0, 0, 0] for m, name in members.items()]  # no more than the branch has members
        heads = "党员编号 姓名 优秀票 合格票 基本合格票 不合格票"
        yield FilledForm(f"{branch}/年评议.xlsx", "年评议", heads, votes, **whose, 期间="2026")


def _county_forms() -> Iterator[FilledForm]:
    units = {"DW1": "财政局机关党委", **BRANCHES}
    heads = "组织编号 组织名称 检查单位 得分 存在问题"
    for quarter in periods.year(2026).quarters:
        rows = [[b, name, "互检一组", 90, None] for b, name in BRANCHES.items()]
        yield FilledForm(f"督查/{quarter}.xlsx", "督查打分", heads, rows, 期间=str(quarter))
    yield FilledForm(
        "督查/上半年.xlsx", "督查打分", heads, [["DW1", units["DW1"], "互检一组", 90, None]], 期间="2026H1"
    )
    year = {"期间": "2026"}
    values = [[u, f"{'W' if u == 'DW1' else 'B'}{n}", 90] for u in units for n in (1, 2)]
    yield FilledForm("年末/指标完成.xlsx", "指标完成", "组织编号 指标编号 实际值", values, **year)
    yield FilledForm(
        "年末/监督员.xlsx", "监督员评分", "组织编号 监督员 得分", [[u, "监督员甲", 90] for u in units], **year
    )
    ballots = [[u, "党员群众", 10, 0, 0, 0] for u in units]
    heads = "组织编号 测评对象 优秀票 良好票 一般票 较差票"
    yield FilledForm("年末/测评.xlsx", "满意度测评", heads, ballots, **year)
    yield FilledForm("年末/加减分.xlsx", "加减分", "组织编号 类别 分值 日期 事由 依据 审核", [], **year)
    heads = "组织编号 问题 来源 整改措施 责任人 完成时限 完成日期 状态"
    yield FilledForm("年末/整改.xlsx", "整改台账", heads, [], **year)


@cache
def sample_outcome(period: str) -> Outcome:
    """sample_data/ checked and scored; whoever changes something in it changes a copy."""
    return pipeline.process(SAMPLE, periods.parse(period))


def _on_paper(county: sample.SampleCounty, sheet: sample.FilledSheet) -> Grid:
    """A filled sheet as reading its workbook would give it, without writing one: for counties too big for a test."""
    definition = form_definitions.expand(form_definitions.definitions()[sheet.form], county.items).sheet(sheet.sheet)
    columns = [definition.column(name) for name in sheet.columns]
    words = {name: entry["label"] for name, entry in resources.load("reading")["labels"].items()}
    label = form_definitions.definitions()[sheet.form].label
    above = [words["form"], label, words["period"], str(sheet.period), words["unit_id"], sheet.unit or ""]
    rows = [[_cell(value, column) for value, column in zip(row, columns, strict=True)] for row in sheet.values]
    return Grid(f"{label}{sheet.unit}{sheet.period}", sheet.sheet, [above, [c.label for c in columns], *rows])


def _cell(value: object, column: form_definitions.Column) -> object:
    if value is None:
        return ""
    if column.choices:
        return column.choices[value]
    return value if isinstance(value, (str, dt.date)) else float(value)


def judged(county: sample.SampleCounty, period: str) -> tuple[Results, list]:
    """Check and score a county as data."""
    found = [recognition.recognise(_on_paper(county, sheet), form_definitions.definitions()) for sheet in county.sheets]
    loaded, problems = load_county.county([source for source, _ in found], periods.parse(period))
    members, more = pipeline.judge(loaded)
    scored, last = pipeline.rank(loaded, members)
    return scored, [p for _, listed in found for p in listed] + problems + more + last
