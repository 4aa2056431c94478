"""输出/邮件/<期间>/: the messages that would go, as .eml files that any mail program opens; earlier ones are replaced."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from lianghua_batch.core import atomic_files, file_names, resources
from lianghua_batch.mail import messages
from lianghua_batch.mail.messages import Envelope, Letter

_SUFFIX = ".eml"


def write(folder: Path, period: str, due: Sequence[Letter], envelope: Envelope, now: dt.datetime) -> Path:
    """Write the messages of a period into the outbox of a data folder and return their folder; raises OSError.

    Without messages the folder does not exist afterwards.
    """
    words = resources.load("reading")
    out = folder / words["output_folder"] / words["mail_outbox_folder"]
    names = file_names.distinct((f"{letter.unit or letter.name}_{letter.address}" for letter in due), _SUFFIX)
    with atomic_files.replacement(out, whole=[period], durable=False) as staging:
        (staging / period).mkdir()
        for name, letter in zip(names, due, strict=True):
            (staging / period / name).write_bytes(messages.as_bytes(letter, envelope, now))
    return out / period
