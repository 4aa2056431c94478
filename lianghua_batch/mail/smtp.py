"""SMTP, step by step, so that it is known of every message whether it was sent, was not, or may have been.

A message is announced (MAIL, RCPT, DATA) and then handed over. If the connection breaks before the end of its content is
sent, the server has nothing to deliver. After that only its answer decides.
"""

import base64
import errno
import re
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import NoReturn

from lianghua_batch.core import os_errors, resources
from lianghua_batch.mail import sanitise
from lianghua_batch.mail.settings import SMTPS, STARTTLS, Server

_DOT = re.compile(rb"(?m)^\.")
_UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)
_CLOSED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError, smtplib.SMTPException)
_CLOSING, _GO_ON = 421, 354  # the server closes the connection; it waits for the content

_FAREWELL = 5.0  # seconds for QUIT: all messages are done by then


class AnswerKind(Enum):
    """The outcome of a step."""

    GO_ON = auto()  # the server waits for the content
    ACCEPTED = auto()
    REFUSED = auto()  # for good
    LATER = auto()  # not now
    LOST = auto()  # the connection broke before the whole content was out: surely not sent
    UNKNOWN = auto()  # it broke afterwards


@dataclass(frozen=True)
class Answer:
    """The outcome of a step, and the server's reply, made harmless."""

    kind: AnswerKind
    reply: str = ""


class Stopped(Exception):
    """No more can be sent; str() says why and what to do, without a full stop."""


class ServerUnavailable(Exception):
    """The server is unavailable at the moment: `reply` says why in a word, str() in a sentence with what to do.

    `answered`: a server is there and said so itself.
    """

    def __init__(self, reply: str, sentence: str, *, answered: bool) -> None:
        super().__init__(sentence)
        self.reply, self.answered = reply, answered


class SmtpSession:
    """A connection to the mail server, opened when needed; never unencrypted where the settings ask for TLS."""

    def __init__(self, server: Server, password: str | None = None) -> None:
        self._server, self._password = server, password
        self._smtp: smtplib.SMTP | None = None
        self._unfinished = False  # the server still has an open transaction
        self.used = False  # whether the server has accepted a sender on this connection

    @property
    def is_open(self) -> bool:
        return self._smtp is not None

    def open(self) -> None:
        """Connect, start TLS and log in, unless connected; raises Stopped where trying again is no use, else ServerUnavailable."""
        if self._smtp is not None:
            return
        try:
            self._smtp = self._connected()
            self._secure()
            self._log_in()
        except (Stopped, ServerUnavailable):
            self.drop()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            self._explain(error)
        except BaseException:
            self.drop()
            raise
        self.used = self._unfinished = False

    def announce(self, sender: str, recipient: str) -> Answer:
        """Announce sender and recipient, up to the server's permission to send the content; raises Stopped for a refused sender."""
        try:
            return self._announced(sender, recipient)
        except (OSError, smtplib.SMTPException):
            self.drop()
            return Answer(AnswerKind.LOST, _words()["lost"])

    def hand_over(self, content: bytes) -> Answer:
        """Send the content that the server waits for and return its answer."""
        stuffed = _DOT.sub(b"..", content)
        stuffed += b"" if stuffed.endswith(b"\r\n") else b"\r\n"
        self._unfinished = False
        whole = self._sent(stuffed + b".\r\n")
        try:
            code, text = self._smtp.getreply()
        except (OSError, smtplib.SMTPException):
            self.drop()
            return (
                Answer(AnswerKind.UNKNOWN, _words()["no_answer"])
                if whole
                else Answer(AnswerKind.LOST, _words()["lost"])
            )
        answer = self._answer(code, text, AnswerKind.ACCEPTED)
        if not whole:
            self.drop()
        absurd = answer.kind is AnswerKind.LOST or (answer.kind is AnswerKind.ACCEPTED and not whole)
        return Answer(AnswerKind.UNKNOWN, answer.reply) if absurd else answer

    def _sent(self, content: bytes) -> bool:
        """Whether the whole content was sent; without its end the server has nothing to deliver, but may say why."""
        try:
            self._smtp.sock.sendall(content)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Say QUIT and close, if connected."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                if self._smtp.sock is not None:
                    self._smtp.sock.settimeout(_FAREWELL)
                self._smtp.docmd("QUIT")
        self.drop()

    def drop(self) -> None:
        """Close the connection without QUIT: the server discards an incomplete message."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError):
                smtp.close()

    def busy_sentence(self, attempts: int, reply: str) -> str:
        """The sentence for a server that was unavailable so many times."""
        return self._sentence("busy", attempts=attempts, reply=reply)

    def silent_sentence(self, messages: int) -> str:
        """The sentence for a server that did not answer so many messages in a row."""
        return self._sentence("silent", messages=messages)

    # --- opening ---------------------------------------------------------------------------------------------------

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        how = {"local_hostname": _own_name(), "timeout": server.timeout}
        try:
            if server.security == SMTPS:
                return smtplib.SMTP_SSL(server.host, server.port, **how, context=self._context())
            return smtplib.SMTP(server.host, server.port, **how)
        except smtplib.SMTPConnectError as error:
            self._refused("greeting", error.smtp_code, error.smtp_error)

    def _context(self) -> ssl.SSLContext:
        ca_file = self._server.ca_file
        return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))

    def _secure(self) -> None:
        if self._server.security != STARTTLS:
            return
        self._hello()
        if not self._smtp.has_extn("starttls"):
            raise Stopped(self._sentence("no_starttls"))
        try:
            self._smtp.starttls(context=self._context())
        except smtplib.SMTPResponseException as error:
            self._refused("no_starttls", error.smtp_code, error.smtp_error)

    def _hello(self) -> None:
        try:
            self._smtp.ehlo_or_helo_if_needed()
        except smtplib.SMTPResponseException as error:
            self._refused("greeting", error.smtp_code, error.smtp_error)

    def _log_in(self) -> None:
        self._hello()
        user = self._server.user
        if user is None:
            return
        try:
            self._smtp.login(user, self._password)
        except smtplib.SMTPAuthenticationError as error:
            self._refused("auth", error.smtp_code, error.smtp_error, user=user)
        except smtplib.SMTPServerDisconnected:
            raise
        except (smtplib.SMTPException, ValueError):  # ValueError: a challenge that is no base64
            raise Stopped(self._sentence("no_auth")) from None

    def _refused(self, why: str, code: int, text: bytes | str, **facts: object) -> NoReturn:
        """Raise the exception for a refused connection: 4xx is temporary, 5xx permanent."""
        reply = self._reply(code, text)
        if 400 <= code < 500:
            raise ServerUnavailable(reply, self._sentence("greeting", reply=reply), answered=True) from None
        raise Stopped(self._sentence(why if 500 <= code < 600 else "not_smtp", reply=reply, **facts)) from None

    def _explain(self, error: OSError | smtplib.SMTPException) -> NoReturn:
        """Raise the exception for a failed connection: wrong certificates are permanent, network errors temporary."""
        words = _words()
        if isinstance(error, ssl.SSLCertVerificationError):
            reasons = words["certificates"]
            reason = reasons.get(
                error.verify_code, reasons["other"].format(text=sanitise.harmless(error.verify_message))
            )
            raise Stopped(self._sentence("certificate", reason=reason)) from None
        if isinstance(error, ssl.SSLError) and not isinstance(error, _CLOSED):
            raise Stopped(self._sentence("tls", reason=sanitise.harmless(error.reason or str(error)))) from None
        # smtplib reports a timeout or refusal during a conversation as a disconnection.
        cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else error
        if isinstance(cause, socket.gaierror):
            sentence = self._sentence("unknown_host")
        elif isinstance(cause, ConnectionRefusedError):
            sentence = self._sentence("refused")
        elif isinstance(cause, TimeoutError):
            sentence = self._sentence("late", timeout=self._server.timeout)
        elif cause is None or isinstance(cause, _CLOSED):
            sentence = self._sentence("closed")
        else:
            unreachable = cause.errno in _UNREACHABLE
            reason = words["unreachable"] if unreachable else sanitise.harmless(os_errors.reason(cause))
            sentence = self._sentence("network", reason=reason)
        raise ServerUnavailable(words["lost"], sentence, answered=False) from None

    # --- one message -----------------------------------------------------------------------------------------------

    def _announced(self, sender: str, recipient: str) -> Answer:
        smtp = self._smtp
        if self._unfinished:
            smtp.rset()
        self._unfinished = True
        code, text = smtp.mail(sender)
        if 500 <= code < 600:
            raise Stopped(self._sentence("sender", address=sender, reply=self._reply(code, text)))
        answer = self._answer(code, text, AnswerKind.ACCEPTED)
        if answer.kind is AnswerKind.ACCEPTED:
            self.used = True
            answer = self._answer(*smtp.rcpt(recipient), AnswerKind.ACCEPTED)
        if answer.kind is AnswerKind.ACCEPTED:
            answer = self._answer(*smtp.docmd("DATA"), AnswerKind.GO_ON)
        return answer

    def _answer(self, code: int, text: bytes, good: AnswerKind) -> Answer:
        """The outcome of a reply; an unexpected one ends the connection."""
        reply = self._reply(code, text)
        if code == _CLOSING:
            self.drop()
        if code == _GO_ON if good is AnswerKind.GO_ON else 200 <= code < 300:
            return Answer(good, reply)
        if 400 <= code < 500:
            return Answer(AnswerKind.LATER, reply)
        if 500 <= code < 600:
            return Answer(AnswerKind.REFUSED, reply)
        self.drop()
        return Answer(AnswerKind.LOST, _words()["odd_answer"])

    # --- words -----------------------------------------------------------------------------------------------------

    def _sentence(self, why: str, **facts: object) -> str:
        server = self._server
        return _words()["stopped"][why].format(host=server.host, port=server.port, **facts)

    def _reply(self, code: int, text: bytes | str) -> str:
        """A server's reply without the password, in any form in which it may be echoed."""
        if not self._password:
            return sanitise.reply(code, text)
        user = self._server.user or ""
        forms = (f"\0{user}\0{self._password}", self._password)  # the longer one, which may hold the other, first
        encoded = (base64.b64encode(form.encode("utf-8")).decode("ascii") for form in forms)
        return sanitise.reply(code, text, (*encoded, self._password))


def _words():
    return resources.load("messages/mail")


def _own_name() -> str:
    """This computer's name for EHLO: its full name where servers accept it, else an address."""
    name = socket.gethostname()
    return name if name.isascii() and re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name) else "[127.0.0.1]"
