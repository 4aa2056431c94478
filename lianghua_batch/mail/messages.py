"""A letter: what goes to one address about one unit and period, its key in the ledger, and its bytes as sent."""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy, utils
from email.message import EmailMessage
from email.mime.application import MIMEApplication

from lianghua_batch.core import file_names
from lianghua_batch.mail import sanitise
from lianghua_batch.mail.settings import RFC2047, Sender

_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SUFFIX = ".xlsx"
_POLICY = policy.SMTP.clone(refold_source="none")  # headers that are folded already are left alone
_ENCODED_BYTES = 36  # in UTF-8, of one encoded word: with the header's name it stays within a line of 78


@dataclass(frozen=True)
class Text:
    """A message's text; `html` has the same content as `plain`."""

    subject: str
    plain: str
    html: str


@dataclass(frozen=True)
class Attachment:
    """A workbook: the attachment's name, and its bytes."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Envelope:
    """What all letters of a round have in common."""

    sender: Sender
    reply_to: str | None
    attachment_names: str


@dataclass(frozen=True)
class Letter:
    """One message to one address; `unit` is a code, "" for the whole county, `name` its name."""

    period: str
    unit: str
    name: str
    address: str
    text: Text
    attachment: Attachment
    key: str


def key(period: str, unit: str, address: str, book: Attachment, after: str = "") -> str:
    """Return a letter's key in the ledger: equal for equal content to the same address, else different.

    `after` is the key of other content sent there in between, where earlier content has to be sent again.
    """
    identity = [period, unit, address.lower(), book.sha256, *filter(None, [after])]
    return hashlib.sha256(json.dumps(identity, ensure_ascii=False).encode("utf-8")).hexdigest()


def attachment_name(path: str) -> str:
    """Return the name under which a workbook is attached: a file's name that every system takes."""
    return file_names.safe(sanitise.harmless(path.rpartition("/")[2].removesuffix(_SUFFIX)), _SUFFIX)


def message_id(letter: Letter, envelope: Envelope) -> str:
    """Return the Message-ID: the same when a letter is sent again, so that a recipient sees it once."""
    return f"<{letter.key[:40]}@{envelope.sender.address.rpartition('@')[2]}>"


def as_bytes(letter: Letter, envelope: Envelope, now: dt.datetime) -> bytes:
    """Return a letter as it is sent: ASCII, with CRLF line ends and no line too long."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = _from(envelope.sender)
    message["To"] = letter.address
    if envelope.reply_to:
        message["Reply-To"] = envelope.reply_to
    message["Subject"] = letter.text.subject
    message["Date"] = utils.format_datetime(now)
    message["Message-ID"] = message_id(letter, envelope)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text.plain, cte="base64")
    message.add_alternative(letter.text.html, subtype="html", cte="base64")
    if envelope.attachment_names == RFC2047:
        message.make_mixed()
        message.attach(_with_encoded_words(letter.attachment))
    else:
        message.add_attachment(
            letter.attachment.content, maintype="application", subtype=_XLSX, filename=letter.attachment.name
        )
    return message.as_bytes()


def _from(sender: Sender) -> str:
    return f"{sender.name} <{sender.address}>" if sender.name else sender.address


def _with_encoded_words(attachment: Attachment) -> MIMEApplication:
    """The attachment for old mail programs: its name in encoded words, which the newer policy would rewrite."""
    part = MIMEApplication(attachment.content, _XLSX, policy=policy.compat32)
    name = "\r\n ".join(_encoded_words(attachment.name))
    part.replace_header("Content-Type", f'application/{_XLSX};\r\n name="{name}"')
    part["Content-Disposition"] = f'attachment;\r\n filename="{name}"'
    return part


def _encoded_words(text: str) -> Iterator[str]:
    """RFC 2047: pieces of a text, none cut within a character."""
    piece = b""
    for character in text:
        more = character.encode("utf-8")
        if len(piece) + len(more) > _ENCODED_BYTES:
            yield _encoded_word(piece)
            piece = b""
        piece += more
    yield _encoded_word(piece)


def _encoded_word(piece: bytes) -> str:
    return f"=?utf-8?B?{base64.b64encode(piece).decode('ascii')}?="
