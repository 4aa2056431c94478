"""What goes into a seal: a period's forms, results, the earlier results that it is compared with, and the rules in force."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.published import Published
from lianghua_batch.archive import manifests, seal_names
from lianghua_batch.archive.inputs import FormFiles
from lianghua_batch.archive.manifests import SealedFile
from lianghua_batch.core import resources
from lianghua_batch.scoring.results import Outcome


class FormAltered(Exception):
    """A form was changed while its period was being scored; str() names it."""


@dataclass(frozen=True)
class Contents:
    """The sealed files of each kind, and their bytes by path in the bag's data/."""

    inputs: tuple[SealedFile, ...]
    outputs: tuple[SealedFile, ...]
    earlier: tuple[SealedFile, ...]
    rules: tuple[SealedFile, ...]
    stored: Mapping[str, bytes]

    def payload(self, manifest: manifests.Manifest) -> Iterator[tuple[str, bytes]]:
        """Everything in the bag's data/, 归档清单 included, by name."""
        text = manifests.as_text(manifest).encode("utf-8")
        yield from sorted({**self.stored, seal_names.place_in_bag("manifest"): text}.items())


def gather(outcome: Outcome, files: FormFiles, earlier: Earlier, outputs: Mapping[str, Path]) -> Contents:
    """Gather what is sealed of a period that was scored from `files`; `outputs` are its published files by their place there.

    Raises Altered where a form is not what it was before it was scored, OSError where one cannot be read.
    """
    stored: dict[str, bytes] = {}

    def keep(kind: str, found: Iterator[tuple[str, bytes]]) -> tuple[SealedFile, ...]:
        return tuple(_sealed_file(kind, name, content, stored) for name, content in found)

    return Contents(
        inputs=keep("inputs", _forms(outcome, files)),
        outputs=keep("outputs", ((name, path.read_bytes()) for name, path in sorted(outputs.items()))),
        earlier=keep("earlier", _earlier_results(earlier)),
        rules=keep("rules", rules()),
        stored=stored,
    )


def _sealed_file(kind: str, name: str, content: bytes, stored: dict[str, bytes]) -> SealedFile:
    where, number = seal_names.place_in_bag(kind, name), 1
    while where in stored:  # two names that differ only in a character that a bag's lists cannot hold
        number += 1
        where = seal_names.place_in_bag(kind, f"{number}/{name}")
    stored[where] = content
    return SealedFile(name, where, hashlib.sha256(content).hexdigest(), len(content))


def _forms(outcome: Outcome, files: FormFiles) -> Iterator[tuple[str, bytes]]:
    for name in sorted(outcome.inputs):
        if name not in files.codes:  # added after the others were read
            raise FormAltered(name)
        content = files.paths[name].read_bytes()
        if hashlib.sha256(content).hexdigest() != files.codes[name]:
            raise FormAltered(name)
        yield name, content


def _earlier_results(earlier: Earlier) -> Iterator[tuple[str, bytes]]:
    """The earlier results that the period was compared with, as `run` wrote them."""
    words = resources.load("reading")
    for period, found in sorted(earlier.items()):
        if isinstance(found, Published):
            documents = {words["results_name"]: found.results, words["basis_name"]: found.audit_trail}
            for name, value in documents.items():
                if value is not None:
                    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
                    yield f"{period}/{name}", text.encode("utf-8")


def rules() -> Iterator[tuple[str, bytes]]:
    """Every definition in schemas/: with the forms, what a seal's numbers depend on."""
    schemas = resources.folder("schemas")
    found = {path.relative_to(schemas).as_posix(): path for path in schemas.rglob("*.yaml")}
    for name, path in sorted(found.items()):
        yield name, path.read_bytes().replace(b"\r\n", b"\n")


def rules_code(rules: Mapping[str, bytes]) -> str:
    """The check code of a whole set of rules: sha-256 over the list of their files."""
    listed = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(rules.items()))
    return hashlib.sha256("".join(listed).encode("utf-8", "surrogatepass")).hexdigest()
