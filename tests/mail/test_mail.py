"""`mail`: every unit gets its own workbook and nobody else's; what cannot be sent is named; nothing goes out twice."""

import email
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from email import policy
from pathlib import Path

import openpyxl
import pytest
from factories import SAMPLE
from fakes.post_office import BREAK, CONTENT, MAIL, RCPT, post_office, settings

from lianghua_batch.cli.app import dispatch
from lianghua_batch.core import locking

PERIOD = "2026Q1"
# Whose branches, and the committees' own codes: what of a code a unit may see.
COMMITTEES = {"DW01": {"ZB001", "ZB002", "ZB003"}, "DW02": {"ZB004"}}
BRANCHES = ["ZB001", "ZB002", "ZB003", "ZB004", "ZB006"]
UNITS = [*COMMITTEES, *BRANCHES]
NAMES = {
    "DW01": "县教育局机关党委",
    "DW02": "县卫生健康委机关党委",
    "ZB001": "县教育局机关党支部",
    "ZB002": "县教育局业务股党支部",
    "ZB003": "县教育局服务大厅党支部",
    "ZB004": "县卫生健康委机关党支部",
    "ZB006": "县档案馆党支部",
}


def call(monkeypatch, capsys, *arguments: object) -> tuple[int, str, str]:
    """Run a command in this process: exit code, what it printed, what it said of errors."""
    monkeypatch.setattr(sys, "argv", ["lianghua-batch", *map(str, arguments)])
    code = dispatch()
    return code, *capsys.readouterr()


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The sample county after `run` for a quarter: what mail needs of it."""
    folder = tmp_path_factory.mktemp("数据") / "data"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("输出"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["lianghua-batch", "run", str(folder), "--period", PERIOD, "--format", "json"])
        assert dispatch() == 0
    for path in folder.iterdir():
        if path.is_dir() and path.name != "输出":
            shutil.rmtree(path)
    return folder


@pytest.fixture
def data(published, tmp_path):
    return Path(shutil.copytree(published, tmp_path / "data"))


@pytest.fixture
def office():
    with post_office() as found:
        yield found


@pytest.fixture
def mail(data, monkeypatch, capsys):
    """Run `mail` on the county: exit code, output, errors."""
    return lambda *arguments: call(monkeypatch, capsys, "mail", data, *arguments)


@pytest.fixture
def ready(data, office):
    """A settings file for the server here."""
    (data / "邮件.toml").write_text(settings(office.port), encoding="utf-8")
    return office


def address(unit: str) -> str:
    return f"{unit.lower()}@example.cn"


def amend(path: Path) -> None:
    """Give a workbook other bytes, as a run does whose results have changed."""
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content, "a") as archive:
        archive.comment = b"amended"
    replace(path, content.getvalue())


def replace(path: Path, content: bytes) -> None:
    """Write a workbook with its check code in the record of the run."""
    path.write_bytes(content)
    place = path.parents[2] / f".lianghua-batch/published_{PERIOD}.json"
    record = json.loads(place.read_text("utf-8"))
    record[f"各单位/{path.name}"] = hashlib.sha256(content).hexdigest()
    place.write_text(json.dumps(record), encoding="utf-8")


def book(data: Path, unit: str) -> Path:
    (path,) = (data / "输出" / PERIOD / "各单位").glob(f"{unit}_*.xlsx")
    return path


def change(path: Path, sheet: str, cell: str, value: object) -> None:
    """Change a cell of a workbook."""
    whole = openpyxl.load_workbook(path)
    whole[sheet][cell] = value
    whole.save(path)


def mailbox(data: Path, unit: str, value: object) -> None:
    """Change what the first row of 花名册, that of the period, says of a unit's 联系邮箱."""
    path = data / "花名册.xlsx"
    sheet = openpyxl.load_workbook(path)["党组织"]
    row = next(row for row in range(5, 20) if sheet.cell(row, 1).value == unit)
    change(path, "党组织", f"K{row}", value)


# --- before sending --------------------------------------------------------------------------------------------------


def test_the_preview_says_who_would_get_what_and_sends_nothing(data, mail, ready):
    code, out, err = mail()
    assert out.splitlines() == [
        "2026Q1 考评结果，将寄给：",
        *(f"{unit} {NAMES[unit]}  {address(unit)}  将发送" for unit in UNITS),
        "全县  lead@example.cn  将发送",
        "将发送 8 封，以前已发送 0 封，不确定 0 封，不能发送 0 个。",
        f"邮件写在 {data / '输出/邮件/2026Q1'}（8 个 .eml 文件，可以双击打开看），没有发送。",
        "看过以后要发送的，请加 --send。",
    ]
    assert (code, err) == (0, "")
    assert (ready.connections, (data / "邮件记录.jsonl").exists()) == (0, False)
    outbox = sorted(path.name for path in (data / "输出/邮件/2026Q1").iterdir())
    assert outbox == sorted([*(f"{unit}_{address(unit)}.eml" for unit in UNITS), "全县_lead@example.cn.eml"])
    message = email.message_from_bytes(
        (data / f"输出/邮件/2026Q1/ZB001_{address('ZB001')}.eml").read_bytes(), policy=policy.default
    )
    (attached,) = message.iter_attachments()
    assert attached.get_content() == book(data, "ZB001").read_bytes()


def test_without_settings_there_is_a_preview_but_no_sending(data, mail):
    code, out, _ = mail()
    assert out.splitlines()[-3:] == [
        "将发送 7 封，以前已发送 0 封，不确定 0 封，不能发送 0 个。",
        f"邮件写在 {data / '输出/邮件/2026Q1'}（7 个 .eml 文件，可以双击打开看），没有发送。",
        "还没有 邮件.toml，发件人先空着，全县排名寄给谁也还不知道。"
        "请在数据文件夹中写好 邮件.toml（样例见手册，或运行 mail --send 显示样例）。",
    ]
    assert code == 0
    message = (data / f"输出/邮件/2026Q1/ZB001_{address('ZB001')}.eml").read_bytes()
    sender = email.message_from_bytes(message, policy=policy.default)["From"]
    assert str(sender) == '"请填写邮件.toml" <please-fill@mail.invalid>'
    code, out, err = mail("--send")
    assert (code, out) == (2, "")
    assert err.startswith(
        f"没有 {data / '邮件.toml'}，没有发送。请在数据文件夹中写好 {data / '邮件.toml'}，样例：\n\n# 邮件.toml："
    )
    assert "[smtp]\n" in err


def test_wrong_settings_send_nothing(data, mail, ready):
    (data / "邮件.toml").write_text(settings(ready.port, more="[smpt]"), encoding="utf-8")
    for arguments in ((), ("--send",)):
        assert mail(*arguments) == (
            2,
            "",
            "邮件.toml 中的 [smpt] 不认识。请改正，只能有：[smtp]、[message]、[operators]、[pace]。\n",
        )
    assert ready.connections == 0


def test_nothing_published_nothing_to_send(data, mail):
    code, out, err = mail("--period", "2026Q2")
    assert (code, out) == (2, "")
    assert err == f"{data / '输出'} 中没有 2026Q2 的结果，没有可以寄的。请先用 run --period 2026Q2 计分排名。\n"
    shutil.rmtree(data / "输出")
    assert mail()[2] == f"{data / '输出'} 中还没有已公布的结果，没有可以寄的。请先用 run 计分排名。\n"


def test_the_latest_period_is_meant(data, mail):
    """2025 came after all quarters of 2025; a quarter of 2026 is later; what is no period does not count."""
    outputs = data / "输出"
    for name in ("2025", "2025Q4", "2026H1", "2026-03", "邮件", "旧"):
        shutil.copytree(outputs / PERIOD, outputs / name, dirs_exist_ok=True)
    assert mail()[1].startswith("2026Q1 考评结果")
    shutil.rmtree(outputs / PERIOD)
    path = outputs / "2025" / "results.json"
    assert mail() == (2, "", f"{path} 是 2026Q1 的结果，不是 2025 的。请重新运行 run --period 2025。\n")


def test_a_roster_with_errors(data, mail, ready):
    change(data / "花名册.xlsx", "党组织", "D7", "DW99")
    code, out, err = mail("--send")
    assert (code, out) == (1, "")
    assert "E503" in err
    assert err.endswith("花名册有错误，不知道寄给谁，没有发送。\n")
    (data / "花名册.xlsx").unlink()
    code, out, err = mail("--format", "json")
    assert (code, [p["code"] for p in json.loads(out)["problems"]]) == (1, ["E115"])
    assert ready.connections == 0


def test_settings_and_ledger_are_no_forms(data, ready, monkeypatch, capsys):
    (data / "邮件记录.jsonl").write_text("", encoding="utf-8")
    (data / "别处").mkdir()
    shutil.copy(data / "邮件.toml", data / "别处" / "邮件.toml")
    _, out, _ = call(monkeypatch, capsys, "check", data, "--period", PERIOD, "--format", "json")
    assert [p["file"] for p in json.loads(out)["problems"] if p["code"] == "W106"] == ["别处/邮件.toml"]


# --- sending ---------------------------------------------------------------------------------------------------------


def test_every_unit_gets_its_own_and_nothing_of_others(data, mail, ready):
    code, out, err = mail("--send")
    assert out.splitlines() == [
        "2026Q1 考评结果",
        *(f"{unit} {NAMES[unit]}  {address(unit)}  已发送" for unit in UNITS),
        "全县  lead@example.cn  已发送",
        "已发送 8、以前已发送 0、被拒绝 0、暂未发出 0、不确定 0、不能发送 0。",
    ]
    assert (code, err) == (0, "")
    assert ready.addresses == [*map(address, UNITS), "lead@example.cn"]
    people = members(data)
    for unit, received in zip(UNITS, ready.received, strict=False):
        (attached,) = received.message.iter_attachments()
        assert attached.get_content() == book(data, unit).read_bytes()
        assert attached.get_filename() == book(data, unit).name
        texts, said = cells(attached.get_content()), words(received.message)
        mine = {unit} | COMMITTEES.get(unit, set())
        seen = mine | {c for c, own in COMMITTEES.items() if unit in own}  # a branch's own committee
        for other in set(UNITS) - seen:
            assert not re.search(rf"\b{other}\b", texts), (unit, other)
            assert NAMES[other] not in said, (unit, other)
        allowed = people.get(unit, set()) if unit in BRANCHES else set()
        strangers = set().union(*people.values()) - allowed
        assert strangers & set(texts.split("\n")) == set(), unit
        assert not any(name in said for names in people.values() for name in names), unit
    (ranking,) = ready.received[-1].message.iter_attachments()
    assert ranking.get_content() == (data / "输出" / PERIOD / "考评排名_2026Q1.xlsx").read_bytes()


def members(data: Path) -> dict[str, set[str]]:
    """The names of each branch's scored members."""
    found: dict[str, set[str]] = {}
    for row in json.loads((data / "输出" / PERIOD / "results.json").read_text(encoding="utf-8"))["members"]:
        found.setdefault(row["branch"], set()).add(row["name"])
    return found


def cells(content: bytes) -> str:
    """Every text in a workbook, one a line."""
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        xml = "\n".join(whole.read(name).decode("utf-8") for name in whole.namelist())
    return "\n".join(re.findall(r">([^<]+)<", xml))


def words(message) -> str:
    """All that a message says: headers, plain text and HTML."""
    bodies = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), *bodies])


def test_what_a_message_says(data, mail, ready):
    mail("--send")
    results = json.loads((data / "输出" / PERIOD / "results.json").read_text(encoding="utf-8"))
    (branch,) = (row for row in results["branches"] if row["id"] == "ZB002")
    message = ready.received[UNITS.index("ZB002")].message
    plain = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert plain.startswith(
        "县教育局业务股党支部：\n"
        "\n"
        "2026年第一季度“三级量化”监测结果已经公布，你单位的情况如下。季度排名为监测，用于掌握进度、查找不足，不作为年度等次。\n"
        "\n"
        f"　　季度得分：{branch['total']}\n"
        f"　　监测等次：{branch['grade']}\n"
        f"　　名次：在县教育局机关党委 3 个支部中第 {branch['rank']} 名；在全县 5 个支部中第 {branch['rank_county']} 名\n"
    )
    assert plain.endswith("联系人：张老师，0476-0000000\n本邮件由考评程序生成。\n")
    html = message.get_body(("html",)).get_content()
    assert f">{branch['total']}</td>" in html


def test_a_second_time_nothing_goes_out(data, mail, ready):
    mail("--send")
    code, out, _ = mail("--send")
    assert code == 0
    assert out.splitlines()[-1] == "已发送 0、以前已发送 8、被拒绝 0、暂未发出 0、不确定 0、不能发送 0。"
    assert out.splitlines()[1] == "DW01 县教育局机关党委  dw01@example.cn  以前已发送"
    assert len(ready.received) == 8
    code, out, _ = mail()
    assert "将发送 0 封，以前已发送 8 封，不确定 0 封，不能发送 0 个。" in out
    assert not (data / "输出/邮件/2026Q1").exists()


def test_messages_of_the_last_preview_go(data, mail, ready):
    mail()
    mailbox(data, "ZB001", "other@example.cn")
    mail()
    names = {path.name for path in (data / "输出/邮件/2026Q1").iterdir()}
    assert len(names) == 8
    assert [name for name in names if "ZB001" in name] == ["ZB001_other@example.cn.eml"]


def test_what_has_changed_goes_out_once_more_as_a_correction(data, mail, ready):
    mail("--send")
    book_of = book(data, "ZB001")
    amend(book_of)
    _, out, _ = mail()
    assert "ZB001 县教育局机关党支部  zb001@example.cn  内容有更新，重新发送" in out
    assert "将发送 1 封，以前已发送 7 封" in out
    code, out, _ = mail("--send")
    assert (code, ready.addresses[8:]) == (0, ["zb001@example.cn"])
    message = ready.received[-1].message
    assert str(message["Subject"]) == "县教育局机关党支部2026年第一季度“三级量化”考评结果（更正）"
    assert "内容有更新，请以本次寄送的为准，以前寄送的作废。" in message.get_body(("plain",)).get_content()
    assert message["Message-ID"] != ready.received[UNITS.index("ZB001")].message["Message-ID"]


def test_a_correction_that_is_taken_back_goes_out_too(data, mail, ready):
    """Who has the correction was told that what came before is void: the first content has to come once more, once."""
    book_of = book(data, "ZB001")
    first = book_of.read_bytes()
    mail("--send")
    amend(book_of)
    mail("--send")
    replace(book_of, first)
    _, out, _ = mail()
    assert "ZB001 县教育局机关党支部  zb001@example.cn  内容有更新，重新发送" in out
    for _ in range(2):
        assert mail("--send")[0] == 0
    copies = [r.message for r in ready.received if r.address == "zb001@example.cn"]
    assert [next(copy.iter_attachments()).get_content() == first for copy in copies] == [True, False, True]
    assert str(copies[2]["Subject"]).endswith("（更正）")
    assert (
        len({str(copy["Message-ID"]) for copy in copies}) == 3
    )  # no mail program hides the third as the first's double


def test_what_came_again_after_a_correction_is_not_sent_a_third_time(data, mail, ready):
    """Even where a person says afterwards that the first one never arrived."""
    book_of = book(data, "ZB001")
    first = book_of.read_bytes()
    ready.says(CONTENT, BREAK, to="zb001@example.cn")
    mail("--send")
    amend(book_of)
    mail("--send")
    replace(book_of, first)
    mail("--send")
    assert mail("--settle", "ZB001=未收到")[0] == 0
    assert "将发送 0 封" in mail()[1]
    assert ready.addresses.count("zb001@example.cn") == 3


def test_after_an_amendment_nobody_has_to_ask_for_the_old_one(data, mail, ready):
    """An uncertain one whose content has changed: the new one goes as a correction, which makes the old one void."""
    ready.says(CONTENT, BREAK, to="zb002@example.cn")
    mail("--send")
    amend(book(data, "ZB002"))
    code, out, _ = mail("--send")
    assert code == 0
    assert "ZB002 县教育局业务股党支部  zb002@example.cn  已发送" in out
    assert "不确定 0" in out
    copies = [r.message for r in ready.received if r.address == "zb002@example.cn"]
    assert [str(copy["Subject"]).endswith("（更正）") for copy in copies] == [False, True]


def test_one_refused_and_one_uncertain_are_listed(data, mail, ready):
    ready.says(RCPT, "550 5.1.1 no such user", to="zb001@example.cn")
    ready.says(CONTENT, BREAK, to="zb002@example.cn")
    code, out, err = mail("--send")
    assert out.splitlines()[3:5] == [
        "ZB001 县教育局机关党支部  zb001@example.cn  被拒绝：550 5.1.1 no such user",
        "ZB002 县教育局业务股党支部  zb002@example.cn  不确定是否收到",
    ]
    assert out.splitlines()[-3:] == [
        "已发送 6、以前已发送 0、被拒绝 1、暂未发出 0、不确定 1、不能发送 0。",
        "不确定是否收到的（没有等到服务器的答复），程序不会再发。请问过对方：收到的写 --settle ZB002=已收到；"
        "没有收到的写 --settle ZB002=未收到，再加 --send 就会再发。",
        "  ZB002 县教育局业务股党支部 zb002@example.cn",
    ]
    assert (code, err) == (1, "")
    code, out, _ = mail()
    assert code == 1
    assert "ZB001 县教育局机关党支部  zb001@example.cn  上次没有发出（550 5.1.1 no such user），将再发送" in out
    assert "ZB002 县教育局业务股党支部  zb002@example.cn  不确定是否收到" in out
    code, _, _ = mail("--send")
    assert (code, ready.addresses.count("zb001@example.cn"), ready.addresses.count("zb002@example.cn")) == (1, 1, 1)


@pytest.mark.parametrize(("word", "times"), [("已收到", 1), ("未收到", 2)])
def test_what_a_person_says_of_an_uncertain_one(data, mail, ready, word, times):
    ready.says(CONTENT, BREAK, to="zb002@example.cn")
    mail("--send")
    assert mail("--settle", "ZB009=已收到") == (
        2,
        "",
        "--settle 中的“ZB009”没有不确定的邮件。请核对单位编号和期间。请用 --help 查看用法。\n",
    )
    assert mail("--settle", f"ZB002={word}") == (0, f"2026Q1 ZB002 zb002@example.cn：记为{word}\n", "")
    code, out, _ = mail("--send")
    assert code == 0
    assert "不确定 0" in out
    copies = [r for r in ready.received if r.address == "zb002@example.cn"]
    assert len(copies) == times
    assert len({str(r.message["Message-ID"]) for r in copies}) == 1  # who got it twice sees one


def test_settled_and_sent_in_one_call(data, mail, ready):
    ready.says(CONTENT, BREAK, to="zb002@example.cn")
    mail("--send")
    code, out, err = mail("--send", "--settle", "ZB002=未收到", "--format", "json")
    assert (code, err) == (0, "2026Q1 ZB002 zb002@example.cn：记为未收到\n")
    assert json.loads(out)["summary"] == {
        "sent_now": 1,
        "sent_before": 7,
        "refused": 0,
        "unsent": 0,
        "uncertain": 0,
        "kept_back": 0,
    }


def test_for_programs(data, mail, ready):
    mailbox(data, "ZB001", None)
    code, out, _ = mail("--format", "json")
    told = json.loads(out)
    assert (code, told["period"], told["stopped"]) == (1, "2026Q1", None)
    assert told["outbox"] == str(data / "输出/邮件/2026Q1")
    first = told["messages"][0]
    assert first | {"sha256": ""} == {
        "unit": "DW01",
        "name": "县教育局机关党委",
        "address": "dw01@example.cn",
        "status": "due",
        "reply": None,
        "corrects": False,
        "subject": "县教育局机关党委2026年第一季度“三级量化”考评结果",
        "attachment": "DW01_县教育局机关党委_考评结果_2026Q1.xlsx",
        "sha256": "",
    }
    assert told["messages"][-1]["unit"] is None
    assert told["kept_back"] == [
        {
            "unit": "ZB001",
            "name": "县教育局机关党支部",
            "reason": "没有联系邮箱",
            "remedy": "请在花名册的“联系邮箱”中填写（花名册.xlsx 党组织 K7）",
        }
    ]
    assert told["summary"] == {"due": 7, "sent": 0, "uncertain": 0, "kept_back": 1}


# --- addresses -------------------------------------------------------------------------------------------------------


def test_several_addresses_in_a_cell_and_one_that_is_none(data, mail, ready):
    mailbox(data, "ZB001", "a@example.cn；b@example.cn, 张三<c@example.cn> A@EXAMPLE.CN")
    code, out, _ = mail("--send")
    assert [a for a in ready.addresses if a[0] in "abc"] == ["a@example.cn", "b@example.cn"]
    assert code == 1
    assert (
        "ZB001 县教育局机关党支部  不能发送：联系邮箱“张三<c@example.cn>”不是邮箱地址。请在花名册中改正（花名册.xlsx 党组织 K7）"
        in out
    )
    assert "已发送 9、以前已发送 0、被拒绝 0、暂未发出 0、不确定 0、不能发送 1。" in out


def test_one_clerk_for_two_units_gets_one_message_each(data, mail, ready):
    mailbox(data, "ZB001", "zb002@example.cn")
    assert mail("--send")[0] == 0
    copies = [r for r in ready.received if r.address == "zb002@example.cn"]
    names = [next(r.message.iter_attachments()).get_filename() for r in copies]
    assert names == [book(data, unit).name for unit in ("ZB001", "ZB002")]


def test_no_header_and_no_recipient_from_a_hostile_cell(data, mail, ready):
    mailbox(data, "ZB001", "a@example.cn\r\nBcc: evil@example.com")
    code, out, _ = mail("--send")
    assert code == 1
    assert "联系邮箱“Bcc:”不是邮箱地址" in out
    # A line break separates addresses, as ； does: what stands there is 花名册's own word.
    assert set(ready.addresses) - {address(u) for u in UNITS} == {"a@example.cn", "evil@example.com", "lead@example.cn"}
    for received in ready.received:
        assert len(received.recipients) == 1
        assert "Bcc" not in received.message


def test_the_row_of_the_periods_last_day_counts(data, mail, ready):
    """A unit that has another name, or is gone, on the period's last day is not the one whose results these are."""
    change(data / "花名册.xlsx", "党组织", "B7", "县教育局第一党支部")
    change(data / "花名册.xlsx", "党组织", "M9", "2026-03-31")
    change(data / "花名册.xlsx", "党员", "A1", "党员花名册")
    code, out, _ = mail("--send")
    assert code == 1
    assert (
        "ZB001 县教育局机关党支部  不能发送：花名册中 ZB001 在 2026-03-31 是“县教育局第一党支部”，与已公布的结果不同。"
        "请核对花名册后重新运行 run" in out
    )
    assert "ZB002 县教育局业务股党支部  不能发送：花名册中没有 2026-03-31 的这个单位。请核对花名册后重新运行 run" in out
    assert {"zb001@example.cn", "zb002@example.cn"} & set(ready.addresses) == set()


def test_nobody_but_roster_and_settings(data, mail, ready):
    mail("--send")
    roster = {address(unit) for unit in (*UNITS, "ZB005")}
    assert set(ready.addresses) <= roster | {"lead@example.cn"}


# --- workbooks that are not what they should be ----------------------------------------------------------------------


def test_two_workbooks_that_were_exchanged(data, mail, ready):
    first, second = book(data, "ZB001"), book(data, "ZB004")
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    code, out, _ = mail("--send")
    assert code == 1
    assert {"zb001@example.cn", "zb004@example.cn"} & set(ready.addresses) == set()
    assert len(ready.received) == 6
    assert f"不能发送：各单位/{first.name} 是 ZB004 的工作簿，不是 ZB001 的。请重新运行 run" in out
    assert f"不能发送：各单位/{second.name} 是 ZB001 的工作簿，不是 ZB004 的。请重新运行 run" in out


def test_the_whole_ranking_in_a_units_place(data, mail, ready):
    ranking = data / "输出" / PERIOD / "考评排名_2026Q1.xlsx"
    shutil.copy(ranking, book(data, "ZB001"))
    shutil.copy(book(data, "ZB002"), ranking)
    _, out, _ = mail("--send")
    assert {"zb001@example.cn", "lead@example.cn"} & set(ready.addresses) == set()
    name = book(data, "ZB001").name
    assert f"不能发送：各单位/{name} 没有注明是哪个单位、哪一次的结果。请重新运行 run" in out
    assert "全县  不能发送：考评排名_2026Q1.xlsx 是 ZB002 的工作簿，不是 全县 的。请重新运行 run" in out


def test_workbooks_of_other_results(data, mail, ready):
    path = data / "输出" / PERIOD / "results.json"
    path.write_bytes(path.read_bytes() + b"\n")
    code, out, _ = mail("--send")
    assert (code, ready.received) == (1, [])
    name = book(data, "DW01").name
    assert (
        f"DW01 县教育局机关党委  不能发送：各单位/{name} 与 results.json 不是同一次的结果，或写出以后被改动。请重新运行 run"
        in out
    )
    assert out.splitlines()[-1] == "已发送 0、以前已发送 0、被拒绝 0、暂未发出 0、不确定 0、不能发送 8。"


def test_a_workbook_that_somebody_changed_after_the_run(data, mail, ready):
    """It names the right unit and period, and is another all the same."""
    path = book(data, "ZB001")
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"mine"
    code, out, _ = mail("--send")
    assert (code, "zb001@example.cn" in ready.addresses) == (1, False)
    assert f"不能发送：各单位/{path.name} 与 results.json 不是同一次的结果，或写出以后被改动。请重新运行 run" in out
    assert len(ready.received) == 7


def test_without_the_record_of_a_run_nothing_goes(data, mail, ready):
    (data / f"输出/.lianghua-batch/published_{PERIOD}.json").unlink()
    assert mail("--send")[0] == 1
    assert ready.received == []


def test_workbooks_that_are_gone_or_damaged(data, mail, ready):
    missing, damaged, locked = (book(data, unit) for unit in ("ZB001", "ZB002", "ZB003"))
    missing.unlink()
    damaged.write_bytes(damaged.read_bytes()[:-100])
    locked.unlink()
    locked.mkdir()
    code, out, _ = mail("--send")
    assert code == 1
    assert f"不能发送：没有 各单位/{missing.name}。请重新运行 run" in out
    assert f"不能发送：各单位/{damaged.name} 已损坏。请重新运行 run" in out
    assert f"不能发送：各单位/{locked.name} 读不出来（同名的地方是一个文件夹）。请重新运行 run" in out
    assert len(ready.received) == 5


def test_a_workbook_of_another_period(data, mail, ready):
    path = book(data, "ZB001")
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["docProps/custom.xml"] = parts["docProps/custom.xml"].replace(b">2026Q1<", b">2025Q1<")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert f"不能发送：各单位/{path.name} 是 2025Q1 的工作簿，不是 2026Q1 的。请重新运行 run" in mail("--send")[1]
    assert "zb001@example.cn" not in ready.addresses


# --- what stops it ---------------------------------------------------------------------------------------------------


def test_a_damaged_ledger_stops(data, mail, ready):
    mail("--send")
    ledger = data / "邮件记录.jsonl"
    lines = ledger.read_bytes().split(b"\n")
    lines[3] = lines[3][:40]
    ledger.write_bytes(b"\n".join(lines))
    for arguments in ((), ("--send",), ("--settle", "ZB001=已收到")):
        assert mail(*arguments) == (
            2,
            "",
            f"{ledger} 第 4 行读不出来，看不出哪些已经寄出，没有发送。请用备份恢复这个文件；没有备份的，请把它改名保存，逐个单位问清后再发。\n",
        )
    assert len(ready.received) == 8


def test_a_ledger_that_cannot_be_written_forbids_to_send(data, mail, ready):
    # A folder of its name can be neither read nor written.
    (data / "邮件记录.jsonl").mkdir()
    code, out, err = mail("--send")
    assert (code, out, ready.connections) == (2, "", 0)
    assert "同名的地方是一个文件夹" in err


def test_where_nobody_is_kept_out_nothing_is_sent(data, mail, ready):
    (data / locking.NAME).mkdir()
    assert mail("--send") == (
        2,
        "",
        f"{data} 不能上锁，可能有另一个人同时在发，没有发送。请把数据文件夹放到本机磁盘上再发。\n",
    )
    assert ready.connections == 0
    assert mail()[0] == 0  # looking is allowed


def test_two_never_send_at_once(data, mail, ready):
    hold = "import sys, pathlib, lianghua_batch.core.locking as l\nwith l.exclusive(pathlib.Path(sys.argv[1])): print(1, flush=True); input()"
    other = subprocess.Popen([sys.executable, "-c", hold, data], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    other.stdout.readline()
    try:
        told = f"另一个 lianghua-batch 正在处理这个文件夹（{data}）。请等它结束后再试。\n"
        assert mail("--send") == (2, "", told)
    finally:
        other.communicate(b"\n")
    assert ready.connections == 0
    assert mail("--send")[0] == 0


def test_the_password_comes_from_the_environment(data, mail, monkeypatch):
    monkeypatch.delenv("LIANGHUA_SMTP_PASSWORD", raising=False)
    with post_office(users={"jggw": "geheim"}) as office:
        (data / "邮件.toml").write_text(settings(office.port, user="jggw"), encoding="utf-8")
        assert mail("--send") == (
            2,
            "",
            "邮件.toml 写了登录名 jggw，但环境变量 LIANGHUA_SMTP_PASSWORD 没有密码，没有发送。"
            "请先设置，Windows 命令提示符中写：set LIANGHUA_SMTP_PASSWORD=密码\n",
        )
        monkeypatch.setenv("LIANGHUA_SMTP_PASSWORD", "密码")
        assert mail("--send")[2] == (
            "环境变量 LIANGHUA_SMTP_PASSWORD 中的密码有中文或全角字符，没有发送。请核对（有的邮箱要用“授权码”而不是登录密码）。\n"
        )
        assert office.connections == 0
        monkeypatch.setenv("LIANGHUA_SMTP_PASSWORD", "falsch-123")
        code, out, err = mail("--send")
        assert (code, office.received) == (2, [])
        assert err == (
            "邮件服务器 localhost 不接受登录名 jggw 和密码（535 5.7.8 Authentication credentials invalid）。"
            "请核对；有的邮箱要用“授权码”而不是登录密码。本次已发送 0 封。\n"
        )
        assert "falsch" not in out + err + (data / "邮件记录.jsonl").read_text(encoding="utf-8")
        monkeypatch.setenv("LIANGHUA_SMTP_PASSWORD", "geheim")
        assert (mail("--send")[0], len(office.received)) == (0, 8)


def test_stopped_in_the_middle_it_says_what_has_gone_out(data, mail, ready):
    ready.says(MAIL, None, None, "553 5.7.1 not yours")
    code, out, err = mail("--send")
    assert (code, len(ready.received)) == (2, 2)
    assert "已发送 2、以前已发送 0、被拒绝 0、暂未发出 6、不确定 0、不能发送 0。\n再运行一次 mail --send" in out
    assert err == (
        "邮件服务器 localhost 不接受发件人 jggw@example.cn（553 5.7.1 not yours）。"
        "请核对邮件.toml 的 from（一般应与登录名相同）和 user（要登录的必须写）。本次已发送 2 封。\n"
    )
    assert mail("--send")[0] == 0
    assert sorted(ready.addresses) == sorted([*map(address, UNITS), "lead@example.cn"])


def test_interrupted_it_says_what_has_gone_out(data, mail, ready):
    ready.at_content = lambda: os.kill(os.getpid(), signal.SIGINT) if len(ready.received) == 2 else None
    code, out, err = mail("--send")
    assert (code, out) == (2, "")
    assert err == "已中断。本次已发送 3 封。再运行一次 mail --send，程序会接着发，已发送的不会再发。\n"
    ready.at_content = lambda: None
    code, out, _ = mail("--send")
    assert code == 0
    assert "已发送 5、以前已发送 3" in out
    assert sorted(ready.addresses) == sorted([*map(address, UNITS), "lead@example.cn"])


def test_no_operators(data, mail, ready):
    text = settings(ready.port).replace('to = ["lead@example.cn"]', "")
    (data / "邮件.toml").write_text(text, encoding="utf-8")
    code, out, _ = mail("--send")
    assert (code, len(ready.received)) == (0, 7)
    assert out.splitlines()[-1] == "邮件.toml 的 [operators] 没有写 to，全县排名不寄给任何人。"
