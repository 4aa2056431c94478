"""Problems of the rules: parameters, grades, dimensions, projects, indicators; by themselves and against the units."""

import pytest
from factories import County


def rules(county, heading):
    return county.form("考评方案", heading)


def test_parameters_that_nobody_knows(county, tmp_path):
    rules(county, "参数").row(参数="小数位")["参数"] = "小数位数"
    rules(county, "参数").add(参数="满分", 值=100)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E402 考评方案.xlsx 参数：缺少参数“小数位”。请补上参数“小数位”（林西方案为 2）。",
        "E401 考评方案.xlsx 参数 A28[小数位数]：参数“小数位数”不认识。请改为方案规定的参数名称。（小数位？）",
        "E401 考评方案.xlsx 参数 A35[满分]：参数“满分”不认识。请改为方案规定的参数名称。",
    ]


def test_parameters_that_are_missing(county, tmp_path):
    for name in ("常规化权重", "违纪计入上限", "优秀比例上限", "党委汇总口径"):
        rules(county, "参数").rows.remove(rules(county, "参数").row(参数=name))
    assert county.complaints(tmp_path, "2026Q1") == [
        "E402 考评方案.xlsx 参数：缺少参数“优秀比例上限”。请补上参数“优秀比例上限”（林西方案为 1/3）。",
        "E402 考评方案.xlsx 参数：缺少参数“党委汇总口径”。请补上参数“党委汇总口径”（林西方案为 等权）。",
        "E402 考评方案.xlsx 参数：缺少参数“常规化权重”。请补上参数“常规化权重”（林西方案为 60）。",
        "E402 考评方案.xlsx 参数：缺少参数“违纪计入上限”。请补上参数“违纪计入上限”（林西方案为 否）。",
    ]


def test_values_that_a_parameter_cannot_have(county, tmp_path):
    county.set_rule("常规化权重", 160)
    county.set_rule("个性化上限", "五")
    county.set_rule("违纪扣分", -3)
    county.set_rule("定等最少季度", 2.5)
    county.set_rule("去极值人数", -1)
    county.set_rule("小数位", 3)
    county.set_rule("优秀比例上限", "4/3")
    county.set_rule("功效系数截断", "对")
    county.set_rule("季度积分口径", "求和")
    county.set_rule("年度积分权重", None)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E403 考评方案.xlsx 参数 B4[160]：参数“常规化权重”应为0 至 100 的数。请改正，例如 60。",
        "E403 考评方案.xlsx 参数 B6[五]：参数“个性化上限”应为不小于 0 的数。请改正，例如 5。（5？）",
        "E403 考评方案.xlsx 参数 B8[-3]：参数“违纪扣分”应为不小于 0 的数。请改正，例如 3。",
        "E403 考评方案.xlsx 参数 B11[2.5]：参数“定等最少季度”应为0 至 4 的整数。请改正，例如 2。",
        "E403 考评方案.xlsx 参数 B20[对]：参数“功效系数截断”应为是、否 之一。请改正，例如 是。",
        "E403 考评方案.xlsx 参数 B23[求和]：参数“季度积分口径”应为平均、合计 之一。请改正，例如 平均。",
        "E201 考评方案.xlsx 参数 B25：“值”没有填写。请填写“值”。",
        "E403 考评方案.xlsx 参数 B27[4/3]：参数“优秀比例上限”应为0 至 1 之间的分数（文本）。请改正，例如 1/3。",
        "E403 考评方案.xlsx 参数 B28[3]：参数“小数位”应为0 至 2 的整数。请改正，例如 2。",
        "E403 考评方案.xlsx 参数 B30[-1]：参数“去极值人数”应为0 或更大 的整数。请改正，例如 0。",
    ]


def test_weights_that_do_not_make_100(county, tmp_path):
    for name in ("差异化权重", "年末权重", "服务对象权重", "民主评议权重", "季度督查权重"):
        county.set_rule(name, 0.8)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E404 考评方案.xlsx 参数 B4[60.8]：常规化权重 + 差异化权重 合计应为 100，现为 60.8。请调整权重，使合计为 100。",
        "E404 考评方案.xlsx 参数 B12[20.8]：督查权重 + 年末权重 合计应为 100，现为 20.8。请调整权重，使合计为 100。",
        "E404 考评方案.xlsx 参数 B14[95.8]：考核组权重 + 监督员权重 + 党员群众权重 + 服务对象权重 合计应为 100，现为 95.8。请调整权重，使合计为 100。",
        "E404 考评方案.xlsx 参数 B25[80.8]：年度积分权重 + 民主评议权重 合计应为 100，现为 80.8。请调整权重，使合计为 100。",
        "E404 考评方案.xlsx 参数 B32[50.8]：季度党员积分权重 + 季度督查权重 合计应为 100，现为 50.8。请调整权重，使合计为 100。",
    ]


def test_a_lowest_grade_that_is_missing_or_doubled(county, tmp_path):
    rules(county, "下限").row(对象="组织", 等次="较差")["下限"] = 10
    rules(county, "下限").row(对象="党员", 等次="基本合格")["下限"] = 0
    assert county.complaints(tmp_path, "2026Q1") == [
        "E405 考评方案.xlsx 等次 C7：组织的等次应有且只有一档下限留空（最低档）。请只把最低一档的下限留空或填 0。",
        "E405 考评方案.xlsx 等次 C11：党员的等次应有且只有一档下限留空（最低档）。请只把最低一档的下限留空或填 0。",
    ]


def test_the_place_where_a_lowest_grade_is_missing_or_doubled(county, tmp_path):
    bounds = rules(county, "下限")
    bounds.row(对象="组织", 等次="优秀")["下限"] = None
    bounds.row(对象="党员", 等次="不合格")["下限"] = 59
    bounds.row(对象="党员", 等次="基本合格")["下限"] = 58
    told = [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E405")]
    assert told == [
        "E405 考评方案.xlsx 等次 C7：组织的等次应有且只有一档下限留空（最低档）。请只把最低一档的下限留空或填 0。",
        "E405 考评方案.xlsx 等次 C10：党员的等次应有且只有一档下限留空（最低档）。请只把最低一档的下限留空或填 0。",
    ]


def test_a_single_grade_for_everybody(county, tmp_path):
    rules(county, "下限").rows = [{"对象": "组织", "等次": "合格"}, *rules(county, "下限").rows[4:]]
    assert county.complaints(tmp_path, "2026Q1") == [
        "E419 考评方案.xlsx 等次 C4：组织的等次至少要有两档。请补上其他等次。",
    ]


def test_grades_with_the_same_lower_bound(county, tmp_path):
    rules(county, "下限").row(对象="组织", 等次="良好")["下限"] = "90.00"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E406 考评方案.xlsx 等次 C5[90]：组织等次的下限 90 重复。请使各档下限不同。",
    ]


def test_dimensions_that_do_not_make_100(county, tmp_path):
    rules(county, "满分").row(维度="品德合格")["满分"] = 24.5
    assert county.complaints(tmp_path, "2026Q1") == [
        "E407 考评方案.xlsx 党员维度 B4[99.5]：各维度满分合计应为 100，现为 99.5。请调整满分，使合计为 100。",
    ]


def test_a_dimension_that_starts_above_its_full_marks(county, tmp_path):
    rules(county, "满分").row(维度="品德合格")["起始分"] = 25.5
    for form in county.forms:
        if form.form == "月打分":
            for row in form.rows:
                row["说明"] = "逐人评议"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E408 考评方案.xlsx 党员维度 C6[25.5]：起始分 25.5 大于满分 25。请使起始分不大于满分。",
    ]


def test_a_project_of_no_dimension(county, tmp_path):
    rules(county, "项目编号").row(项目编号="Z01")["维度"] = "政治"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E409 考评方案.xlsx 积分项目 B4[政治]：积分项目的维度“政治”不在党员维度中。请填写党员维度表中的维度。",
    ]


def test_indicators_without_the_values_that_their_method_needs(county, tmp_path):
    rules(county, "指标编号").row(指标编号="W1").update(赋分方法="功效系数", 满意值=100)
    rules(county, "指标编号").row(指标编号="B1").update(赋分方法="五档功效", 优秀值=5, 良好值=4, 较低值="二", 较差值=1)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E411 考评方案.xlsx 指标 J4：赋分方法为功效系数，“不允许值”没有填写。请填写“不允许值”。",
        "E411 考评方案.xlsx 指标 M6：赋分方法为五档功效，“平均值”没有填写。请填写“平均值”。",
        "E202 考评方案.xlsx 指标 N6[二]：“较低值”应为数字。请填写阿拉伯数字，不带文字。（2？）",
    ]


def test_indicators_whose_values_measure_nothing(county, tmp_path):
    rules(county, "指标编号").row(指标编号="W1").update(赋分方法="功效系数", 满意值=80, 不允许值="80.0")
    rules(county, "指标编号").row(指标编号="B1").update(
        赋分方法="五档功效", 优秀值=5, 良好值=4, 平均值=4, 较低值=2, 较差值=1
    )
    rules(county, "指标编号").row(指标编号="B2").update(
        赋分方法="五档功效", 优秀值=1, 良好值=2, 平均值=2, 较低值=4, 较差值=5
    )
    rules(county, "指标编号").row(指标编号="W2").update(
        赋分方法="五档功效", 优秀值=1, 良好值=2, 平均值=3, 较低值=2.5, 较差值=5
    )
    assert county.complaints(tmp_path, "2026Q1") == [
        "E412 考评方案.xlsx 指标 I4[80]：满意值与不允许值相等。请使两个值不同。",
        "E413 考评方案.xlsx 指标 K5[1、2、3、2.5、5]：五个标准值应依次升高或依次降低。请核对优秀值至较差值。",
        "E413 考评方案.xlsx 指标 K6[5、4、4、2、1]：五个标准值应依次升高或依次降低。请核对优秀值至较差值。",
        "E413 考评方案.xlsx 指标 K7[1、2、2、4、5]：五个标准值应依次升高或依次降低。请核对优秀值至较差值。",
    ]


def test_a_source_that_is_not_for_the_level(county, tmp_path):
    rules(county, "指标编号").row(指标编号="B1")["数据来源"] = "支部得分均分"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E415 考评方案.xlsx 指标 P6[支部得分均分]：数据来源“支部得分均分”不用于支部指标。请改用其他数据来源。",
    ]


def test_indicators_for_nobody(county, tmp_path):
    rows = rules(county, "指标编号")
    rows.rows += [{**rows.row(指标编号="B1"), "指标编号": "B3", "适用单位": "ZB3"}]
    rows.rows += [{**rows.row(指标编号="B1"), "指标编号": "B4", "适用单位": "第一组"}]
    rows.rows += [{**rows.row(指标编号="B1"), "指标编号": "B5", "适用单位": "DW1"}]
    assert county.complaints(tmp_path, "2026Q1") == [
        "E414 考评方案.xlsx 指标 C8[ZB3]：适用单位“ZB3”既不是组织编号，也不是考评组。请填写花名册中的组织编号或考评组，或留空。",
        "E414 考评方案.xlsx 指标 C9[第一组]：适用单位“第一组”既不是组织编号，也不是考评组。请填写花名册中的组织编号或考评组，或留空。",
        "E418 考评方案.xlsx 指标 C10[DW1]：适用单位 DW1 是党委，指标的层级是支部。请核对层级和适用单位。",
    ]


def test_weights_of_a_unit_that_do_not_add_up(tmp_path):
    county = County().only("2026")
    county.form("花名册", "层级").row(组织编号="ZB1")["考评组"] = "机关组"
    rules(county, "指标编号").row(指标编号="B1").update(适用单位="机关组", 权重=59.5)
    rules(county, "指标编号").row(指标编号="W2")["审核"] = "不通过"
    values = county.form("指标完成")
    values.rows = [r for r in values.rows if (r["组织编号"], r["指标编号"]) not in (("ZB2", "B1"), ("DW1", "W2"))]
    assert county.complaints(tmp_path, "2026") == [
        "E410 考评方案.xlsx 指标 G6[59.5]：财政第一支部（ZB1） 的常规化指标权重合计应为 60，现为 59.5。请核对适用单位、审核和权重。",
        "E410 花名册.xlsx 党组织 A4[0]：财政局机关党委（DW1） 的差异化指标权重合计应为 40，现为 0。请核对适用单位、审核和权重。",
        "E410 花名册.xlsx 党组织 A6[0]：财政第二支部（ZB2） 的常规化指标权重合计应为 60，现为 0。请核对适用单位、审核和权重。",
    ]


def test_weights_that_may_still_be_settled_before_the_year_is_over(county, tmp_path):
    rules(county, "指标编号").row(指标编号="B2")["审核"] = "待审"
    rules(county, "指标编号").row(指标编号="W1")["权重"] = 50
    outcome = county.process(tmp_path, "2026Q1")
    assert outcome.results is not None
    assert county.complaints(tmp_path, "2026Q1") == [
        "W401 考评方案.xlsx 指标 G4[50]：财政局机关党委（DW1） 的常规化指标权重合计为 50，不是 60（年度考评时须改正）。请在年度考评前核对适用单位、审核和权重。",
        "W402 考评方案.xlsx 指标 Q7[B2]：差异化指标 B2 待审，暂不计分。请在年末考核前审核。",
    ]


def test_two_schemes_of_one_year(county, tmp_path):
    for form in County().forms:
        if form.form == "考评方案":
            form.file = "旧/考评方案（修订）.xlsx"
            if form.sheet == "参数":
                form.row(参数="小数位")["值"] = 1
            county.forms.append(form)
    assert [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E416")] == [
        "E416 考评方案.xlsx 参数：2026 年的考评方案有两份，另一份在 旧/考评方案（修订）.xlsx 参数。请只保留一份。",
    ]


def test_grades_and_ballots_of_nobody(county, tmp_path):
    for heading in ("下限", "折算分"):
        rules(county, heading).rows = [r for r in rules(county, heading).rows if r["对象"] != "党员"]
    assert county.complaints(tmp_path, "2026Q1") == [
        "E417 考评方案.xlsx 测评等级：“测评等级”中没有党员的行。请补上党员的测评等级。",
        "E417 考评方案.xlsx 等次：“等次”中没有党员的行。请补上党员的等次。",
    ]


def test_one_unreadable_cell_of_the_scheme_is_one_problem(county, tmp_path):
    rules(county, "满分").row(维度="品德合格")["满分"] = "二十五"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E202 考评方案.xlsx 党员维度 B6[二十五]：“满分”应为数字。请填写阿拉伯数字，不带文字。（25？）"
    ]


def test_a_dimension_that_stands_twice(county, tmp_path):
    rules(county, "满分").add(维度="品德合格", 满分=25, 起始分=20)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E209 考评方案.xlsx 党员维度 A8[品德合格]：维度 品德合格 重复，另见 考评方案.xlsx 党员维度 A6。请删去或更正重复的行。",
    ]


@pytest.mark.parametrize("whose", ["组织", "党员"])
def test_a_year_without_the_ballot_grades_of_somebody(tmp_path, whose):
    county = County().only("2026")
    ballots = rules(county, "折算分")
    ballots.rows = [r for r in ballots.rows if r["对象"] != whose]
    assert [c for c in county.complaints(tmp_path, "2026") if c.startswith("E417")] == [
        f"E417 考评方案.xlsx 测评等级：“测评等级”中没有{whose}的行。请补上{whose}的测评等级。"
    ]


def test_names_that_differ_by_a_space_are_the_same(county, tmp_path):
    rules(county, "参数").add(参数="小 数位", 值=1)
    rules(county, "折算分").add(对象="党员", 等级="优 秀", 折算分=90)
    assert [c[:4] for c in county.complaints(tmp_path, "2026Q1")] == ["E209", "E209"]


def test_bounds_that_do_not_descend(county, tmp_path):
    county.form("考评方案", "下限").row(等次="优秀", 对象="组织")["下限"] = 80
    assert county.complaints(tmp_path, "2026Q1") == [
        "E420 考评方案.xlsx 等次 C5[85]：组织等次的下限 85 高于上一行“优秀”的下限。请核对各档下限，从高到低填写。"
    ]


# --- what has no effect ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("review", ["不通过", "待审"])
def test_a_review_of_a_routine_indicator_does_nothing_and_is_pointed_out(county, tmp_path, review):
    indicators = county.form("考评方案", "赋分方法")
    indicators.row(指标编号="B1")["审核"] = review
    assert county.complaints(tmp_path, "2026Q1") == [
        f"W406 考评方案.xlsx 指标 {indicators.cell('审核', 指标编号='B1')}[{review}]：常规化指标 B1 的审核是“{review}”，仍然计分（审核只对差异化指标）。"
        "请核对类别和审核；不计分的，请删去这一行。"
    ]


@pytest.mark.parametrize(
    ("method", "heading"), [("直接赋分", "良好值"), ("直接赋分", "满意值"), ("功效系数", "较低值")]
)
def test_a_standard_value_that_the_method_does_not_take_is_pointed_out(county, tmp_path, method, heading):
    indicators = county.form("考评方案", "赋分方法")
    row = indicators.row(指标编号="B1")
    row.update(赋分方法=method, **({"满意值": 95, "不允许值": 60} if method == "功效系数" else {}))
    row[heading] = 70
    assert county.complaints(tmp_path, "2026Q1") == [
        f"W407 考评方案.xlsx 指标 {indicators.cell(heading, 指标编号='B1')}[70]：赋分方法为{method}，用不到“{heading}”。"
        "请核对赋分方法；无误的，请删去这个数。"
    ]
