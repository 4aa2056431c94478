"""邮件.toml: what is wrong with it is said all at once, in Chinese, with what to write; nothing is guessed."""

import json
from pathlib import Path

import hypothesis
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from lianghua_batch.core import resources
from lianghua_batch.mail import settings
from lianghua_batch.mail.settings import Pace, Sender

FILE = Path("邮件.toml")
WHOLE = """
[smtp]
host = "smtp.example.cn"
port = 587
security = "starttls"
[message]
from = "jggw@example.cn"
"""


def wrong(text: str | bytes, file: Path = FILE) -> list[str]:
    """What is said of a settings file."""
    with pytest.raises(settings.WrongSettings) as found:
        settings.parse(text if isinstance(text, bytes) else text.encode(), file)
    return found.value.sentences


def test_the_sample_is_whole_and_names_every_key():
    found = settings.parse(settings.sample().encode(), FILE)
    assert (found.server.host, found.server.port, found.server.security) == ("smtp.example.cn", 465, "smtps")
    assert found.sender == Sender("县直机关工委", "jggw@example.cn")
    assert found.operators == ("jggw@example.cn",)
    for section, keys in resources.load("messages/mail")["settings"].items():
        assert f"[{section}]" in settings.sample()
        assert all(f"{key} = " in settings.sample() for key in keys)


def test_every_example_is_right():
    keys = resources.load("messages/mail")["settings"]
    (ca_file,) = (spec for spec in keys["smtp"].values() if spec["kind"] == "file")
    lines = [
        f"[{s}]\n" + "\n".join(f"{k} = {spec['example']}" for k, spec in ks.items() if spec is not ca_file)
        for s, ks in keys.items()
    ]
    assert settings.parse("\n".join(lines).encode(), FILE).attachment_names == "rfc2231"


def test_what_is_not_said_is_as_usual():
    found = settings.parse(WHOLE.encode(), FILE)
    assert found.pace == Pace(20, 3, 60)
    assert (found.server.timeout, found.server.user, found.reply_to, found.operators) == (120, None, None, ())
    assert settings.parse(b"\xef\xbb\xbf" + WHOLE.encode(), FILE) == found  # as Notepad saves it


def test_no_file_is_no_settings(tmp_path):
    assert settings.read(tmp_path) is None


def test_what_is_missing():
    assert wrong("") == [
        '邮件.toml 的 [smtp] 缺少 host（邮件服务器的名称）。请补上，例如 host = "smtp.example.cn"',
        "邮件.toml 的 [smtp] 缺少 port（邮件服务器的端口：smtps 一般是 465，starttls 一般是 587）。请补上，例如 port = 465",
        "邮件.toml 的 [smtp] 缺少 security（加密方式。none（不加密）只能用于本机（localhost），因为考评结果和密码会明文经过网络）。"
        '请补上，例如 security = "smtps"',
        '邮件.toml 的 [message] 缺少 from（发件人：地址，或 名称 <地址>）。请补上，例如 from = "县直机关工委 <jggw@example.cn>"',
    ]


def test_what_is_not_known():
    assert wrong(WHOLE + 'copy_to = "a@b.cn"\n[ftp]\n') == [
        "邮件.toml 的 [message] 中的 copy_to 不认识。请改正，只能有：from、reply_to、contact、objections_until、attachment_names",
        "邮件.toml 中的 [ftp] 不认识。请改正，只能有：[smtp]、[message]、[operators]、[pace]",
    ]
    assert wrong("pace = 3" + WHOLE) == ["邮件.toml 中的“pace”应是一节。请写成 [pace]，下面写这一节的内容"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            '[smtp]\nhost = ""',
            '[smtp] 中的 host 应为服务器名称或 IP 地址（不带端口）。请改正，例如 host = "smtp.example.cn"',
        ),
        ('[smtp]\nport = "465"', "[smtp] 中的 port 应为 1 至 65535 的整数。请改正，例如 port = 465"),
        ("[smtp]\nport = true", "[smtp] 中的 port 应为 1 至 65535 的整数。请改正，例如 port = 465"),
        (
            '[smtp]\nsecurity = "ssl"',
            '[smtp] 中的 security 应为 "smtps"、"starttls"、"none" 之一。请改正，例如 security = "smtps"',
        ),
        (
            '[smtp]\nuser = "张三"',
            '[smtp] 中的 user 应为登录名（英文、数字和符号）。请改正，例如 user = "jggw@example.cn"',
        ),
        (
            '[message]\nfrom = "工委, 县 <jggw@example.cn>"',
            "[message] 中的 from 应为邮箱地址，或 名称 <邮箱地址>（名称中没有标点符号）。"
            '请改正，例如 from = "县直机关工委 <jggw@example.cn>"',
        ),
        (
            '[message]\nreply_to = "a@b.cn\\r\\nBcc: c@d.cn"',
            '[message] 中的 reply_to 应为一个邮箱地址。请改正，例如 reply_to = "jggw@example.cn"',
        ),
        (
            '[message]\ncontact = "张\\n老师"',
            '[message] 中的 contact 应为一行文字（最多 200 个字）。请改正，例如 contact = "张老师，0476-0000000"',
        ),
        ('[operators]\nto = "a@b.cn"', '[operators] 中的 to 应为邮箱地址的列表。请改正，例如 to = ["jggw@example.cn"]'),
        ("[pace]\nper_minute = 0", "[pace] 中的 per_minute 应为 1 至 6000 的整数。请改正，例如 per_minute = 20"),
    ],
)
def test_a_wrong_value(line, said):
    assert f"邮件.toml 的 {said}" in wrong(line)


def test_sending_in_the_clear_only_to_this_computer():
    plain = WHOLE.replace('"starttls"', '"none"')
    assert wrong(plain) == [
        '邮件.toml 的 [smtp] 中 security = "none"（不加密）只能用于本机，不能用于 smtp.example.cn：考评结果和密码会明文经过网络。'
        '请改为 "smtps" 或 "starttls"'
    ]
    for host in ("localhost", "127.0.0.1", "::1"):
        assert settings.parse(plain.replace("smtp.example.cn", host).encode(), FILE).server.host == host
    assert wrong(plain.replace("smtp.example.cn", "localhost.example.cn"))


def test_a_file_of_certificates(tmp_path):
    file = tmp_path / "邮件.toml"
    text = WHOLE.replace("[message]", 'ca_file = "root.pem"\n[message]')
    told = "邮件.toml 的 [smtp] 中的 ca_file 用不了：root.pem {}。请核对文件，应为 PEM 格式的证书"
    assert wrong(text, file) == [told.format("不存在（可能已被移走或改名）")]
    (tmp_path / "root.pem").write_text("证书", encoding="utf-8")
    assert wrong(text, file) == [told.format("不是 PEM 格式的证书")]
    trustme.CA().cert_pem.write_to_path(tmp_path / "root.pem")
    assert settings.parse(text.encode(), file).server.ca_file == tmp_path / "root.pem"


def test_what_is_no_toml():
    assert wrong(WHOLE + "contact = 张老师\n") == [
        "邮件.toml 第 8 行第 11 列写法不对。请对照样例改正（文字要用英文双引号括起来，同一项不能写两次）"
    ]
    assert wrong('[smtp]\nhost = "') == [
        "邮件.toml 写法不对：可能没有写完，或有一项写了两次。请对照样例改正（文字要用英文双引号括起来）"
    ]
    assert wrong(WHOLE.replace("jggw", "工委").encode("gbk")) == [
        "邮件.toml 不是 UTF-8 编码。请用记事本打开，另存为时选 UTF-8 编码"
    ]


@pytest.mark.parametrize(
    "line", ["timeout = 1" + "0" * 5000, "timeout = " + "[" * 3000 + "]" * 3000, "port = 25\nport = 465"]
)
def test_what_python_itself_cannot_read(line):
    assert wrong(f"[smtp]\n{line}") == [
        "邮件.toml 写法不对：可能没有写完，或有一项写了两次。请对照样例改正（文字要用英文双引号括起来）"
    ]


@pytest.mark.parametrize(
    "host", ["smtp.example.cn:465", "[::1]", "a..cn", ".cn", "a" * 64 + ".cn", "a.cn/", "fe80::1%\\u001b[31m"]
)
def test_a_host_is_a_name_or_an_address_and_nothing_else(host):
    said = wrong(WHOLE.replace("smtp.example.cn", host))
    assert said == [
        '邮件.toml 的 [smtp] 中的 host 应为服务器名称或 IP 地址（不带端口）。请改正，例如 host = "smtp.example.cn"'
    ]


VALUES = st.recursive(
    st.one_of(
        st.none().map(lambda _: "nan"),
        st.booleans().map(lambda value: str(value).lower()),
        st.integers().map(str),
        st.floats(allow_nan=False, allow_infinity=False).map(repr),
        st.dates().map(str),
        st.text(max_size=30).map(json.dumps),
    ),
    lambda values: (
        st.lists(values, max_size=3).map(lambda found: f"[{', '.join(found)}]")
        | values.map(lambda found: f"{{x = {found}}}")
    ),
    max_leaves=4,
)
KEYS = [(section, key) for section, keys in resources.load("messages/mail")["settings"].items() for key in keys]


@hypothesis.settings(max_examples=150, deadline=None)
@given(st.sampled_from(KEYS), VALUES)
def test_any_value_is_taken_or_said_to_be_wrong(place, value):
    """Something else is always missing: what is said of it, and of the value, tells what to do."""
    section, key = place
    said = wrong(f"{section}.{key} = {value}".encode("utf-8", "replace"))
    assert all("请" in sentence for sentence in said)


@hypothesis.settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
def test_any_file_is_read_or_said_to_be_wrong(content):
    assert all("请" in sentence for sentence in wrong(content))


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "邮件.toml").mkdir()
    with pytest.raises(settings.WrongSettings) as found:
        settings.read(tmp_path)
    assert found.value.sentences == ["邮件.toml 读不出来：同名的地方是一个文件夹。请先移走或改名这个文件夹"]


def test_a_file_that_an_editor_called_txt(tmp_path):
    (tmp_path / "邮件.toml.txt").write_text("[smtp]\n", encoding="utf-8")
    with pytest.raises(settings.WrongSettings) as wrong:
        settings.read(tmp_path)
    assert wrong.value.sentences == [
        "有“邮件.toml.txt”，没有“邮件.toml”。请把它改名为 邮件.toml（记事本另存为时，保存类型选“所有文件”）"
    ]
