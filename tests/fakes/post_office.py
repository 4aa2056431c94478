"""A real mail server for tests: it takes what it is sent, and at chosen steps answers as told or breaks off."""

import asyncio
import email
import random
import socket
import ssl
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult

# Instead of an answer: the connection breaks off. At CONTENT it breaks off when the message is taken, but not answered.
BREAK = "break"
# The steps of a message. GREETING is before the first one; MIDDLE is within the content, where the server then breaks off,
# CONTENT after it.
GREETING, MAIL, RCPT, DATA, MIDDLE, CONTENT = "GREETING", "MAIL", "RCPT", "DATA", "MIDDLE", "CONTENT"


@dataclass(frozen=True)
class Received:
    """A message that the server has taken, and from whom and to whom it was said to go."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def address(self) -> str:
        (address,) = self.recipients
        return address

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=policy.default)


class PostOffice:
    """What the server does: `told[step]` are the answers still to be given, `everyone`'s or one address's; then it takes all."""

    def __init__(self, users: dict[str, str] | None = None) -> None:
        self.received: list[Received] = []
        self.commands: list[str] = []
        self.connections = 0
        self.port = 0
        self.slow = 0.0  # seconds, at most, before each answer
        self.at_content = lambda: None  # done when a message is whole, before the answer
        self._told: dict[tuple[str, str], list[str | None]] = defaultdict(list)
        self._users = users

    @property
    def addresses(self) -> list[str]:
        """To whom messages were taken, one an entry."""
        return [received.address for received in self.received]

    def says(self, step: str, *answers: str | None, to: str = "everyone") -> None:
        """Give these answers, one each time, at a step; to one address, or to everyone. None is the usual one."""
        self._told[step, to] += answers

    def answer(self, step: str, address: str = "") -> str | None:
        """The next answer at a step; None where nothing else was told."""
        for whom in (address, "everyone"):
            if self._told[step, whom]:
                return self._told[step, whom].pop(0)
        return None

    def knows(self, server, session, envelope, mechanism, credentials) -> AuthResult:
        """Whether somebody may log in."""
        user, password = credentials.login.decode(), credentials.password.decode()
        return AuthResult(success=self._users.get(user) == password, handled=False)


class _Counter(SMTP):
    """One connection to the server."""

    def __init__(self, office: PostOffice, **options) -> None:
        with warnings.catch_warnings():  # of passwords in the clear: nobody else hears them here
            warnings.simplefilter("ignore")
            super().__init__(self, **options)
        self._office = office
        office.connections += 1

    async def push(self, status) -> None:
        if isinstance(status, str) and status.startswith("220 ") and self._office.commands[-1:] != ["STARTTLS"]:
            answer = self._office.answer(GREETING)
            if answer is not None:
                await self._give(answer)
                self.transport.close()
                return
        await super().push(status)

    async def _give(self, answer: str) -> None:
        if answer == BREAK:
            self.transport.abort()
            return
        await super().push(answer)
        if answer.startswith("421"):
            self.transport.close()

    async def _told(self, step: str, address: str = "") -> bool:
        """Whether something else was told for this step, which is done now."""
        self._office.commands.append(step)
        if self._office.slow:
            await asyncio.sleep(random.uniform(0, self._office.slow))
        answer = self._office.answer(step, address)
        if answer is not None:
            await self._give(answer)
        return answer is not None

    @property
    def _recipient(self) -> str:
        return (self.envelope.rcpt_tos or [""])[0] if self.envelope else ""

    async def smtp_STARTTLS(self, arg) -> None:
        self._office.commands.append("STARTTLS")
        await super().smtp_STARTTLS(arg)

    async def smtp_MAIL(self, arg) -> None:
        if not await self._told(MAIL):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg) -> None:
        if not await self._told(RCPT, arg.partition("<")[2].partition(">")[0]):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg) -> None:
        if await self._told(DATA, self._recipient):
            return
        answer = self._office.answer(MIDDLE, self._recipient)
        if answer is not None:
            await super().push("354 go on")
            await self._reader.readuntil(b"\r\n")
            if answer != BREAK:
                await super().push(answer)
            self.transport.abort()
            raise asyncio.CancelledError  # the rest of the content is not taken for commands
        await super().smtp_DATA(arg)

    async def handle_DATA(self, server, session, envelope) -> str:
        """The message is whole: it is taken, unless something else was told."""
        answer = self._office.answer(CONTENT, self._recipient)
        self._office.commands.append(CONTENT)
        self._office.at_content()
        if answer is None or answer == BREAK:
            taken = Received(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content)
            self._office.received.append(taken)
        if self._office.slow:
            await asyncio.sleep(random.uniform(0, self._office.slow))
        if answer == BREAK:
            self.transport.abort()
        return answer if answer not in (None, BREAK) else "250 taken"


@contextmanager
def recited(*answers: bytes) -> Iterator[int]:
    """A server that says these one after another, each but the first after a line of the client's, and hangs up; its port."""

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection, connection.makefile("rb") as lines:
                for answer in answers:
                    connection.sendall(answer)
                    lines.readline()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(5)


@contextmanager
def post_office(
    *,
    starttls: ssl.SSLContext | None = None,
    smtps: ssl.SSLContext | None = None,
    users: dict[str, str] | None = None,
) -> Iterator[PostOffice]:
    """A mail server on a port of its own, in a thread: plain, or with a certificate for STARTTLS or SMTPS."""
    office = PostOffice(users)
    options = {"hostname": "mail.test", "tls_context": starttls, "data_size_limit": None}
    if users is not None:
        options |= {"authenticator": office.knows, "auth_required": True, "auth_require_tls": starttls is not None}
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # connections that broke off are what is tested

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()

    server = loop.run_until_complete(
        loop.create_server(lambda: _Counter(office, loop=loop, **options), "127.0.0.1", 0, ssl=smtps)
    )
    office.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield office
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _closed(server) -> None:
    """Let go of all connections."""
    server.close()
    mine = asyncio.current_task()
    tasks = [task for task in asyncio.all_tasks() if task is not mine]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)


def settings(
    port: int, *, security: str = "none", user: str = "", ca_file: str = "", more: str = "", host: str = "localhost"
) -> str:
    """A 邮件.toml for a server here, with a pace that keeps nobody waiting."""
    smtp = [f'host = "{host}"', f"port = {port}", f'security = "{security}"', "timeout = 5"]
    smtp += [f'user = "{user}"'] if user else []
    smtp += [f'ca_file = "{ca_file}"'] if ca_file else []
    return "\n".join(
        (
            "[smtp]",
            *smtp,
            "[message]",
            'from = "县直机关工委 <jggw@example.cn>"',
            'contact = "张老师，0476-0000000"',
            "[operators]",
            'to = ["lead@example.cn"]',
            "[pace]",
            "per_minute = 6000",
            "attempts = 3",
            "backoff_seconds = 0",
            more,
        )
    )
