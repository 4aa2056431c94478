"""`mail`: sends to each unit what `run` published for it, or shows what would be sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lianghua_batch.cli.messages import WrongUsage, say, sentence
from lianghua_batch.cli.options import FAULTY, folder_argument, format_option, period_option, root
from lianghua_batch.core import locking, os_errors, resources

if TYPE_CHECKING:
    from lianghua_batch.mail.ledger import History
    from lianghua_batch.mail.plan import Plan
    from lianghua_batch.mail.send import Round
    from lianghua_batch.mail.settings import Settings


@root.command()
@folder_argument
@period_option
@click.option("--send", is_flag=True)
@click.option("--settle", "settlements", multiple=True)
@format_option
def mail(folder: Path, period, send: bool, settlements: tuple[str, ...], output_format: str) -> None:
    """Mail to each unit what was published for it; without --send only show what would go."""
    from lianghua_batch.mail import ledger

    file = ledger.path(folder)
    with locking.exclusive(folder):
        if send or settlements:
            _require_lock(folder)
        history = _read(file)
        if settlements:
            _settle(folder, period, settlements, history, err=output_format == "json")
            history = _read(file)
        if send or not settlements:
            (_send if send else _preview)(folder, period, history, output_format)


def _failure(name: str, **facts: object) -> click.ClickException:
    """An error of schemas/messages/mail.yaml, with exit code 2."""
    return click.ClickException(resources.load("messages/mail")[name].format(**facts))


def _require_lock(folder: Path) -> None:
    """Refuse a folder that takes no lock: two could be sending at once."""
    if not locking.holds(folder):
        raise _failure("unlockable", folder=folder)


def _read(file: Path) -> "History":
    from lianghua_batch.mail import ledger

    try:
        return ledger.read(file)
    except ledger.BrokenLedger as error:
        raise _failure("broken_ledger", path=error.path, line=error.line) from None


def _unwritable(file: Path, error: OSError) -> click.ClickException:
    return _failure("unwritable_ledger", path=file, reason=os_errors.reason(error), remedy=os_errors.remedy(error))


def _settle(folder: Path, period, settlements: tuple[str, ...], history: "History", *, err: bool) -> None:
    """Note whether letters that may have been sent have arrived, as a person says."""
    from lianghua_batch.mail import confirm, ledger
    from lianghua_batch.mail.send import Clock

    try:
        entries = confirm.confirmed_entries(settlements, history, str(period) if period else None, Clock().now())
    except confirm.WrongConfirmation as error:
        raise WrongUsage(str(error)) from None
    file = ledger.path(folder)
    try:
        with ledger.writing(file) as writer:
            for entry in entries:
                writer.add(entry)
    except OSError as error:
        raise _unwritable(file, error) from None
    for entry in entries:
        say(confirm.sentence(entry), err=err)


# --- who gets what -------------------------------------------------------------------------------------------------


def _settings(folder: Path) -> "Settings | None":
    from lianghua_batch.mail import settings

    try:
        return settings.read(folder)
    except settings.WrongSettings as error:
        raise click.ClickException("\n".join(sentence("sentence", text=text) for text in error.sentences)) from None


def _plan(folder: Path, period, settings: "Settings | None", history: "History", output_format: str) -> "Plan":
    """Who gets what; ends the command with exit code 1 where 花名册 has errors."""
    from lianghua_batch.archive.publication import NothingPublished, latest_period, publication
    from lianghua_batch.cli import output
    from lianghua_batch.mail import plan
    from lianghua_batch.pipeline import process

    try:
        published = publication(folder, period or latest_period(folder))
    except NothingPublished as error:
        raise click.ClickException(sentence("sentence", text=error)) from None
    roster, problems = process.roster(folder, published.period, output.progress("reading"))
    if problems:
        _refuse(problems, output_format)
    return plan.plan(published, roster, settings, history)


def _refuse(problems, output_format: str) -> None:
    from lianghua_batch.cli import output

    if output_format == "json":
        output.print_json({"problems": [p.as_dict() for p in problems]})
    else:
        output.print_problems(problems, err=True)
    say(resources.load("messages/mail")["roster_faulty"], err=True)
    raise click.exceptions.Exit(FAULTY)


# --- before sending ------------------------------------------------------------------------------------------------


def _preview(folder: Path, period, history: "History", output_format: str) -> None:
    """Write the messages that would go into the outbox and print who would get what."""
    from lianghua_batch.cli import mail_view
    from lianghua_batch.mail import outbox, summary
    from lianghua_batch.mail.send import Clock

    settings = _settings(folder)
    plan = _plan(folder, period, settings, history, output_format)
    going = [due.letter for due in plan.due if due.to_send]
    place = outbox.write(folder, str(plan.period), going, plan.envelope, Clock().now())
    overview = summary.before(plan)
    mail_view.show_before(overview, settings, place, output_format)
    if not overview.complete:
        raise click.exceptions.Exit(FAULTY)


# --- sending -------------------------------------------------------------------------------------------------------


def _send(folder: Path, period, history: "History", output_format: str) -> None:
    """Send what has not gone yet and print what came of it."""
    from lianghua_batch.cli import mail_view
    from lianghua_batch.mail import summary
    from lianghua_batch.mail.send import Round

    settings = _settings(folder)
    if settings is None:
        raise click.ClickException(mail_view.sample_settings(folder))
    password = _password(settings)
    plan = _plan(folder, period, settings, history, output_format)
    sending = Round([due.letter for due in plan.due if due.to_send], plan.envelope, settings.pace)
    with _reporting_sent(folder, sending) as so_far:
        stopped = _stopped(folder, sending, settings, password) if sending.results else None
        so_far.append(sending.sent)
        overview = summary.after(plan, sending.results)
        mail_view.show_after(overview, settings, stopped, output_format)
    if stopped is not None:
        raise click.ClickException(stopped)
    if not overview.complete:
        raise click.exceptions.Exit(FAULTY)


def _password(settings: "Settings") -> str | None:
    """The password from the environment, where there is somebody to log in."""
    import os

    user, words = settings.server.user, resources.load("messages/mail")
    if user is None:
        return None
    variable = words["password_variable"]
    password = os.environ.get(variable)
    if not password:
        raise _failure("no_password", user=user, variable=variable)
    if not password.isascii():
        raise _failure("odd_password", variable=variable)
    return password


def _stopped(folder: Path, sending: "Round", settings: "Settings", password: str | None) -> str | None:
    """Send; return the sentence that says why it had to stop before the end, if it had to."""
    from contextlib import ExitStack

    from lianghua_batch.cli import mail_view, output
    from lianghua_batch.mail import ledger, smtp
    from lianghua_batch.mail.send import Clock

    words, file = resources.load("messages/mail"), ledger.path(folder)
    with ExitStack() as stack:
        try:
            writer = stack.enter_context(ledger.writing(file))
            writer.begin(Clock().now(), letters=len(sending.results))
        except OSError as error:
            raise _unwritable(file, error) from None
        try:
            session = smtp.SmtpSession(settings.server, password)
            sending.run(session, writer, output.progress("sending"), mail_view.print_pause)
        except smtp.Stopped as error:
            return words["stopped_line"].format(reason=error, sent=sending.sent)
        except OSError as error:
            reasons = {"reason": os_errors.reason(error), "remedy": os_errors.remedy(error)}
            return words["ledger_failed"].format(path=file, sent=sending.sent, **reasons)
    return None


@contextmanager
def _reporting_sent(folder: Path, sending: "Round") -> Iterator[list[int]]:
    """Say how many letters have been sent where sending is interrupted or cannot be shown; the list is filled when it is over."""
    from lianghua_batch.mail import ledger

    over: list[int] = []
    try:
        yield over
    except KeyboardInterrupt:
        raise _failure(
            "interrupted_after_sending" if over else "interrupted", sent=sending.sent, ledger=ledger.path(folder)
        ) from None
    except OSError as error:
        reason = os_errors.reason(error)
        raise _failure("sent_not_shown", sent=sending.sent, ledger=ledger.path(folder), reason=reason) from None
