"""A message as it goes over the wire: readable names, nothing but ASCII, and no name that can add a header or an address."""

import base64
import datetime as dt
import email
from dataclasses import replace
from email import policy
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lianghua_batch.core import mail_addresses, periods
from lianghua_batch.mail import corrections, letter_text, messages
from lianghua_batch.mail import settings as reading
from lianghua_batch.mail.messages import Attachment, Envelope, Letter
from lianghua_batch.mail.settings import Sender
from lianghua_batch.mail.unit_results import RankAmong, UnitRanking

NOW = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SENDER = Sender("县直机关工委", "jggw@example.cn")
NEW, OLD = Envelope(SENDER, "reply@example.cn", "rfc2231"), Envelope(SENDER, None, "rfc2047")
YEAR, QUARTER = periods.parse("2026"), periods.parse("2026Q1")
HEADERS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
BRANCH = UnitRanking(
    "ZB2", "财政第二支部", "branch", "89.50", "良好", "财政局机关党委", RankAmong(2, 5, False), RankAmong(7, 30, True)
)


def letter(name: str = "财政第二支部", **changes) -> Letter:
    """A branch's letter of the year with a short attachment."""
    standing = UnitRanking(**{**BRANCH.__dict__, "name": name, **changes})
    file = messages.attachment_name(f"各单位/ZB2_{name}_考评结果_2026.xlsx")
    text = letter_text.unit_text(standing, YEAR, file, None, corrected=None)
    book = Attachment(file, b"PK\x03\x04 book")
    return Letter(
        "2026", "ZB2", name, "zb2@example.cn", text, book, messages.key("2026", "ZB2", "zb2@example.cn", book)
    )


def parsed(content: bytes):
    return email.message_from_bytes(content, policy=policy.default)


def test_headers_and_parts():
    sent = letter()
    message = parsed(messages.as_bytes(sent, NEW, NOW))
    assert message.keys() == HEADERS
    assert str(message["From"]) == "县直机关工委 <jggw@example.cn>"
    assert str(message["To"]) == "zb2@example.cn"
    assert str(message["Reply-To"]) == "reply@example.cn"
    assert str(message["Subject"]) == "财政第二支部2026年度“三级量化”考评结果"
    assert str(message["Date"]) == "Sun, 10 Jan 2027 09:30:00 +0800"
    assert str(message["Message-ID"]) == f"<{sent.key[:40]}@example.cn>"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]
    (book,) = message.iter_attachments()
    assert book.get_content() == b"PK\x03\x04 book"
    assert book.get_filename() == "ZB2_财政第二支部_考评结果_2026.xlsx"


def test_what_a_branch_is_told():
    assert letter().text.plain == (
        "财政第二支部：\n"
        "\n"
        "2026年度“三级量化”考评结果已经公布，你单位的情况如下。\n"
        "\n"
        "　　总分：89.50\n"
        "　　等次：良好\n"
        "　　名次：在财政局机关党委 5 个支部中第 2 名；在全县 30 个支部中并列第 7 名\n"
        "\n"
        "附件“ZB2_财政第二支部_考评结果_2026.xlsx”是你单位的考评结果：成绩单、得分说明、党员积分和提示等。\n"
        "\n"
        "请办理：\n"
        "1. 打开附件，逐项核对。\n"
        "2. 有异议的，请在公示期内填写《异议登记》，书面向机关工委提出，写明哪一项、理由和依据。\n"
        "3. 附件中有党员个人的积分，只供你单位使用，请勿转发。\n"
        "\n"
        "本邮件由考评程序生成。\n"
    )


def test_what_a_committee_and_a_branch_without_one_are_told_of_their_place():
    committee = UnitRanking("DW1", "财政局机关党委", "committee", "91.00", "优秀", None, None, RankAmong(2, 15, False))
    text = letter_text.unit_text(
        committee, QUARTER, "DW1.xlsx", None, corrected=corrections.unit_sentences(None, committee.unit)
    )
    assert text.subject == "财政局机关党委2026年第一季度“三级量化”考评结果（更正）"
    assert text.plain.splitlines()[2:9] == [
        "2026年第一季度“三级量化”监测结果已经公布，你单位的情况如下。季度排名为监测，用于掌握进度、查找不足，不作为年度等次。",
        "内容有更新，请以本次寄送的为准，以前寄送的作废。",
        "",
        "　　季度得分：91.00",
        "　　监测等次：优秀",
        "　　名次：在全县 15 个机关党委中第 2 名",
        "",
    ]
    assert (
        text.plain.splitlines()[9]
        == "附件“DW1.xlsx”是你单位的考评结果：成绩单、得分说明，以及所属各支部的排名和得分构成等。"
    )
    direct = UnitRanking(
        "ZB9", "档案馆党支部", "branch", "80.00", "一般", "", RankAmong(1, 2, False), RankAmong(3, 9, False)
    )
    told = letter_text.unit_text(direct, QUARTER, "x.xlsx", None, corrected=None).plain
    assert "　　名次：在 2 个直属支部中第 1 名；在全县 9 个支部中第 3 名\n" in told


def test_names_are_escaped_in_html_and_nothing_is_loaded():
    html = letter('<b>一&二</b>"支部').text.html
    assert "&lt;b&gt;一&amp;二&lt;/b&gt;&quot;支部：" in html
    assert "<b>" not in html
    assert not any(word in html for word in ("http", "src=", "<script", "<link", "url("))


# --- names of attachments --------------------------------------------------------------------------------------------


def attachment_headers(content: bytes) -> bytes:
    """The raw headers of the last part."""
    return content.rpartition(b"\r\nContent-Type: application/")[2].partition(b"\r\n\r\n")[0]


def test_the_name_as_rfc_2231_has_it():
    raw = attachment_headers(messages.as_bytes(letter(), NEW, NOW))
    assert b"filename*0*=utf-8''ZB2_%E8%B4%A2%E6%94%BF" in raw
    assert b"=?" not in raw


def test_the_name_as_old_programs_want_it():
    content = messages.as_bytes(letter(), OLD, NOW)
    pieces = (base64.b64encode(piece.encode()) for piece in ("ZB2_财政第二支部_考评结果_", "2026.xlsx"))
    words = b"\r\n ".join(b"=?utf-8?B?" + piece + b"?=" for piece in pieces)
    assert attachment_headers(content) == (
        b'vnd.openxmlformats-officedocument.spreadsheetml.sheet;\r\n name="' + words + b'"\r\nMIME-Version: 1.0\r\n'
        b'Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename="' + words + b'"'
    )
    part = email.message_from_bytes(content).get_payload()[
        -1
    ]  # as an old program reads it: parameters first, then words
    for name in (part.get_filename(), part.get_param("name")):
        assert str(make_header(decode_header(name))) == "ZB2_财政第二支部_考评结果_2026.xlsx"
    (book,) = parsed(content).iter_attachments()
    assert book.get_filename() == "ZB2_财政第二支部_考评结果_2026.xlsx"
    assert book.get_content() == b"PK\x03\x04 book"


# --- hostile names ---------------------------------------------------------------------------------------------------

HOSTILE = [
    "支部\r\nBcc: evil@example.com",
    "支部\nTo: evil@example.com\n\n正文",
    "支部\u2028Bcc: evil@example.com",
    "支部\x85Bcc: evil@example.com",
    "=?utf-8?B?DQpCY2M6IGV2aWxAZXhhbXBsZS5jb20=?=",
    '"支部" <evil@example.com>, ',
    "支部\u202exslx.exe",
    "支\u200b部\u061c\ufeff",
    "很长的名字" * 200,
    "a" * 2000,
    "支部\x00\x07\ud800",
    "../../etc/passwd",
    "’‘“”—…🏛️",
    "",
]


@pytest.mark.parametrize("envelope", [NEW, OLD], ids=["rfc2231", "rfc2047"])
@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_adds_anything(name, envelope):
    assert_harmless(messages.as_bytes(letter(name, committee=name), envelope, NOW), envelope)


def assert_harmless(content: bytes, envelope: Envelope) -> None:
    """One message to one address with one attachment, whatever it is about."""
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 998
    head = content.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 78
    message = parsed(content)
    assert message.keys() == [h for h in HEADERS if h != "Reply-To" or envelope.reply_to]
    assert [a.addr_spec for a in message["To"].addresses] == ["zb2@example.cn"]
    assert [a.addr_spec for a in message["From"].addresses] == ["jggw@example.cn"]
    assert not set("\r\n\u202e\u200b\u2028") & set(str(message["Subject"]))
    (book,) = message.iter_attachments()
    assert book.get_content() == b"PK\x03\x04 book"
    assert book.get_filename().endswith(".xlsx")
    assert not set('\r\n\u202e\u200b/\\"') & set(book.get_filename())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
@example("=?utf-8?q?=0D=0ABcc:=20a@b.cn?=")
def test_any_name_is_harmless(name):
    for envelope in (NEW, OLD):
        assert_harmless(messages.as_bytes(letter(name, committee=name), envelope, NOW), envelope)


@pytest.mark.parametrize(
    "address",
    [
        "a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".cn",
        "first.last-" * 5 + "x@" + "dept." * 8 + "example.cn",
        "o'neil+tag@example.cn",
        "#!$%&*/?=^_`{|}~@example.cn",
    ],
)
def test_an_address_stands_in_the_headers_as_it_is_written(address):
    assert mail_addresses.valid(address)
    content = messages.as_bytes(
        replace(letter(), address=address), Envelope(Sender("县", address), address, "rfc2231"), NOW
    )
    head = content.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").decode().splitlines()
    assert {f"To: {address}", f"Reply-To: {address}"} <= set(head)
    (sender,) = (line for line in head if line.startswith("From: "))
    assert sender.endswith(f" <{address}>")


def test_what_a_header_would_change_is_no_address():
    assert not mail_addresses.valid("=?utf-8?q?evil?=@example.cn")


# --- keys ------------------------------------------------------------------------------------------------------------


def test_a_key_is_of_period_unit_address_and_content():
    book, other = Attachment("a.xlsx", b"1"), Attachment("a.xlsx", b"2")
    key = messages.key("2026", "ZB2", "zb2@example.cn", book)
    assert key == messages.key("2026", "ZB2", "ZB2@example.cn", Attachment("b.xlsx", b"1"))
    others = [
        messages.key("2026Q1", "ZB2", "zb2@example.cn", book),
        messages.key("2026", "ZB3", "zb2@example.cn", book),
        messages.key("2026", "ZB2", "zb3@example.cn", book),
        messages.key("2026", "ZB2", "zb2@example.cn", other),
    ]
    assert len({key, *others}) == 5


def test_the_operators_are_told_of_the_whole():
    sample = reading.parse(reading.sample().encode(), Path("邮件.toml"))
    text = letter_text.ranking_text([BRANCH], YEAR, "考评排名_2026.xlsx", sample, corrected=None)
    assert text.subject == "全县2026年度“三级量化”考评结果"
    assert text.plain == (
        "各位负责同志：\n\n2026年度“三级量化”考评排名已经生成。\n\n"
        "附件“考评排名_2026.xlsx”是全县的考评排名：党委 0 个、支部 1 个。\n\n"
        "请办理：\n1. 核对各单位的名次和提示。\n2. 附件中有全县的数据，请勿转发。\n\n"
        "联系人：张老师，0476-0000000\n本邮件由考评程序生成。\n"
    )
    assert "89.50" not in text.plain
