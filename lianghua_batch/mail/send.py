"""A round of sending: every letter in turn, at the settings' pace, recorded in the ledger before and after."""

import datetime as dt
import heapq
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lianghua_batch.core import signals
from lianghua_batch.mail import ledger, messages
from lianghua_batch.mail.ledger import LedgerEntry, LedgerWriter
from lianghua_batch.mail.messages import Envelope, Letter
from lianghua_batch.mail.settings import Pace
from lianghua_batch.mail.smtp import Answer, AnswerKind, ServerUnavailable, SmtpSession, Stopped


class Clock:
    """The system's clock; tests give another with the same methods."""

    def now(self) -> dt.datetime:
        """The time of day, with its zone."""
        return dt.datetime.now().astimezone()

    def seconds(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Wait so many seconds."""
        time.sleep(seconds)


WAITING, SENT, REFUSED, DEFERRED, UNCERTAIN = "waiting", "sent_now", "refused", "deferred", "uncertain"
_MINUTE = 60.0
_AT_ONCE = -math.inf  # before anything that waits for a second attempt
_MOST_UNKNOWN = 3  # in a row: letters without an answer must be confirmed by hand, so stop early
_LEAVE = 30.0  # seconds; before a longer pause the connection is closed, as the server would do
_STATES = {
    AnswerKind.ACCEPTED: (SENT, ledger.SENT),
    AnswerKind.REFUSED: (REFUSED, ledger.REFUSED),
    AnswerKind.LATER: (DEFERRED, ledger.DEFERRED),
    AnswerKind.LOST: (DEFERRED, ledger.DEFERRED),
    AnswerKind.UNKNOWN: (UNCERTAIN, None),
}

Progress = Callable[[int, int], None]
PauseNotice = Callable[[float], None]


@dataclass(frozen=True)
class Result:
    """The state of a letter in this round, and the server's reply."""

    letter: Letter
    state: str = WAITING
    reply: str = ""


class Round:
    """One round; `results` has the state of each letter at any time, however the round ends."""

    def __init__(self, due: Iterable[Letter], envelope: Envelope, pace: Pace, clock: Clock | None = None) -> None:
        self.results = {letter.key: Result(letter) for letter in due}
        self._envelope, self._pace, self._clock = envelope, pace, clock or Clock()
        self._next = _AT_ONCE  # no message starts before that second
        self._reached = False  # whether the server was reached once

    @property
    def sent(self) -> int:
        """How many letters the server has accepted."""
        return sum(result.state == SENT for result in self.results.values())

    def run(
        self,
        session: SmtpSession,
        writer: LedgerWriter,
        progress: Progress | None = None,
        on_pause: PauseNotice | None = None,
    ) -> None:
        """Send the letters. `progress` is called with how many are done of how many, `on_pause` with the seconds of a long pause.

        Raises smtp.Stopped where no more can be sent, OSError where the ledger cannot be written; KeyboardInterrupt comes
        between two messages, never between a message and its line.
        """
        try:
            self._run(session, writer, progress, on_pause)
        except BaseException:
            session.drop()  # without QUIT: the server may be waiting for a message's content
            raise
        session.close()

    def _run(
        self, session: SmtpSession, writer: LedgerWriter, progress: Progress | None, on_pause: PauseNotice | None
    ) -> None:
        queue = [(_AT_ONCE, number, 1, result.letter) for number, result in enumerate(self.results.values())]
        whole, unknown = len(queue), 0
        while queue:
            not_before, number, attempt, letter = heapq.heappop(queue)
            self._wait_until(max(not_before, self._next), session, on_pause)
            self._next = self._clock.seconds() + _MINUTE / self._pace.per_minute
            answer = self._attempt(letter, session, writer, on_pause)
            unknown = unknown + 1 if answer.kind is AnswerKind.UNKNOWN else 0
            if unknown == _MOST_UNKNOWN:
                raise Stopped(session.silent_sentence(unknown))
            if answer.kind in (AnswerKind.LATER, AnswerKind.LOST) and attempt < self._pace.attempts:
                again = self._clock.seconds() + self._backoff(attempt)
                heapq.heappush(queue, (again, number, attempt + 1, letter))
            elif progress is not None:
                progress(whole - len(queue), whole)

    def _backoff(self, attempt: int) -> float:
        """Seconds to wait after an attempt, doubled each time."""
        return self._pace.backoff_seconds * 2.0 ** (attempt - 1)

    def _wait_until(self, second: float, session: SmtpSession, on_pause: PauseNotice | None) -> None:
        seconds = second - self._clock.seconds()
        if seconds > _LEAVE:
            session.close()
        self._pause(seconds, on_pause)

    def _pause(self, seconds: float, on_pause: PauseNotice | None) -> None:
        if seconds > 0:
            if on_pause is not None and seconds > _LEAVE:
                on_pause(seconds)
            self._clock.pause(seconds)

    def _attempt(
        self, letter: Letter, session: SmtpSession, writer: LedgerWriter, on_pause: PauseNotice | None
    ) -> Answer:
        """Try one letter once."""
        content = messages.as_bytes(letter, self._envelope, self._clock.now())
        answer = self._announced(letter, session, on_pause)
        # An interrupt waits until the message's outcome is known and written.
        with signals.held_back():
            if answer.kind is AnswerKind.GO_ON:
                writer.add(self._entry(letter, ledger.SENDING))
                self._record(letter, Answer(AnswerKind.UNKNOWN))
                answer = session.hand_over(content)
            _, line = _STATES[answer.kind]
            if line is not None:
                writer.add(self._entry(letter, line, answer.reply))
            self._record(letter, answer)
        return answer

    def _announced(self, letter: Letter, session: SmtpSession, on_pause: PauseNotice | None) -> Answer:
        """Announce a letter; a connection that the server has closed since the letter before is opened anew, once."""
        address = self._envelope.sender.address
        self._open(session, on_pause)
        used = session.used
        answer = session.announce(address, letter.address)
        if used and not session.is_open:
            self._open(session, on_pause)
            answer = session.announce(address, letter.address)
        return answer

    def _open(self, session: SmtpSession, on_pause: PauseNotice | None) -> None:
        """Open the connection; a server that was reached before, or that answers that it is busy, is tried again."""
        for attempt in range(1, self._pace.attempts + 1):
            try:
                session.open()
            except ServerUnavailable as error:
                if not (error.answered or self._reached):
                    raise Stopped(str(error)) from None
                if attempt == self._pace.attempts:
                    raise Stopped(session.busy_sentence(attempt, error.reply)) from None
                self._pause(self._backoff(attempt), on_pause)
            else:
                self._reached = True
                return

    def _record(self, letter: Letter, answer: Answer) -> None:
        self.results[letter.key] = Result(letter, _STATES[answer.kind][0], answer.reply)

    def _entry(self, letter: Letter, state: str, reply: str = "") -> LedgerEntry:
        return LedgerEntry(
            state=state,
            time=self._clock.now().isoformat(timespec="seconds"),
            key=letter.key,
            period=letter.period,
            unit=letter.unit,
            name=letter.name,
            address=letter.address,
            message_id=messages.message_id(letter, self._envelope),
            reply=reply,
            sha256=letter.attachment.sha256,
        )
