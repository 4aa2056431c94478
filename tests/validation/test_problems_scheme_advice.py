"""What `check` advises on a 考评方案: each rule with a row that breaks it, reworded too, and one beside it that does not."""

import re

import pytest
import yaml
from click.testing import CliRunner
from factories import ROOT, County

from lianghua_batch.cli.app import root
from lianghua_batch.core import form_definitions
from lianghua_batch.core.codes import Code

OLD_SCHEME = ROOT / "tests/fakes/scheme_of_0_1.yaml"
EFFICACY = {"赋分方法": "功效系数", "满意值": 100, "不允许值": 80}


@pytest.fixture
def county() -> County:
    """The small county in its first quarter, whose 指标 may be named as a test likes."""
    return County().only("2026Q1")


def indicator(county: County, code: str, **cells: object) -> None:
    """Change an indicator's row, or add one."""
    rows = county.form("考评方案", "指标编号")
    if not any(r["指标编号"] == code for r in rows.rows):
        rows.add(**{**rows.row(指标编号="B1"), "指标编号": code})
    rows.row(指标编号=code).update(cells)


def advice(county: County, folder) -> list[str]:
    """What is advised; sums of weights that a test leaves wrong are not its matter."""
    return [c for c in county.complaints(folder, "2026Q1") if c.startswith(("W41", "W42"))]


@pytest.mark.parametrize(
    "name",
    [
        "在市级以上刊物发表文章（篇）",
        "信息稿件被上级采用数（篇）",
        "经验做法在全市推广",
        "学习强国人均积分",
        "撰写心得体会（篇）",
    ],
)
def test_contents_that_may_not_be_rated(county, tmp_path, name):
    indicator(county, "B1", 指标名称=name)
    assert [c[:4] for c in advice(county, tmp_path)] == ["W410"]


def test_the_words_of_a_rule(county, tmp_path):
    indicator(county, "B1", 指标名称="撰写心得体会（篇）")
    assert advice(county, tmp_path) == [
        "W410 考评方案.xlsx 指标 F6[撰写心得体会（篇）]：“撰写心得体会（篇）”以心得、笔记、报告的有无或篇数论学习和调研（规则“篇数”："
        "《整治形式主义为基层减负若干规定》（2024年，未核实）第三部分；《中国共产党党和国家机关基层组织工作条例》（2019年）第十六条，2019-11-29 起）。请删去，改为考核参加的情况或解决的问题。",
    ]


def test_an_indicator_under_a_wrong_aspect(county, tmp_path):
    indicator(county, "B1", 方面="服务型", 指标名称="党员集中学习到课率（%）", **EFFICACY)
    indicator(county, "W1", 方面="创新型", 指标名称="考评报表按时上报（次）")
    assert advice(county, tmp_path) == [
        "W412 考评方案.xlsx 指标 E4[创新型]：“考评报表按时上报（次）”不是创新型的内容，也不属于其他方面（规则“方面”：文件二（二）三个方面，2018-09-01 起）。"
        "请删去，或改为能说明工作实效的指标。",
        "W411 考评方案.xlsx 指标 E6[服务型]：“党员集中学习到课率（%）”不是服务型的内容（规则“方面”：文件二（二）三个方面，2018-09-01 起）。请改列学习型，或改写指标。（学习型？）",
    ]


def test_an_indicator_that_the_program_computes(county, tmp_path):
    indicator(county, "B1", 指标名称="党员日记录覆盖率（%）", **EFFICACY)
    assert advice(county, tmp_path) == [
        "W413 考评方案.xlsx 指标 P6[填报]：“党员日记录覆盖率（%）”由人填报，而程序能算出“日记录覆盖率”（规则“可由程序计算”：方案约定：能由程序计算的不填报，2018-09-01 起）。"
        "请把数据来源改为“日记录覆盖率”。",
    ]


def test_standards_below_what_is_prescribed(county, tmp_path):
    indicator(county, "B1", 指标名称="主题党日开展次数（次）", 赋分方法="功效系数", 满意值=10, 不允许值=2)
    indicator(county, "B2", 指标名称="组织生活会（次）", 赋分方法="功效系数", 满意值=2, 不允许值=1)
    assert advice(county, tmp_path) == [
        "W419 考评方案.xlsx 指标 G6[60]：“主题党日开展次数（次）”权重 60，差 1（个百分点、件、次）总分就差 1.20 分，而最窄的等次只有 5 分（规则“一项定等次”："
        "文件二（二）功效系数法，2018-09-01 起）。请拉开满意值和不允许值（各档标准值），或减小权重。",
        "W414 考评方案.xlsx 指标 I6[10]：“主题党日开展次数（次）”有 10 次就得满分，而规定至少 12 次（规则“法定要求”："
        "《中国共产党党员教育管理工作条例》（2019年）第十六条，2019-05-06 起）。请使得满分的数不低于 12 次。",
        "W419 考评方案.xlsx 指标 G7[40]：“组织生活会（次）”权重 40，差 1（个百分点、件、次）总分就差 6.40 分，而最窄的等次只有 5 分（规则“一项定等次”："
        "文件二（二）功效系数法，2018-09-01 起）。请拉开满意值和不允许值（各档标准值），或减小权重。",
        "W415 考评方案.xlsx 指标 I7[2]：“组织生活会（次）”达到规定的 1 次只得 60 分（规则“法定要求”："
        "《中国共产党党员教育管理工作条例》（2019年）第十七条，2019-05-06 起）。请使达到规定的得满分，或改为按达标的比例考核。",
    ]


def test_standards_out_of_reach(county, tmp_path):
    indicator(county, "B1", 指标名称="党员培训到课率（%）", 赋分方法="功效系数", 满意值=110, 不允许值=80)
    indicator(county, "B2", 指标名称="群众投诉件数（件）", 赋分方法="功效系数", 满意值=-1, 不允许值=9)
    assert advice(county, tmp_path) == [
        "W416 考评方案.xlsx 指标 I6[110]：“党员培训到课率（%）”的满意值 110 大于 100，谁也达不到（规则“够不着的标准值”：文件二（二）功效系数法，2018-09-01 起）。"
        "请改为不大于 100 的数。",
        "W417 考评方案.xlsx 指标 I7[-1]：“群众投诉件数（件）”的满意值 -1 小于 0，不会有这样的数（规则“够不着的标准值”：文件二（二）功效系数法，2018-09-01 起）。"
        "请改为不小于 0 的数。",
    ]


def test_what_some_units_cannot_fill(county, tmp_path):
    indicator(county, "B1", 指标名称="办事群众平均等候时间（分钟）", 赋分方法="功效系数", 满意值=10, 不允许值=90)
    assert advice(county, tmp_path) == [
        "W418 考评方案.xlsx 指标 F6[办事群众平均等候时间（分钟）]：“办事群众平均等候时间（分钟）”有 2 个单位无从填报，如 财政第一支部（ZB1）：不是窗口单位（规则“填不了的指标”："
        "文件二（三）四类主体测评，2018-09-01 起）。请在适用单位中写明用于哪个考评组，或改为各单位都有的指标。",
    ]


def test_one_indicator_that_decides_a_grade(county, tmp_path):
    indicator(county, "B1", 指标名称="群众投诉件数（件）", 赋分方法="功效系数", 满意值=0, 不允许值=2)
    assert advice(county, tmp_path) == [
        "W419 考评方案.xlsx 指标 G6[60]：“群众投诉件数（件）”权重 60，差 1（个百分点、件、次）总分就差 4.80 分，而最窄的等次只有 5 分（规则“一项定等次”："
        "文件二（二）功效系数法，2018-09-01 起）。请拉开满意值和不允许值（各档标准值），或减小权重。",
    ]


def test_two_indicators_of_one_thing(county, tmp_path):
    indicator(county, "B1", 指标名称="“三会一课”按计划开展率（%）", **EFFICACY)
    indicator(county, "B2", 指标名称="三会一课落实情况", 适用单位="ZB1")
    assert [c for c in advice(county, tmp_path) if c.startswith("W420")] == [
        "W420 考评方案.xlsx 指标 F7[三会一课落实情况]：“三会一课落实情况”与 B1““三会一课”按计划开展率（%）”（考评方案.xlsx 指标 F6）考核的是同一件事（规则“重复指标”："
        "《整治形式主义为基层减负若干规定》（2024年，未核实）第三部分，2024-08-06 起）。请只保留一项，把权重并入。",
    ]


def test_a_veto_milder_than_that_of_a_lesser_thing(county, tmp_path):
    projects = county.form("考评方案", "项目编号")
    projects.add(项目编号="J10", 维度="执行纪律合格", 项目名称="受到党内警告处分", 分值=-6, 一票否决="合格")
    projects.row(项目编号="J09")["一票否决"] = None
    assert advice(county, tmp_path) == [
        "W421 考评方案.xlsx 积分项目 G6：“受到留党察看处分”没有一票否决，而不比它重的 J10“受到党内警告处分”最高只能评“合格”（规则“否决的轻重”："
        "《中国共产党纪律处分条例》（2023年，未核实），2024-01-01 起）。请使较重的否决不轻于较轻的。",
    ]


def test_topics_that_are_missing(county, tmp_path):
    indicator(county, "W1", 指标名称="发展党员工作规范率（%）", **EFFICACY)
    assert advice(county, tmp_path) == [
        "W423 考评方案.xlsx 指标 B4[党委]：党委的常规化指标没有考核："
        "政治建设（第一议题）、意识形态、党风廉政、党费收缴、组织生活会、谈心谈话、党务干部配备、经费、阵地、述职、“三会一课”、主题党日（规则“应有的内容”："
        "《中国共产党党和国家机关基层组织工作条例》（2019年）第十条至第四十条；《中国共产党党员教育管理工作条例》（2019年）第十六条至第二十条，2019-11-29 起）。"
        "请补上，或在差异化指标、任务清单中落实。",
    ]


def test_full_marks_of_all_units_in_the_year_before(tmp_path):
    before = County()
    for row in before.form("指标完成").rows:
        if row["指标编号"] in ("B1", "W1"):
            row["实际值"] = 100
    for code in ("ZB3", "ZB4"):
        before.form("花名册", "层级").add(
            组织编号=code, 组织名称=f"财政{code}支部", 层级="支部", 上级编号="DW1", 窗口单位="否"
        )
        for form in [f for f in before.forms if f.form == "督查打分" and f.labels["期间"] != "2026H1"]:
            form.add(组织编号=code, 组织名称=f"财政{code}支部", 检查单位="互检一组", 得分=90)
        before.form("指标完成").add(组织编号=code, 指标编号="B1", 实际值=100)
        before.form("指标完成").add(组织编号=code, 指标编号="B2", 实际值=80)
        before.form("监督员评分").add(组织编号=code, 监督员="监督员甲", 得分=90)
        before.form("满意度测评").add(组织编号=code, 测评对象="党员群众", 优秀票=10)
    run(before.write(tmp_path / "2026"), "run", "--period", "2026")
    old, new = tmp_path / "2026", tmp_path / "2027"
    assert CliRunner().invoke(root, ["init", str(new), "--from", str(old), "--year", "2027"]).exit_code == 0
    (new / "输出").mkdir(exist_ok=True)
    (old / "输出" / "2026").rename(new / "输出" / "2026")
    told = run(new, "check", "--period", "2027", "--as-of", "2027-01-10").stdout.splitlines()
    assert [line.replace("[W422]", "W422") for line in told if "W422" in line] == [
        "W422 考评方案.xlsx 指标 G7：“支部指标1”权重 60，上一年 4 个单位都是满分，拉不开差距（规则“拉不开差距”：方案约定：上一年度结果，2018-09-01 起）。"
        "请改用能分出高低的标准值，或把权重调给别的指标。"
    ]


def run(folder, command: str, *options: str):
    return CliRunner().invoke(root, [command, str(folder), *options])


def test_nothing_is_advised_on_the_scheme_that_init_writes(tmp_path):
    told = CliRunner().invoke(root, ["check", str(ROOT / "sample_data"), "--period", "2026"]).stdout
    assert not [line for line in told.splitlines() if " W41" in line or " W42" in line]


# --- the scheme that version 0.1 wrote -------------------------------------------------------------------------------

# What is known to be wrong in it: rows that should go, in a wrong 方面, computable, barely paying what is prescribed, with a mild veto.
KNOWN = {
    Code.UNFIT_CONTENT: {"W07", "W09", "W27", "W30", "W31", "W34", "W35", "W36", "B09", "B10", "Z03", "Z04", "J07"},
    Code.MISPLACED_INDICATOR: {"W17", "W18", "W19", "W25", "W29"},
    Code.INDICATOR_OF_NO_ASPECT: {"W26"},
    Code.COMPUTABLE_INDICATOR: {"W29"},
    Code.LEGAL_MINIMUM_BARELY_PASSES: {"W04"},
    Code.MILD_VETO: {"Z07"},
}


def of_version_0_1(*, reworded: bool) -> tuple[County, dict[tuple[str, int], str]]:
    """The small county with 积分项目 and 指标 as `init` of version 0.1 wrote them, and which of them a sheet's row is.

    Reworded they have other codes and the names another beginning and another word here and there.
    """
    county, written = County().only("2026Q1"), yaml.safe_load(OLD_SCHEME.read_text(encoding="utf-8"))
    sheets, codes = form_definitions.definitions()["scheme"].sheets, {}
    for key, code, name in (
        ("projects", "project_id", "project_name"),
        ("indicators", "indicator_id", "indicator_name"),
    ):
        (sheet,) = (s for s in sheets if any(c.name == code for c in s.columns))
        form = county.form("考评方案", sheet.column(code).label)
        form.headings = [c.label for c in sheet.columns]
        form.rows = []
        for n, row in enumerate(written[key]):
            codes[form.sheet, n + 4] = row[code]
            if reworded:
                row = {**row, code: f"新{n}", name: f"本县{row[name]}".replace("次数", "场次").replace("撰写", "写作")}
            form.rows.append({c.label: in_a_cell(row.get(c.name), c) for c in sheet.columns})
    return county, codes


def in_a_cell(value: object, column) -> object:
    """A value of the scheme's data as it stands in a cell."""
    if column.choices and value is not None:
        return column.choices[value]
    return {True: "是", False: None}.get(value, value) if isinstance(value, bool) else value


@pytest.mark.parametrize("reworded", [False, True])
def test_what_is_known_to_be_wrong_in_the_old_scheme_is_found(tmp_path, reworded):
    county, codes = of_version_0_1(reworded=reworded)
    found: dict[Code, set[str]] = {code: set() for code in KNOWN}
    for p in county.process(tmp_path, "2026Q1").problems:
        if p.code in found:
            found[p.code].add(codes[p.place.sheet, int(re.sub(r"\D", "", p.place.cell))])
    assert {code: KNOWN[code] - rows for code, rows in found.items()} == {code: set() for code in KNOWN}
