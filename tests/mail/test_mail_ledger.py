"""邮件记录.jsonl: what is written there is never guessed at; a line torn by a kill is no loss, any other damage stops."""

import datetime as dt
import json

import pytest

from lianghua_batch.mail import confirm, ledger
from lianghua_batch.mail.ledger import LedgerEntry

NOW = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)


def entry(
    state: str, key: str = "k1", unit: str = "ZB001", address: str = "zb001@example.cn", period: str = "2026", **more
) -> LedgerEntry:
    return LedgerEntry(state, "2027-01-10T09:30:00+00:00", key, period, unit, "教育局支部", address, **more)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "邮件记录.jsonl"


def add(file, *entries: LedgerEntry) -> None:
    with ledger.writing(file) as writer:
        for each in entries:
            writer.add(each)


def test_a_ledger_that_is_not_there_is_empty(file):
    assert ledger.read(file).latest == {}


def test_what_is_written_is_read(file):
    written = [entry("sending"), entry("sent", reply="250 好"), entry("sending", "k2", "", "lead@example.cn")]
    with ledger.writing(file) as writer:
        writer.begin(NOW, letters=2)
    add(file, *written)
    history = ledger.read(file)
    assert history.latest == {"k1": written[1], "k2": written[2]}
    assert history.entry("k1").arrived
    assert history.uncertain() == [written[2]]
    assert json.loads(file.read_text(encoding="utf-8").splitlines()[0]) == {
        "state": "began",
        "time": "2027-01-10T09:30:00+00:00",
        "letters": 2,
    }


def test_other_contents_that_went_before(file):
    add(file, entry("sent", "k1"), entry("refused", "k2", "ZB002"), entry("sending", "k3", "ZB003"))
    history = ledger.read(file)
    assert history.has_other("new", "2026", "ZB001", "ZB001@example.cn")
    assert not history.has_other("k1", "2026", "ZB001", "zb001@example.cn")
    assert not history.has_other("new", "2026Q4", "ZB001", "zb001@example.cn")
    assert not history.has_other("new", "2026", "ZB002", "zb001@example.cn")
    assert history.has_other("new", "2026", "ZB003", "zb001@example.cn")


def test_a_line_torn_anywhere_is_passed_over_and_ended(file):
    add(file, entry("sending"), entry("sent"))
    whole = file.read_bytes()
    first = whole.index(b"\n") + 1
    for end in range(first, len(whole)):
        file.write_bytes(whole[:end])
        state = "sent" if end == len(whole) - 1 else "sending"  # whole but for the end of its line, it counts
        assert ledger.read(file).entry("k1").state == state
        add(file, entry("sending", "k2"))
        assert [e.state for e in ledger.read(file).latest.values()] == [state, "sending"]
        assert file.read_bytes().startswith(whole[:end])  # nothing is ever taken away


def test_the_mark_of_a_torn_line_torn_itself(file):
    add(file, entry("sending"))
    mark = "【没有写完的一行】".encode()
    for end in range(len(mark)):
        file.write_bytes(file.read_bytes() + b'{"state": "se' + mark[:end])
        add(file, entry("sent"))
        assert ledger.read(file).entry("k1").state == "sent"


def test_a_ledger_that_an_editor_gave_other_line_ends(file):
    add(file, entry("sending"))
    file.write_bytes(file.read_bytes() + b'{"state": "se')
    add(file, entry("sent"))
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert ledger.read(file).entry("k1").state == "sent"


def test_the_last_that_went_to_an_address(file):
    """By when its content went out last, not by when it was first spoken of."""
    add(file, entry("deferred", "k1"), entry("sending", "k2"), entry("sent", "k2"))
    assert ledger.read(file).last("2026", "ZB001", "ZB001@example.cn").key == "k2"
    add(file, entry("sending", "k1"), entry("sent", "k1"), entry("sending", "k3"), entry("refused", "k3"))
    history = ledger.read(file)
    assert history.last("2026", "ZB001", "zb001@example.cn").key == "k1"
    assert history.last("2026", "ZB002", "zb001@example.cn") is None


@pytest.mark.parametrize(
    "line",
    [
        b'{"state": "sent", "key": "k1"',
        b"\xff\xfe",
        b"[]",
        b'{"state": "gone", "time": "", "key": "k", "period": "2026", "unit": "Z", "name": "n", "address": "a"}',
        b'{"state": "sent", "time": "", "key": "k", "period": "2026", "unit": "Z", "name": "n"}',
        b'{"state": "sent", "time": 3, "key": "k", "period": "2026", "unit": "Z", "name": "n", "address": "a"}',
        b'{"state": "settled", "time": "", "key": "k", "period": "2026", "unit": "Z", "name": "n", "address": "a"}',
        b'{"state": "sent", "time": "", "key": "k", "period": "2026", "unit": "Z", "name": "n", "address": "a", "x": 1}',
    ],
)
def test_any_other_line_that_cannot_be_read_stops(file, line):
    add(file, entry("sending"))
    file.write_bytes(file.read_bytes() + line + b"\n")
    add(file, entry("sent"))
    with pytest.raises(ledger.BrokenLedger) as found:
        ledger.read(file)
    assert (found.value.path, found.value.line) == (file, 2)


# --- a person's word -------------------------------------------------------------------------------------------------


@pytest.fixture
def history(file):
    add(
        file,
        entry("sending", "k1"),
        entry("sending", "k2", address="b=c@example.cn"),
        entry("sending", "k3", "ZB002"),
        entry("sending", "k4", "ZB002", period="2026Q4"),
        entry("sending", "k5", ""),
        entry("sending", "k6", "ZB003"),
        entry("sent", "k6", "ZB003"),
    )
    return ledger.read(file)


@pytest.mark.parametrize(
    ("said", "period", "keys"),
    [
        ("ZB001=已收到", None, ["k1", "k2"]),
        ("zb001 = 已收到", None, ["k1", "k2"]),
        ("ZB001:b=c@example.cn=已收到", None, ["k2"]),
        ("ZB002=已收到", None, ["k3", "k4"]),
        ("ZB002=已收到", "2026Q4", ["k4"]),
        ("全县=已收到", "2026", ["k5"]),
    ],
)
def test_whose_letters_a_word_is_about(history, said, period, keys):
    found = confirm.confirmed_entries([said], history, period, NOW)
    assert [e.key for e in found] == keys
    assert all(e.arrived for e in found)


def test_codes_that_differ_in_case_only_are_two_units(file):
    add(file, entry("sending", "k1", "ZB001"), entry("sending", "k2", "zb001"))
    found = ledger.read(file)
    assert [e.key for e in confirm.confirmed_entries(["zb001=已收到"], found, None, NOW)] == ["k2"]
    assert [e.key for e in confirm.confirmed_entries(["Zb001=已收到"], found, None, NOW)] == ["k1", "k2"]


def test_a_word_is_kept(file, history):
    add(file, *confirm.confirmed_entries(["ZB001:zb001@example.cn=未收到", "ZB002=已收到"], history, None, NOW))
    latest = ledger.read(file).latest
    assert [(k, e.state, e.received, e.arrived, e.uncertain) for k, e in latest.items()] == [
        ("k1", "settled", False, False, False),
        ("k2", "sending", None, False, True),
        ("k3", "settled", True, True, False),
        ("k4", "settled", True, True, False),
        ("k5", "sending", None, False, True),
        ("k6", "sent", None, True, False),
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["ZB001"], "--settle 应写成 单位=已收到 或 单位=未收到（如 ZB001=已收到），而不是“ZB001”"),
        (["ZB001=是"], "--settle 应写成 单位=已收到 或 单位=未收到（如 ZB001=已收到），而不是“ZB001=是”"),
        (["ZB003=已收到"], "--settle 中的“ZB003”没有不确定的邮件。请核对单位编号和期间"),
        (["ZB001=已收到", "ZB001:zb001@example.cn=未收到"], "--settle 中“ZB001:zb001@example.cn”的邮件写了两次"),
    ],
)
def test_a_word_that_cannot_be_taken(history, said, told):
    with pytest.raises(confirm.WrongConfirmation) as found:
        confirm.confirmed_entries(said, history, None, NOW)
    assert str(found.value) == told
