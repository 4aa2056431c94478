"""`templates`: the forms that are due, for people to fill."""

import datetime as dt
from pathlib import Path

import click

from lianghua_batch.cli.messages import listed, say, sentence
from lianghua_batch.cli.options import FAULTY, PeriodType, folder_argument, root


@root.command()
@folder_argument
@click.option("--period", type=PeriodType())
@click.option("--form", "form")
@click.option("--unit")
def templates(folder: Path, period, form: str | None, unit: str | None) -> None:
    """Write the forms that are due, pre-filled, one workbook a unit."""
    from lianghua_batch import forms
    from lianghua_batch.cli import output
    from lianghua_batch.core import periods

    today = dt.date.today()
    period = period or periods.Period(today.year, periods.MONTH, today.month)
    result = forms.due(folder, period, _form_named(form), unit, output.progress("making_forms"))
    if result.problems:
        output.print_problems(result.problems, err=True)
        raise click.exceptions.Exit(FAULTY)
    for path in result.written:
        say(sentence("made", path=path))
    for path in result.skipped:
        say(sentence("skipped", path=path), err=True)
    if not result.written and not result.skipped:
        say(sentence("nothing_due", period=period))


def _form_named(label: str | None) -> str | None:
    """The identifier of a form by its 表种."""
    from lianghua_batch.core.form_definitions import definitions

    if label is None:
        return None
    for form in definitions().values():
        if label in (form.label, form.name):
            return form.name
    known = listed(form.label for form in definitions().values())
    raise click.BadParameter(sentence("no_form", value=label, forms=known), param_hint="--form")
