"""A round of sending against a real server: of every message it is known whether it went out, did not, or may have."""

import os
import signal
import socket
import ssl
from collections import Counter
from pathlib import Path

import pytest
import trustme
from fakes.post_office import BREAK, CONTENT, DATA, GREETING, MAIL, MIDDLE, RCPT, post_office, recited

from lianghua_batch.mail import ledger, messages
from lianghua_batch.mail.messages import Attachment, Envelope, Letter, Text
from lianghua_batch.mail.send import Clock, Round
from lianghua_batch.mail.settings import Pace, Sender, Server
from lianghua_batch.mail.smtp import Answer, AnswerKind, ServerUnavailable, SmtpSession, Stopped

ENVELOPE = Envelope(Sender("县直机关工委", "jggw@example.cn"), None, "rfc2231")
UNITS = ("ZB001", "ZB002", "ZB003")
FAST = Pace(per_minute=6000, attempts=3, backoff_seconds=0)


class Watched(Clock):
    """A clock whose pauses take no time, and are remembered."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def seconds(self) -> float:
        return sum(self.pauses)

    def pause(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 3))


def letter(unit: str) -> Letter:
    address = f"{unit.lower()}@example.cn"
    book = Attachment(f"{unit}.xlsx", f"{unit} 的工作簿\n.点在行首\n".encode() * 50)
    text = Text(f"{unit} 考评结果", f"{unit} 的结果\n.点\n", f"<p>{unit}</p>")
    return Letter("2026", unit, "支部", address, text, book, messages.key("2026", unit, address, book))


class Sending:
    """A round of three letters to a server, and the ledger that it leaves."""

    def __init__(
        self, file: Path, server: Server, *, pace: Pace = FAST, password: str | None = None, units=UNITS
    ) -> None:
        self.file, self.clock = file, Watched()
        self.round = Round([letter(unit) for unit in units], ENVELOPE, pace, self.clock)
        self._wire = SmtpSession(server, password)

    def run(self) -> "Sending":
        with ledger.writing(self.file) as writer:
            self.round.run(self._wire, writer)
        return self

    def stopped(self) -> str:
        """Why the round could not go on."""
        with pytest.raises(Stopped) as found:
            self.run()
        return str(found.value)

    @property
    def states(self) -> list[str]:
        return [result.state for result in self.round.results.values()]

    @property
    def replies(self) -> list[str]:
        return [result.reply for result in self.round.results.values()]

    @property
    def written(self) -> list[tuple[str, str]]:
        """The ledger's lines as (unit, state)."""
        entries = ledger._entries(self.file.read_bytes(), self.file)
        return [(entry.unit, entry.state) for entry in entries]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "邮件记录.jsonl"


@pytest.fixture
def office():
    with post_office() as found:
        yield found


def here(port: int, security: str = "none", host: str = "localhost", **more) -> Server:
    return Server(
        **{"host": host, "port": port, "security": security, "user": None, "ca_file": None, "timeout": 5, **more}
    )


def unused_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_every_letter_goes_out_once(file, office):
    sending = Sending(file, here(office.port)).run()
    assert sending.states == ["sent_now"] * 3
    assert office.addresses == ["zb001@example.cn", "zb002@example.cn", "zb003@example.cn"]
    assert {received.sender for received in office.received} == {"jggw@example.cn"}
    assert sending.written == [(unit, state) for unit in UNITS for state in ("sending", "sent")]
    assert office.connections == 1
    for unit, received in zip(UNITS, office.received, strict=True):
        (book,) = received.message.iter_attachments()
        assert book.get_content() == letter(unit).attachment.content
        assert received.message.get_body(("plain",)).get_content() == f"{unit} 的结果\r\n.点\r\n"
        assert str(received.message["Message-ID"]) == f"<{letter(unit).key[:40]}@example.cn>"


def test_a_line_that_begins_with_a_dot_arrives_so(office):
    wire = SmtpSession(here(office.port))
    wire.open()
    wire.announce("jggw@example.cn", "zb001@example.cn")
    wire.hand_over(b"Subject: x\r\n\r\n.\r\n..\r\nend")
    wire.close()
    assert office.received[0].content == b"Subject: x\r\n\r\n.\r\n..\r\nend\r\n"


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [RCPT, DATA, CONTENT])
def test_one_that_is_refused_for_good_is_listed_and_the_others_go(file, office, step):
    office.says(step, "550 5.1.1 没有这个人 \x1b[31m".encode("ascii", "replace").decode(), to="zb002@example.cn")
    sending = Sending(file, here(office.port)).run()
    assert sending.states == ["sent_now", "refused", "sent_now"]
    assert sending.replies[1] == "550 5.1.1 ????? [31m"
    assert office.addresses == ["zb001@example.cn", "zb003@example.cn"]
    assert sending.written[-3] == ("ZB002", "refused")


@pytest.mark.parametrize("step", [MAIL, RCPT, DATA, CONTENT])
def test_one_that_is_put_off_is_tried_again_while_the_others_go(file, office, step):
    office.says(step, "451 4.7.1 later", to="zb001@example.cn" if step != MAIL else "everyone")
    sending = Sending(file, here(office.port)).run()
    assert sending.states == ["sent_now"] * 3
    assert office.addresses == ["zb002@example.cn", "zb003@example.cn", "zb001@example.cn"]
    assert sending.written.count(("ZB001", "deferred")) == 1


def test_one_that_is_put_off_too_often_waits_for_the_next_round(file, office):
    office.says(RCPT, *["450 4.2.0 greylisted"] * 3, to="zb002@example.cn")
    sending = Sending(file, here(office.port)).run()
    assert sending.states == ["sent_now", "deferred", "sent_now"]
    assert sending.replies[1] == "450 4.2.0 greylisted"
    assert ledger.read(file).entry(letter("ZB002").key).state == "deferred"
    assert Sending(file, here(office.port), units=["ZB002"]).run().states == ["sent_now"]


def test_a_sender_that_is_refused_stops_everything(file, office):
    office.says(MAIL, "553 5.7.1 not yours")
    sending = Sending(file, here(office.port))
    assert sending.stopped() == (
        "邮件服务器 localhost 不接受发件人 jggw@example.cn（553 5.7.1 not yours）。请核对邮件.toml 的 from（一般应与登录名相同）和 user（要登录的必须写）"
    )
    assert (sending.states, sending.written, office.received) == (["waiting"] * 3, [], [])


def test_a_server_that_closes_after_each_message_is_called_again(file, office):
    for unit in ("zb002", "zb003"):
        office.says(RCPT, "421 4.7.0 one message a connection", to=f"{unit}@example.cn")
    pace = Pace(6000, 1, 0)
    assert Sending(file, here(office.port), pace=pace).run().states == ["sent_now"] * 3
    assert office.connections == 3


def test_a_server_that_refuses_the_connection(file, office):
    office.says(GREETING, "554 5.7.1 go away")
    assert Sending(file, here(office.port)).stopped() == (
        "邮件服务器 localhost 拒绝连接（554 5.7.1 go away）。请问邮件服务器的管理员"
    )


def test_a_server_that_is_busy_for_a_while(file, office):
    office.says(GREETING, "421 4.3.2 busy", "421 4.3.2 busy")
    sending = Sending(file, here(office.port), pace=Pace(6000, 3, 60)).run()
    assert sending.states == ["sent_now"] * 3
    assert [pause for pause in sending.clock.pauses if pause > 1] == [60, 120]


def test_a_server_that_stays_busy(file, office):
    office.says(GREETING, *["421 4.3.2 busy"] * 3)
    assert Sending(file, here(office.port)).stopped() == (
        "邮件服务器 localhost 连续 3 次不能接收（421 4.3.2 busy）。请稍后再运行一次，程序会接着发"
    )


# --- connections that break off --------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [MAIL, RCPT, DATA])
def test_broken_off_before_the_content_nothing_has_gone_out(file, office, step):
    office.says(step, BREAK, to="zb002@example.cn" if step != MAIL else "everyone")
    sending = Sending(file, here(office.port)).run()
    assert sending.states == ["sent_now"] * 3
    assert sorted(office.addresses) == ["zb001@example.cn", "zb002@example.cn", "zb003@example.cn"]
    assert office.connections == 2


@pytest.mark.parametrize(("step", "taken"), [(MIDDLE, 0), (CONTENT, 1)])
def test_broken_off_afterwards_nobody_knows_and_it_is_not_sent_again(file, office, step, taken):
    office.says(step, BREAK, to="zb002@example.cn")
    sending = Sending(file, here(office.port)).run()
    assert sending.states == ["sent_now", "uncertain", "sent_now"]
    assert office.addresses.count("zb002@example.cn") == taken
    assert sending.written == [
        ("ZB001", "sending"),
        ("ZB001", "sent"),
        ("ZB002", "sending"),
        ("ZB003", "sending"),
        ("ZB003", "sent"),
    ]
    assert [entry.unit for entry in ledger.read(file).uncertain()] == ["ZB002"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (BREAK, Answer(AnswerKind.LOST, "连接断开")),
        ("552 5.3.4 too big", Answer(AnswerKind.REFUSED, "552 5.3.4 too big")),
        ("421 4.3.0 going down", Answer(AnswerKind.LATER, "421 4.3.0 going down")),
        ("250 taken", Answer(AnswerKind.UNKNOWN, "250 taken")),
    ],
)
def test_broken_off_before_the_end_of_the_content_was_sent_it_has_not_arrived(office, answer, told):
    """A content that no buffer holds; what the server says of it before it breaks off counts, unless it is absurd."""
    office.says(MIDDLE, answer)
    wire = SmtpSession(here(office.port))
    wire.open()
    wire.announce("jggw@example.cn", "zb001@example.cn")
    assert wire.hand_over(b"x" * 76 + b"\r\n" + b"\r\n" * 10_000_000) == told
    assert not wire.is_open
    assert office.received == []


def test_a_server_that_answers_nobody_is_left_after_three(file, office):
    office.says(CONTENT, *[BREAK] * 9)
    sending = Sending(file, here(office.port), units=("ZB001", "ZB002", "ZB003", "ZB004", "ZB005"))
    assert sending.stopped() == (
        "邮件服务器 localhost 连续 3 封邮件收下后没有答复，已停止发送。请检查网络，问邮件服务器的管理员"
    )
    assert sending.states == ["uncertain"] * 3 + ["waiting"] * 2


def test_an_answer_that_is_none(file, office):
    office.says(CONTENT, "what?", to="zb001@example.cn")
    office.says(RCPT, "what?", to="zb002@example.cn")
    office.says(RCPT, *["what?"] * 6, to="zb003@example.cn")
    sending = Sending(file, here(office.port)).run()
    assert sending.states == ["uncertain", "sent_now", "deferred"]
    assert sending.replies[2] == "答复看不懂"


def test_a_server_that_is_not_there(file):
    port = unused_port()
    assert Sending(file, here(port)).stopped() == (
        f"邮件服务器 localhost 的端口 {port} 连不上（没有应答的程序）。请核对邮件.toml 的 host 和 port"
    )


def test_a_server_that_says_nothing(file):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert Sending(file, here(port, timeout=1)).stopped() == (
            f"邮件服务器 localhost 的端口 {port} 没有应答（等了 1 秒）。请检查网络，核对邮件.toml 的 host、port 和 security"
        )


def test_a_name_that_nobody_has(file):
    assert Sending(file, here(25, host="mail.invalid")).stopped() == (
        "找不到邮件服务器 mail.invalid。请核对邮件.toml 的 host，并检查网络"
    )


# --- encryption and logging in ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def root(authority, tmp_path_factory):
    """The file of the county's own root certificate."""
    path = tmp_path_factory.mktemp("证书") / "根证书.pem"
    authority.cert_pem.write_to_path(path)
    return path


def certified(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    """What a server of that name shows."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.mark.parametrize("security", ["starttls", "smtps"])
def test_encrypted_and_logged_in(file, authority, root, security):
    with post_office(**{security: certified(authority)}, users={"jggw": "geheim"}) as office:
        server = here(office.port, security, user="jggw", ca_file=root)
        # aiosmtpd knows of TLS within the conversation only; where it was there from the start it is told not to ask.
        assert Sending(file, server, password="geheim").run().states == ["sent_now"] * 3
        assert ("STARTTLS" in office.commands) == (security == "starttls")


@pytest.mark.parametrize("security", ["starttls", "smtps"])
@pytest.mark.parametrize(
    ("name", "trusted", "reason"),
    [
        ("localhost", False, "证书链中有自己签发的证书|不认识签发证书的机构"),
        ("mail.example.cn", True, "证书不是这个服务器名称的"),
    ],
    ids=["another authority", "another name"],
)
def test_a_certificate_that_is_not_right_stops(file, authority, root, security, name, trusted, reason):
    with post_office(**{security: certified(authority, name)}) as office:
        sending = Sending(file, here(office.port, security, ca_file=root if trusted else None))
        told = "邮件服务器 localhost 的证书验证不通过（{}），没有发送，也没有改用不加密的方式。请核对邮件.toml 的 host；本县自建证书的，把根证书写在 ca_file 中"
        assert sending.stopped() in [told.format(each) for each in reason.split("|")]
        assert (office.received, sending.written) == ([], [])


def test_starttls_taken_out_of_the_conversation_stops(file, office, root):
    assert Sending(file, here(office.port, "starttls", ca_file=root)).stopped() == (
        f"邮件服务器 localhost 的端口 {office.port} 不提供 STARTTLS，没有发送，也没有改用不加密的方式。"
        '请核对邮件.toml 的 port，或把 security 改为 "smtps"'
    )
    assert office.commands == []


def test_a_port_that_does_not_speak_tls(file, office):
    told = Sending(file, here(office.port, "smtps")).stopped()
    assert told.startswith(f"与邮件服务器 localhost 的端口 {office.port} 不能建立加密连接（")
    assert told.endswith("）。请核对邮件.toml 的 port 和 security")


def test_a_password_that_is_wrong(file):
    with post_office(users={"jggw": "geheim"}) as office:
        told = Sending(file, here(office.port, user="jggw"), password="falsch-123").stopped()
    assert told == (
        "邮件服务器 localhost 不接受登录名 jggw 和密码（535 5.7.8 Authentication credentials invalid）。"
        "请核对；有的邮箱要用“授权码”而不是登录密码"
    )


def test_a_server_that_knows_of_no_logging_in(file, office):
    assert Sending(file, here(office.port, user="jggw"), password="geheim").stopped() == (
        "邮件服务器 localhost 不接受登录。请核对邮件.toml 的 port 和 security；不用登录的，删去 user"
    )


@pytest.mark.parametrize("challenges", [[b"334 abc\r\n"], [b"334 \xff\r\n", b"535 no\r\n", b"334 abc\r\n"]])
def test_a_challenge_that_is_none(challenges):
    answers = (b"220 hello\r\n", b"250-hello\r\n250 AUTH CRAM-MD5 LOGIN\r\n", *challenges)
    with recited(*answers) as port, pytest.raises((Stopped, ServerUnavailable)) as found:
        SmtpSession(here(port, user="jggw"), "geheim").open()
    assert "geheim" not in str(found.value)


@pytest.mark.parametrize("greeting", [b"+OK POP3 ready\r\n", b"* OK IMAP4rev1\r\n", b"HTTP/1.1 400 Bad Request\r\n"])
def test_a_port_of_another_service(file, greeting):
    with recited(greeting) as port:
        assert Sending(file, here(port)).stopped() == (
            f"邮件服务器 localhost 的端口 {port} 没有按 SMTP 答复。请核对邮件.toml 的 port（收信的端口不能用来发信）和 security"
        )


def test_a_server_that_hangs_up_while_the_line_is_being_secured():
    """It may be there again in a moment: a round that has begun waits for it."""
    answers = (b"220 hello\r\n", b"250-hello\r\n250 STARTTLS\r\n", b"220 go\r\n")
    with recited(*answers) as port, pytest.raises(ServerUnavailable) as found:
        SmtpSession(here(port, "starttls")).open()
    assert str(found.value) == (
        f"邮件服务器 localhost 的端口 {port} 断开了连接。请核对邮件.toml 的 port 和 security；无误的，稍后再试"
    )


def test_a_password_that_the_server_tells_is_not_told_on(file):
    with post_office(users={"jggw": "geheim"}) as office:
        office.says(RCPT, "550 jggw geheim AGpnZ3cAZ2VoZWlt Z2VoZWlt", to="zb001@example.cn")
        sending = Sending(file, here(office.port, user="jggw"), password="geheim").run()
    assert sending.replies[0] == "550 jggw 〔略〕 〔略〕 〔略〕"
    assert b"geheim" not in file.read_bytes()


# --- pace ------------------------------------------------------------------------------------------------------------


def test_no_faster_than_the_settings_say(file, office):
    sending = Sending(file, here(office.port), pace=Pace(per_minute=20, attempts=3, backoff_seconds=60)).run()
    assert sending.clock.pauses == [3, 3]


def test_one_that_is_put_off_waits_twice_as_long_each_time(file, office):
    office.says(RCPT, "450 later", "450 later", to="zb001@example.cn")
    sending = Sending(file, here(office.port), pace=Pace(per_minute=60, attempts=3, backoff_seconds=60)).run()
    assert sending.states == ["sent_now"] * 3
    assert sending.clock.pauses == [1, 1, 58, 120]  # the others go in the first minute
    assert office.connections == 3  # nobody holds a line open that long


# --- Ctrl-C and a full disk ------------------------------------------------------------------------------------------


def test_who_breaks_off_waits_until_the_message_is_answered_and_written(file, office):
    main = os.getpid()
    office.at_content = lambda: os.kill(main, signal.SIGINT)
    sending = Sending(file, here(office.port))
    with pytest.raises(KeyboardInterrupt):
        sending.run()
    assert sending.states == ["sent_now", "waiting", "waiting"]
    assert sending.written == [("ZB001", "sending"), ("ZB001", "sent")]


@pytest.mark.skipif(os.name == "nt", reason="limits as POSIX has them")
@pytest.mark.parametrize(
    ("lines", "states"), [(2, ["sent_now", "waiting", "waiting"]), (3, ["sent_now", "uncertain", "waiting"])]
)
def test_without_its_line_nothing_more_goes_out(file, office, lines, states):
    """A disk that is full before ZB002's first line: it is not sent; before its second one: it may have been."""
    import resource

    with ledger.writing(file) as writer:
        Round([letter("ZB001")], ENVELOPE, FAST, Watched()).run(SmtpSession(here(office.port)), writer)
    first, second = (len(line) + 1 for line in file.read_bytes().splitlines())
    file.unlink()
    office.received.clear()
    room = first + second + (first if lines == 3 else 0) + 20
    sending = Sending(file, here(office.port))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(OSError, match="邮件记录") as found:
            sending.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found.value.filename == str(file)
    assert sending.states == states
    assert Counter(office.addresses) == Counter(["zb001@example.cn", "zb002@example.cn"][: lines - 1])
    latest = ledger.read(file).latest
    assert [entry.state for entry in latest.values()] == ["sent", "sending"][: lines - 1]
