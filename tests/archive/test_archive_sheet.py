"""归档单: the sheet of a seal that is printed and signed, and the list of what is sealed."""

import datetime as dt
import hashlib
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from factories import told
from fakes.archive_county import AMENDED, FIRST, LAST, code_of, manifest, sealed_county

from lianghua_batch.archive import bags, manifests, seal_names, seal_sheet, seal_store
from lianghua_batch.archive.manifests import Manifest, SealedFile, SealReference
from lianghua_batch.archive.seal_store import Seal
from lianghua_batch.core import periods
from lianghua_batch.pipeline import process


@pytest.fixture(scope="module")
def shelved(tmp_path_factory):
    """Three seals: a quarter, its amendment, the next quarter."""
    return sealed_county(tmp_path_factory.mktemp("sheets") / "data") / "归档"


def opened(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path)


def lines(path: Path, name: str = "归档单") -> list[list[Any]]:
    """The filled cells of each row."""
    rows = ([cell for cell in row if cell is not None] for row in opened(path)[name].iter_rows(values_only=True))
    return [row for row in rows if row]


def after(rows: list[list[Any]], label: str) -> list[Any]:
    """What stands beside a label."""
    return next(row[row.index(label) + 1 :] for row in rows if label in row)


def block(rows: list[list[Any]], caption: str, until: str) -> list[list[Any]]:
    """The rows between two captions."""
    return rows[rows.index([caption]) + 1 : rows.index([until])]


def grouped(code: str) -> str:
    groups = [code[at : at + 8] for at in range(0, 64, 8)]
    return f"{' '.join(groups[:4])}\n{' '.join(groups[4:])}"


ASSURED = "归档能证明什么（按 DA/T 70 的四性）"

# --- what every sheet says -------------------------------------------------------------------------------------------


def test_a_first_seal_says_whose_it_is_and_what_to_compare(shelved):
    rows, code = lines(shelved / "2026Q1_归档单.xlsx"), code_of(shelved / FIRST)
    its = manifest(shelved / FIRST)
    tool = f"lianghua-batch {its.tool}"
    assert rows[:5] == [
        ["2026年第一季度考评结果归档单"],
        ["考评期间", "2026年第一季度（2026Q1）", "归档号", "第 1 号"],
        ["考评方案", "2026年考评方案"],
        ["归档文件", FIRST, "归档日期", "2026年4月20日"],
        ["归档人", "经办人甲", "软件版本", tool],
    ]
    assert block(rows, "校验码（SHA-256）", "归档的文件") == [
        ["归档校验码", grouped(code)],
        [
            "重新计算",
            "Windows：certutil -hashfile 2026Q1.zip SHA256　　其他系统：sha256sum 2026Q1.zip\n"
            "算出的与归档校验码相同（不分大小写、空格），2026Q1.zip 就没有一处改动。结果校验码是 results.json 的。",
        ],
        ["结果校验码", grouped(its.results_sha256)],
        ["上一归档", "无（本文件夹的第一个归档）"],
    ]


def test_it_counts_what_is_sealed(shelved):
    rows, its = lines(shelved / "2026Q1_归档单.xlsx"), manifest(shelved / FIRST)
    lists = (its.inputs, its.outputs, its.earlier, its.rules, its.entries)
    assert block(rows, "归档的文件", "异议（0 件，未复核 0 件）") == [
        ["上报的表", "结果", "往期结果", "规则", "合计"],
        ["文件数（个）", *map(len, lists)],
        ["大小（字节）", *(sum(entry.size for entry in entries) for entries in lists)],
    ]
    assert block(rows, "异议（0 件，未复核 0 件）", ASSURED) == [["异议登记中没有本期的异议。"]]


def test_it_says_what_it_proves_and_what_not_and_leaves_room_to_sign(shelved):
    rows = lines(shelved / "2026Q1_归档单.xlsx")
    *told, signed = rows[rows.index([ASSURED]) + 1 :]
    assert [name for name, _ in told] == ["真实性", "完整性", "可用性", "安全性", "不包括"]
    assert signed == [f"{who}\n\n\n\n　　年　　月　　日" for who in ("归档人", "核对人", "负责人", "单位（盖章）")]


def test_a_later_seal_names_the_one_before(shelved):
    rows = lines(shelved / "2026Q2_归档单.xlsx")
    assert rows[0] == ["2026年第二季度考评结果归档单"]
    assert after(rows, "归档号") == ["第 3 号"]
    assert after(rows, "上一归档") == [f"{AMENDED}\n{grouped(code_of(shelved / AMENDED))}"]


def test_an_amendment_says_why_what_changed_and_who_moved(shelved):
    rows = lines(shelved / "2026Q1_更正1_归档单.xlsx")
    assert rows[0] == ["2026年第一季度考评结果更正归档单（第 1 次更正）"]
    assert block(rows, "更正", "更正前后") == [
        ["更正的归档", f"{FIRST}\n{grouped(code_of(shelved / FIRST))}"],
        ["更正原因", "补记抢险"],
        ["改动的表 1 个", "ZB1/2026Q1.xlsx"],
    ]
    assert block(rows, "更正前后", "异议（0 件，未复核 0 件）") == [
        ["编号", "名称", "总分", "等次", "名次", "全县名次"],
        ["DW1", "财政局机关党委", "84.00 → 84.30", "一般", "1"],
        ["ZB1", "财政第一支部", "84.00 → 84.60", "一般", "1", "1"],
        ["ZB2", "财政第二支部", "84.00", "一般", "1 → 2", "1 → 2"],
        ["箭头左边是更正前的，右边是更正后的；没有箭头的没有变动，— 是没有列入。"],
        ["党员：审定积分或综合分变动 1 名，等次变动 0 名，名次变动 2 名；新列入 0 名，不再列入 0 名。"],
    ]


def test_the_list_has_every_file_with_its_code(shelved):
    for seal in (FIRST, AMENDED, LAST):
        path = shelved / seal_names.sheet_file(seal)
        title, total, headings, *listed, note = lines(path, "文件清单")
        entries, code = manifest(shelved / seal).entries, code_of(shelved / seal)
        assert title == [f"文件清单（{seal}）"]
        size = sum(entry.size for entry in entries)
        in_a_line = grouped(code).replace("\n", " ")
        assert total == [f"共 {len(entries)} 个文件，{size:,} 字节。归档文件 {seal} 的校验码：{in_a_line}"]
        assert headings == ["序号", "类别", "文件", "大小（字节）", "SHA-256"]
        assert [row[2:] for row in listed] == [[entry.file, entry.size, entry.sha256] for entry in entries]
        assert [row[0] for row in listed] == list(range(1, len(entries) + 1))
        assert [row[1] for row in listed] == [
            kind
            for kind, name in (("上报的表", "inputs"), ("结果", "outputs"), ("往期结果", "earlier"), ("规则", "rules"))
            for _ in getattr(manifest(shelved / seal), name)
        ]
        assert note[0].startswith("上报的表按在数据文件夹中的位置")


def test_every_printed_page_says_of_which_seal_it_is(shelved):
    book, code = opened(shelved / "2026Q1_归档单.xlsx"), code_of(shelved / FIRST)
    form, listed = book.worksheets
    for page in (form, listed):
        assert page.oddFooter.left.text == f"归档文件 2026Q1.zip　校验码 {code[:8]}…"
        assert page.oddFooter.center.text == "第 &P 页 / 共 &N 页"
        assert page.page_setup.paperSize == 9
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToHeight == 0
    assert form.page_setup.orientation == "portrait"
    assert (listed.page_setup.orientation, listed.print_title_rows) == ("landscape", "$3:$3")


# --- as a file -----------------------------------------------------------------------------------------------------


def test_equal_seals_give_equal_bytes(shelved, tmp_path):
    seal_sheet.write(tmp_path / "再写一份.xlsx", seal_store.read(shelved / AMENDED))
    assert (tmp_path / "再写一份.xlsx").read_bytes() == (shelved / "2026Q1_更正1_归档单.xlsx").read_bytes()


def test_its_properties_say_which_seal_it_is_of(shelved):
    its = opened(shelved / "2026Q1_归档单.xlsx")
    assert its.properties.title == "2026年第一季度考评结果归档单"
    assert its.properties.created == dt.datetime(2026, 4, 20)
    assert {p.name: p.value for p in its.custom_doc_props.props} == {
        "归档文件": FIRST,
        "归档校验码": code_of(shelved / FIRST),
        "考评期间": "2026Q1",
        "结果校验码": manifest(shelved / FIRST).results_sha256,
    }


def test_it_is_no_form_wherever_it_lies(shelved, tmp_path):
    (tmp_path / "签过字.xlsx").write_bytes((shelved / "2026Q1_归档单.xlsx").read_bytes())
    outcome = process.process(tmp_path, periods.parse("2026Q1"))
    (found,) = (p for p in outcome.problems if p.place.file)
    assert told(found) == "W110 签过字.xlsx：这是本程序写出的结果，未读取。请把它移到“输出”文件夹。"


# --- much of everything ----------------------------------------------------------------------------------------------

CODE = hashlib.sha256(b"").hexdigest()


def entries(kind: str, count: int, file: str = "{n}.xlsx") -> tuple[SealedFile, ...]:
    return tuple(SealedFile(file.format(n=n), f"{kind}/{n}", CODE, 1000 + n) for n in range(count))


FEW = Manifest(
    period=periods.parse("2026"),
    number=7,
    amendment=2,
    date=dt.date(2027, 1, 20),
    by="经办人甲",
    tool="0.1.0",
    scheme="2026年考评方案",
    results_sha256=CODE,
    names_masked=False,
    inputs=entries("上报", 3),
    outputs=entries("结果", 2),
    previous=SealReference("2026Q4.zip", CODE),
    amends=SealReference("2026_更正1.zip", CODE),
    reason="核实整改",
    changes={"changed": [], "added": [], "removed": [], "moved": {}},
    differences={
        "rules": [],
        "roster": [],
        "committees": [],
        "branches": [],
        "members": [],
        "summary": {"members": {"compared": 6, "totals": 0, "grades": 0, "ranks": 0}},
    },
)


def made(folder: Path, its: Manifest) -> list[list[Any]]:
    """The page of a seal that says so of itself."""
    path = folder / seal_names.file(its.period, its.amendment)
    bags.write(path, [("归档清单.json", manifests.as_text(its).encode("utf-8"))], {})
    seal_sheet.write(folder / seal_names.sheet_file(path.name), Seal(path, its))
    return lines(folder / seal_names.sheet_file(path.name))


def change(code: str, was: dict | None, now: dict | None) -> dict[str, Any]:
    return {"id": code, "name": f"{code}支部", "was": was, "now": now}


def side(total: str, grade: str = "良好", rank: int = 1, county: int = 1) -> dict[str, Any]:
    return {"total": total, "grade": grade, "rank": rank, "rank_county": county}


def test_an_amendment_of_forms_that_moved_nobody(tmp_path):
    rows = made(tmp_path, replace(FEW, changes={**FEW.changes, "moved": {"旧/a.xlsx": "新/a.xlsx"}}))
    assert rows[0] == ["2026年度考评结果更正归档单（第 2 次更正）"]
    assert after(rows, "移动的表 1 个") == ["旧/a.xlsx → 新/a.xlsx"]
    assert block(rows, "更正前后", "异议（0 件，未复核 0 件）") == [["没有单位或党员的得分变动。"]]


def test_an_amendment_for_another_reason_than_the_forms(tmp_path):
    rows = made(tmp_path, FEW)
    assert block(rows, "更正", "更正前后")[-1] == ["上报的表", "上报的表没有变化"]


def test_of_many_changes_the_first_are_told_and_how_many_there_are(tmp_path):
    branches = [change(f"ZB{n:02}", side("88.00", rank=n), side("90.00", "优秀", n)) for n in range(1, 15)]
    branches += [change("ZB15", None, side("80.00")), change("ZB16", side("70.00"), side("70.00"))]
    members = [change("001", side("90.00"), None), change("002", None, side("90.00"))]
    rules = [{"what": f"参数“{n}”", "was": "1" if n else None, "now": "2" if n < 7 else None} for n in range(8)]
    rows = made(
        tmp_path,
        replace(
            FEW,
            changes={**FEW.changes, "changed": [f"表{n}.xlsx" for n in range(12)], "removed": ["旧表.xlsx"]},
            differences={**FEW.differences, "rules": rules, "branches": branches, "members": members},
        ),
    )
    assert block(rows, "更正", "更正前后")[2:] == [
        ["改动的表 12 个", "表0.xlsx"],
        *([f"表{n}.xlsx"] for n in range(1, 10)),
        ["另有 2 个，见归档清单.json"],
        ["去掉的表 1 个", "旧表.xlsx"],
    ]
    assert block(rows, "更正前后", "异议（0 件，未复核 0 件）") == [
        ["规则、名单", "新增 参数“0”"],
        *([f"参数“{n}”：1 → 2"] for n in range(1, 6)),
        ["另有 2 处，见归档清单.json"],
        ["编号", "名称", "总分", "等次", "名次", "全县名次"],
        *([f"ZB{n:02}", f"ZB{n:02}支部", "88.00 → 90.00", "良好 → 优秀", str(n), "1"] for n in range(1, 13)),
        ["另有 3 个单位，见归档清单.json"],
        ["箭头左边是更正前的，右边是更正后的；没有箭头的没有变动，— 是没有列入。"],
        ["另有 1 个单位的总分、等次、名次没有变动，只有分项变动。"],
        ["党员：审定积分或综合分变动 0 名，等次变动 0 名，名次变动 0 名；新列入 1 名，不再列入 1 名。"],
    ]


def objection(subject: str, state: str, **more: Any) -> dict[str, Any]:
    its = {"name": f"{subject}的名称", "objection": "得分有误", "raised": "2026-04-12"}
    its |= dict.fromkeys(("conclusion", "reviewed", "handler", "place", "amendment", "moved"))
    return {"subject": subject, "state": state, **its, **more}


def test_objections_of_every_state(tmp_path):
    reviewed = {"conclusion": "已复核", "reviewed": "2026-04-15", "handler": "经办人甲"}
    listed = (
        objection("ZB1", "open"),
        objection("001", "concluded", **reviewed),
        objection("ZB2", "amended", **reviewed, amendment=2, moved="90.00 → 91.00（+1.00）"),
        objection("ZB9", "open", name=None),
    )
    rows = made(tmp_path, replace(FEW, objections=listed))
    assert block(rows, "异议（4 件，未复核 2 件）", ASSURED) == [
        ["对象", "异议", "提出日期", "复核结论", "复核日期", "经办人", "处理"],
        ["ZB1\nZB1的名称", "得分有误", "2026-04-12", "未复核"],
        ["001\n001的名称", "得分有误", "2026-04-12", "已复核", "2026-04-15", "经办人甲", "已复核"],
        [
            *("ZB2\nZB2的名称", "得分有误", "2026-04-12", "已复核", "2026-04-15", "经办人甲"),
            "第 2 次更正：90.00 → 91.00（+1.00）",
        ],
        ["ZB9", "得分有误", "2026-04-12", "未复核"],
    ]


def test_texts_of_any_length_stay_within_a_row(tmp_path):
    """Excel takes no row of more than 409 points: what is longer is cut and says where it stands whole."""
    long = "很长的话。" * 2000
    its = replace(
        FEW,
        scheme="方案" * 200,
        reason=long,
        changes={**FEW.changes, "changed": [long]},
        differences={**FEW.differences, "rules": [{"what": long, "was": long, "now": long}]},
        objections=(objection("ZB1", "amended", objection=long, conclusion=long, amendment=1, moved=long),),
    )
    rows = made(tmp_path, its)
    assert after(rows, "更正原因") == [f"{long[:900]}……（全文见归档清单.json）"]
    page = opened(tmp_path / "2026_更正2_归档单.xlsx")["归档单"]
    assert max(its.height for its in page.row_dimensions.values() if its.height) <= 409


def test_thousands_of_files_are_listed_at_once(tmp_path):
    file = "某某机关委员会/ZB{n:04}_某某第一党支部/2026-01 日记录和月打分（补报）.xlsx"
    its = replace(FEW, inputs=entries("上报", 2800, file))
    started = time.perf_counter()
    made_of = made(tmp_path, its)
    assert time.perf_counter() - started < 10
    assert after(made_of, "文件数（个）") == [2800, 2, 0, 0, 2802]
    listed = opened(tmp_path / "2026_更正2_归档单.xlsx")["文件清单"]
    assert listed.auto_filter.ref == "A3:E2805"
    assert listed.print_title_rows == "$3:$3"
