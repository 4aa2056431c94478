"""A sealed period scored anew from its sealed forms, and where it, or today's forms, give one subject other numbers."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.archive import bags, published_reader, result_differences, unpack
from lianghua_batch.archive.seal_store import Seal, Unreadable
from lianghua_batch.core import resources
from lianghua_batch.core.problems import errors
from lianghua_batch.pipeline import process
from lianghua_batch.scoring import results
from lianghua_batch.scoring.results import Outcome


class Unexplained(Exception):
    """The scores of a sealed period cannot be explained; str() says why and what to do."""


@dataclass(frozen=True)
class SealedScores:
    """What was sealed, what the sealed forms come to now, and what today's forms come to."""

    seal: Seal
    sealed: Published
    rescored: Outcome
    today: Outcome

    def remarks(self, subject: str) -> list[str]:
        """That the seal is spoken of, and where other numbers are given: by this version, by today's forms."""
        words = resources.load("messages/explain")["sealed"]
        facts = {"period": self.seal.manifest.period, "file": self.seal.file, "date": self.seal.manifest.date}
        listed = [words["sealed"].format_map(facts)]
        if found := self.differences(subject, self.rescored):
            listed.append(words["rescored"].format(differences=_listed(found)))
        if self.today.results is None:
            return [*listed, words["errors"].format(errors=len(errors(self.today.problems)))]
        found = self.differences(subject, self.today)
        return [*listed, words["today"].format(differences=_listed(found)) if found else words["same"]]

    def differences(self, subject: str, outcome: Outcome) -> list[result_differences.ResultDifference]:
        """Where the numbers of a member or unit in an outcome are not the sealed ones."""
        found = result_differences.differences(self.sealed.results, results.as_json(outcome.results))
        return [each for each in found if each.id == subject]


def _listed(found: list[result_differences.ResultDifference]) -> str:
    words = resources.load("messages/explain")["sealed"]
    nothing = resources.load("messages/archive")["difference"]["nothing"]
    return words["separator"].join(
        words["difference"].format(what=each.what, was=each.was or nothing, now=each.now or nothing) for each in found
    )


def read(seal: Seal | Unreadable, today: Outcome) -> SealedScores:
    """Score the sealed forms; raises Unexplained where the seal cannot be read, or its forms have errors by now."""
    words = resources.load("messages/explain")["sealed"]
    sealed = published_reader.from_seal(seal)
    if isinstance(sealed, Unusable):
        raise Unexplained(str(sealed))
    try:
        with tempfile.TemporaryDirectory() as place, bags.open_bag(seal.path) as bag:
            if unpack.unpack(bag, seal.manifest.inputs, Path(place)):
                raise bags.BrokenBag(seal.file)
            rescored = process.process(Path(place), seal.manifest.period)
    except bags.BrokenBag as part:
        raise Unexplained(words["broken"].format(file=seal.file, part=part)) from None
    if rescored.results is None:
        first = errors(rescored.problems)[0]
        facts = {"file": seal.file, "period": seal.manifest.period, "first": f"{first.place} {first.message}".strip()}
        raise Unexplained(words["with_errors"].format_map(facts))
    return SealedScores(seal, sealed, rescored, today)
