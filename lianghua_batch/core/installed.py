"""What the program keeps in a data folder for itself, and which program it was: what another one kept is worked out anew."""

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

from lianghua_batch import __version__
from lianghua_batch.core import resources

OWN_FOLDER = ".lianghua-batch"  # what the program keeps in a data folder for itself; safe to delete


def keep(folder: Path, name: str, text: str) -> None:
    """Keep a text for the next time, for nobody's eyes who cannot see the data folder; one that takes no file is left as it is."""
    own = folder / OWN_FOLDER
    new = own / f"{name}.{os.getpid()}"
    try:
        visible_to = folder.stat().st_mode
        own.mkdir(exist_ok=True)
        own.chmod(visible_to & 0o777)
        new.touch()
        new.chmod(visible_to & 0o666)
        new.write_text(text, encoding="ascii")
        new.replace(own / name)
    except OSError:
        return


@cache
def fingerprint() -> str:
    """Return what tells this installation from others: version, and size and time of each of its files."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for folder in (Path(__file__).parents[1], resources.folder("schemas")):
        for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.yaml"))):
            facts = path.stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
