"""Regenerates the tables of 使用手册.md, those between `<!-- 生成 … -->` and `<!-- 完 -->`, from schemas/.

    python docs/make_manual.py

Everything outside these marks is written by hand. `tests/cli/test_manual.py` fails while a table is stale.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lianghua_batch.core import form_definitions, resources
from lianghua_batch.core.form_definitions import NUMBER, Column, Form, Sheet
from lianghua_batch.forms.writer.data_validation import number_range
from lianghua_batch.model import default_scheme, parameters

MANUAL = Path(__file__).resolve().parent / "使用手册.md"
_BLOCK = re.compile(r"(<!-- 生成 (?P<what>\w+)(?: (?P<which>\w+))? -->\n).*?(<!-- 完 -->)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_PARTS = {
    "1": "文件和表头",
    "2": "单元格",
    "3": "表与表之间",
    "4": "考评方案",
    "5": "花名册",
    "6": "考评期间",
    "7": "归档",
}
_SEVERITIES = {"E": "错误", "W": "提示"}
# What stands for a placeholder of messages/problems.yaml; `code.placeholder` goes before `placeholder`.
_DIFFERING = "看上去一样时，不同的字的编码"
_WORDS = {
    "suggestion": "可能的值",
    "E344.number": "问题编号",
    "E345.number": "问题编号",
    "E345.text": "督查打分中的问题",
    "E345.other": "出处",
    "W320.number": "问题编号",
    "W321.number": "问题编号",
    "W323.before": "上一轮次",
    "W323.number": "问题编号",
    "W324.number": "问题编号",
    "W410.finding": "有什么不妥",
    "W414.measure": "计量单位",
    "W415.measure": "计量单位",
    "W415.points": "得分",
    "W418.why": "为什么",
    "W421.own": "最高能评的等次",
    "advice": "怎么改",
    "better": "合适的方面",
    "gap": "分数",
    "grade": "等次",
    "issue": "存在问题",
    "least": "规定的数",
    "less": "较小的一项",
    "more": "较大的一项",
    "moved": "分数",
    "other_name": "另一积分项目的名称",
    "round": "轮次",
    "rule": "规则名称",
    "since": "起始日期",
    "source": "依据",
    "topics": "缺少的方面",
    "members": "党员",
    "here": "这一处",
    "question": "期间是否填错",
    "own": "支部的表",
    "own_sheet": "工作表",
    "seen": "看得见的部分",
    "memory": "内存大小",
    "letters": "列号",
    "columns": "列名",
    "E115.period": "年度",
    "E118.first": "一处的值和单元格",
    "E118.label": "项目",
    "E118.second": "另一处的值和单元格",
    "E119.count": "人数",
    "E119.hits": "其中的人数",
    "E119.unit": "另一支部",
    "E124.what": "哪里太大",
    "E133.first": "一张的表种和单元格",
    "E133.second": "另一张的表种和单元格",
    "E134.count": "有日期的行数",
    "E134.hits": "其中的行数",
    "E134.other": "另一月",
    "E141.other": "另一年",
    "E112.points": _DIFFERING,
    "E302.points": _DIFFERING,
    "E323.points": _DIFFERING,
    "E511.points": _DIFFERING,
    "W318.name": "单位名称",
    "deadline": "完成时限",
    "percent": "百分数",
    "E324.expected": "党委或支部",
    "E327.name": "指标名称",
    "W311.low": "标准值",
    "E402.name": "参数名称",
    "E403.kind": "能填的内容",
    "E403.name": "参数名称",
    "E404.value": "合计数",
    "E407.value": "合计数",
    "E410.value": "合计数",
    "W310.expected": "积分项目的分值",
    "W310.name": "项目名称",
    "W401.value": "合计数",
    "W502.first": "一人的编号",
    "W502.name": "姓名",
    "W502.second": "另一人的编号",
    "actual": "该单位的层级",
    "adjustment": "调整数",
    "allowed": "可选的值",
    "audience": "测评对象",
    "branch": "单位",
    "cell": "单元格",
    "count": "个数",
    "date": "归档日期",
    "day": "日期",
    "default": "林西方案的值",
    "example": "写法示例",
    "expected": "应为的值",
    "first": "第一个",
    "form": "表种",
    "format": "数字格式",
    "heading": "列名",
    "headings": "必填的列名",
    "hits": "其中的个数",
    "how": "原因",
    "indicator": "指标编号",
    "key": "重复的内容",
    "kind": "类别",
    "kinds": "月、季度、半年或年",
    "label": "缺少的项目",
    "letter": "列标",
    "level": "层级",
    "limit": "限值",
    "member": "党员",
    "method": "赋分方法",
    "metric": "数据来源",
    "name": "名称",
    "new": "现在的",
    "numbers": "不同的数",
    "old": "归档时的",
    "other": "另一处",
    "part": "文件内的部分",
    "raised": "提出日期",
    "period": "期间",
    "points": "季度积分",
    "project": "项目编号",
    "reason": "原因",
    "row": "行号",
    "rows": "行号",
    "scope": "对象",
    "sealed": "期间",
    "second": "第二个",
    "sheet": "工作表",
    "terms": "各项权重",
    "unit": "单位",
    "unit_id": "单位",
    "value": "填写的值",
    "where": "另一支部",
    "year": "年度",
}


def main() -> None:
    """Rewrite the manual in place."""
    text = MANUAL.read_text(encoding="utf-8")
    MANUAL.write_text(refreshed(text), encoding="utf-8", newline="\n")


def refreshed(text: str) -> str:
    """Return the manual with every generated block as schemas/ says it now."""

    def block(match: re.Match[str]) -> str:
        which = match["which"]
        lines = _BLOCKS[match["what"]](*([which] if which else []))
        return "\n".join([match[1], *lines, "", match[4]])

    return _BLOCK.sub(block, text)


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    body = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return ["| " + " | ".join(cells) + " |" for cells in (headings, ["---"] * len(headings), *body)]


# --- forms ---------------------------------------------------------------------------------------------------------


def _instructions() -> Mapping:
    return resources.load("templates")["instructions"]


def _periods(form: Form) -> str:
    words = _instructions()
    return words["period_joiner"].join(words["period"][kind] for kind in form.periods)


def _forms() -> list[str]:
    """The list of all forms."""
    filed_by = _instructions()["filed_by"]
    rows = [
        (f.order, f.label, filed_by[f.filed_by], _periods(f), f.due, f.purpose)
        for f in form_definitions.definitions().values()
    ]
    return _table(["序号", "表种", "谁填", "周期", "报送时间", "填什么"], sorted(rows))


def _form(name: str) -> list[str]:
    """What one form is, and the columns of each of its sheets under the default scheme."""
    form = form_definitions.expand(form_definitions.definitions()[name], default_scheme.scheme().items)
    words = _instructions()
    lines = [
        f"- 用途：{form.purpose}",
        f"- 谁填：{words['filed_by'][form.filed_by]}，{_periods(form)}；报送时间：{form.due}。",
        f"- 依据：{resources.load('rules/clauses')['clauses'][form.clause]['label']}",
    ]
    for sheet in form.sheets:
        lines += ["", *_sheet(sheet, several=len(form.sheets) > 1)]
    return lines


def _sheet(sheet: Sheet, several: bool) -> Iterator[str]:
    if several:
        yield f"**“{sheet.label}”表**"
        yield ""
    rows = [(c.label, _needed(c), _allowed(c), c.note) for c in sheet.columns]
    yield from _table(_instructions()["headings"], rows)
    if sheet.key:
        yield ""
        yield f"不能重复的：{'＋'.join(sheet.label_of(c) for c in sheet.key)}。"


def _needed(column: Column) -> str:
    words = _instructions()
    return words["required"] if column.required else words["conditional"] if column.required_heading else ""


def _allowed(column: Column) -> str:
    words, texts = _instructions(), resources.load("templates")["texts"]
    text = words["allowed"][column.type].format(
        choices=words["choice_joiner"].join(column.choices.values()),
        range=number_range(texts, column.min, column.max) if column.type == NUMBER else "",
    )
    return words["from_list"].format(allowed=text) if column.list else text


# --- reading and writing ---------------------------------------------------------------------------------------------


def _io_reasons() -> list[str]:
    """Every reason of the system for not reading or writing, and what to do."""
    entries = resources.load("messages/os_errors")["reasons"].values()
    return _table(["屏幕上写的原因", "怎么办"], [(entry["reason"], entry["remedy"]) for entry in entries])


# --- mail ----------------------------------------------------------------------------------------------------------


def _mail_sample() -> list[str]:
    """A settings file to start from."""
    return ["```toml", *resources.load("messages/mail")["sample"].splitlines(), "```"]


def _mail_settings() -> list[str]:
    """Every key of 邮件.toml."""
    needed = _instructions()["required"]
    rows = [
        (f"`[{section}]`", f"`{key}`", needed if spec.get("required") else "", spec["note"], f"`{spec['example']}`")
        for section, keys in resources.load("messages/mail")["settings"].items()
        for key, spec in keys.items()
    ]
    return _table(["节", "名称", "必填", "意思", "写法示例"], rows)


# --- 参数 and codes ------------------------------------------------------------------------------------------------


def _parameters() -> list[str]:
    """Every 参数: name, Linxi value, what may be filled in, note, clause."""
    clauses, basis = resources.load("rules/clauses")["clauses"], resources.load("templates")["texts"]["basis"]
    rows = []
    for number, entry in enumerate(resources.load("rules/parameters")["parameters"], start=1):
        clause = clauses[entry["clause"]]
        source = basis[clause["kind"]].format(clause=clause["label"])
        allowed = parameters.allowed_values(entry).removesuffix(" 之一")
        rows.append((number, entry["label"], parameters.default_text(entry), allowed, entry["note"], source))
    return _table(["序号", "参数", "默认值", "可以填", "说明", "依据"], rows)


def _codes() -> list[str]:
    """Every code: what it means, what to do; by what it is about, errors before warnings."""
    parts: dict[str, list[Sequence[str]]] = defaultdict(list)
    for code, entry in sorted(resources.load("messages/problems").items()):
        meaning, remedy = (_readable(code, entry[key]) for key in ("message", "remedy"))
        parts[code[1]].append((code, _SEVERITIES[code[0]], meaning, remedy))
    lines: list[str] = []
    for part, rows in sorted(parts.items()):
        lines += ["", f"**{_PARTS[part]}**", "", *_table(["代码", "性质", "意思", "怎么办"], rows)]
    return lines[1:]


def _readable(code: str, text: str) -> str:
    """A message with its placeholders as words in 〔〕."""

    def word(match: re.Match[str]) -> str:
        return f"〔{_WORDS.get(f'{code}.{match[1]}') or _WORDS[match[1]]}〕"

    return _PLACEHOLDER.sub(word, text)


def _states() -> list[str]:
    """The states of a form that is due, the worst first."""
    rows = [(s["label"], s["mark"], s["meaning"]) for s in resources.load("messages/status")["states"].values()]
    return _table(["情况", "年度的表中写作", "意思"], rows)


_BLOCKS: Mapping[str, Callable[..., list[str]]] = {
    "表种": _forms,
    "表": _form,
    "情况": _states,
    "读写": _io_reasons,
    "邮件": _mail_settings,
    "邮件样例": _mail_sample,
    "参数": _parameters,
    "代码": _codes,
}

if __name__ == "__main__":
    main()
