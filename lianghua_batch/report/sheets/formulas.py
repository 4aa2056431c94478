"""The steps of spec §4–§6 as workbook formulas over the cells of 得分构成 and of the detail sheets, and the names of 方案.

A formula first rounds to `guard_digits` more places than needed: this removes the errors of binary floating point before
四舍五入, so that its result is exact. Only functions that Excel 2010, WPS and LibreOffice share are used.
"""

from collections.abc import Iterable, Mapping, Sequence

from lianghua_batch.core import resources
from lianghua_batch.model.parameters import choice_labels
from lianghua_batch.model.scheme import Band
from lianghua_batch.report.layout.model import Area, Family, Formula, Key, Keys

STEP_PLACES = (Family.STEP_PLACES,)  # the cell with the number of places that a ▣ number is rounded to


def parameter_key(name: str) -> Key:
    """The key of a 参数's cell."""
    return (Family.PARAMETER, name)


def band_key(scope: str, index: int, name: str) -> Key:
    """The key of the cell with the index-th band's `grade` or `lower` bound."""
    return (Family.BAND, scope, index, name)


def worth_key(scope: str, index: int) -> Key:
    """The key of the cell with the 折算分 of the index-th ballot grade."""
    return (Family.WORTH, scope, index)


def member_key(member_id: str, column: str) -> Key:
    """The key of a member's cell on 党员积分."""
    return (Family.MEMBER, member_id, column)


def reference(key: Key) -> Formula:
    """The value of another cell."""
    return Formula("{cell}", {"cell": key})


def guarded(text: str, refs: Mapping[str, Key | Keys]) -> Formula:
    """A number that is not rounded, but freed of floating point errors."""
    return Formula(_guarded(text, "step_places"), {**refs, "step_places": STEP_PLACES})


def published(text: str, refs: Mapping[str, Key | Keys]) -> Formula:
    """A ▣ number: rounded under 逐级, not under 末级."""
    return Formula(_rounded(text, "step_places"), {**refs, "step_places": STEP_PLACES})


def final(text: str, refs: Mapping[str, Key | Keys]) -> Formula:
    """A number that is rounded under either 取舍方式."""
    return Formula(_rounded(text, "places"), {**refs, "places": parameter_key("places")})


def _rounded(text: str, places: str) -> str:
    return f"ROUND({_guarded(text, places)},{{{places}}})"


def _guarded(text: str, places: str) -> str:
    return f"ROUND({text},{{{places}}}+{resources.load('report/workbook')['guard_digits']})"


def is_chosen(name: str, value: object) -> str:
    """The condition, as formula text over {name}, that a 参数 has the given one of its choices."""
    entry = next(e for e in resources.load("rules/parameters")["parameters"] if e["name"] == name)
    return f'{{{name}}}="{choice_labels(entry)[value]}"'


def parameters(*names: str) -> dict[str, Key]:
    """References to 参数 by their identifiers."""
    return {name: parameter_key(name) for name in names}


# --- 方案 ----------------------------------------------------------------------------------------------------------


def step_places() -> Formula:
    """The number of places that a ▣ number is rounded to: 小数位 under 逐级, else as many as binary numbers hold."""
    text = (
        f"IF({is_chosen('rounding', 'each_step')},{{places}},{resources.load('report/workbook')['unrounded_places']})"
    )
    return Formula(text, parameters("rounding", "places"))


# --- units ---------------------------------------------------------------------------------------------------------


def plain_sum(keys: Sequence[Key]) -> Formula:
    """A plain sum."""
    return guarded("SUM({parts})", {"parts": Keys(tuple(keys))})


def mean(keys: Sequence[Key]) -> Formula:
    """A ▣ mean."""
    return published("AVERAGE({parts})", {"parts": Keys(tuple(keys))})


def marks(raters: Sequence[Sequence[Key]]) -> Formula:
    """The raters' mean, of each one's mean (spec §5.4, §5.6): from 去极值人数 of them on, and more than two, one highest and one lowest
    are dropped."""
    single = all(len(keys) == 1 for keys in raters)
    refs: dict[str, Keys] = (
        {"m": Keys(tuple(keys[0] for keys in raters))}
        if single
        else {f"m{n}": Keys(tuple(keys)) for n, keys in enumerate(raters)}
    )
    means = "{m}" if single else ",".join(f"AVERAGE({{{name}}})" for name in refs)
    text = (
        f"IF(AND({{trim_from}}>0,COUNT({means})>=MAX({{trim_from}},3)),"
        f"(SUM({means})-MAX({means})-MIN({means}))/(COUNT({means})-2),AVERAGE({means}))"
    )
    return published(text, {**refs, **parameters("trim_from")})


def ballots(votes: Sequence[Key], worths: Sequence[Key]) -> Formula:
    """Σ(票×折算分)÷Σ票."""
    products = "+".join(f"{{v{i}}}*{{w{i}}}" for i in range(len(votes)))
    refs = {f"v{i}": key for i, key in enumerate(votes)} | {f"w{i}": key for i, key in enumerate(worths)}
    return published(f"({products})/SUM({{votes}})", {**refs, "votes": Keys(tuple(votes))})


def year_end(unit: str) -> Formula:
    """年末考核分 (spec §5.5): without 服务对象 its weight goes to 党员群众."""
    text = (
        "({assessment}*{assessment_weight}+{supervisors}*{supervisors_weight}"
        "+{masses}*({masses_weight}+IF(ISNUMBER({clients}),0,{clients_weight}))+N({clients})*{clients_weight})/100"
    )
    weights = parameters("assessment_weight", "supervisors_weight", "masses_weight", "clients_weight")
    return published(text, {**_own(unit, "assessment", "supervisors", "masses", "clients"), **weights})


def annual(unit: str) -> Formula:
    """年度考核分 (spec §5.7)."""
    text = "({inspection}*{inspection_weight}+{year_end}*{year_end_weight})/100"
    weights = parameters("inspection_weight", "year_end_weight")
    return published(text, {**_own(unit, "inspection", "year_end"), **weights})


def bonus(kind: str, rows: Sequence[Key]) -> Formula:
    """个性化 or 动态化 (spec §5.8): the sum, not the entries, is capped."""
    cap = f"{kind}_cap"
    text = f"MAX(-{{{cap}}},MIN({{{cap}}},SUM({{rows}})))"
    return guarded(text, {"rows": Keys(tuple(rows)), **parameters(cap)})


def discipline(unit: str) -> Formula:
    """违纪 where there is a case (spec §5.8): once, outside the caps; under 违纪计入上限 within 个性化's."""
    capped = "MAX(-{individual_cap},MIN({individual_cap},{individual}-{discipline_deduction}))-{individual}"
    text = f"IF({is_chosen('discipline_capped', True)},{capped},-{{discipline_deduction}})"
    names = parameters("discipline_capped", "individual_cap", "discipline_deduction")
    return guarded(text, {**_own(unit, "individual"), **names})


def total(unit: str) -> Formula:
    """总分 (spec §5.9)."""
    return final(
        "{annual}+{individual}+{dynamic}+{discipline}", _own(unit, "annual", "individual", "dynamic", "discipline")
    )


def quarter_part(unit: str, score: str, weight: str) -> Formula:
    """The unrounded part of a branch's 季度得分 that comes from 党员积分均分 or 督查得分."""
    return guarded("{score}*{weight}/100", {**_own(unit, score=score), "weight": parameter_key(weight)})


def quarter_total(unit: str) -> Formula:
    """支部季度得分 (spec §6)."""
    parts = _own(unit, "member_mean_part", "inspection_part")
    return final("{member_mean_part}+{inspection_part}", parts)


def branch_mean(totals: Sequence[Key], heads: Sequence[Key]) -> tuple[str, dict[str, Key | Keys]]:
    """The text and references of a committee's mean of its branches by 党委汇总口径: 等权, or by members where there are any."""
    text = (
        f"IF(OR({is_chosen('committee_mean', 'equal')},SUM({{heads}})=0),"
        "AVERAGE({totals}),SUMPRODUCT({totals},{heads})/SUM({heads}))"
    )
    refs = {"totals": Area(tuple(totals)), "heads": Area(tuple(heads)), **parameters("committee_mean")}
    return text, refs


def grade(value: Key, scope: str, bands: Sequence[Band]) -> Formula:
    """The first band, from the best, whose lower bound the number reaches."""
    refs: dict[str, Key | Keys] = {"value": value}
    text = ""
    for index in range(len(bands)):
        refs[f"grade{index}"] = band_key(scope, index, "grade")
        if index == len(bands) - 1:
            text += f"{{grade{index}}}"
        else:
            refs[f"lower{index}"] = band_key(scope, index, "lower")
            text += f"IF({{value}}>={{lower{index}}},{{grade{index}}},"
    return Formula(text + ")" * (len(bands) - 1), refs)


def rank(value: Key, among: Iterable[Key]) -> Formula:
    """The place of a number among several (spec §5.11): 跳号 1, 2, 2, 4; 连号 1, 2, 2, 3."""
    text = (
        f"IF({is_chosen('tie_ranks', 'dense')},"
        'ROUND(SUMPRODUCT(({all}>{value})/COUNTIF({all},{all})),0),COUNTIF({all},">"&{value}))+1'
    )
    return Formula(text, {"value": value, "all": Area(tuple(among)), **parameters("tie_ranks")})


def _own(unit: str, *names: str, **named: str) -> dict[str, Key | Keys]:
    return {name: (unit, name) for name in names} | {name: (unit, column) for name, column in named.items()}


# --- members -------------------------------------------------------------------------------------------------------


def member_points(percents: Sequence[str], refs: Mapping[str, Key | Keys]) -> Formula:
    """年度积分 (spec §4.5): the mean of the 百分制 figures, each a text over `refs`."""
    return published(f"({'+'.join(percents)})/{len(percents)}", refs)


def percent(quarter: str, months: str) -> str:
    """The text of the 百分制 figure ▣ of the quarter {quarter}: under 合计 divided by the number of {months}."""
    rounded = _rounded(f"{{{quarter}}}/COUNT({{{months}}})", "step_places")
    return f"IF({is_chosen('quarter_basis', 'sum')},{rounded},{{{quarter}}})"


def member_total(member_id: str) -> Formula:
    """年度综合分 (spec §4.5); without 年评议 it is 年度积分."""
    refs = {"points": member_key(member_id, "points"), "review": member_key(member_id, "review")}
    weighted = "({points}*{points_weight}+{review}*{review_weight})/100"
    text = f"IF(ISNUMBER({{review}}),{weighted},{{points}})"
    return final(text, {**refs, **parameters("points_weight", "review_weight")})
