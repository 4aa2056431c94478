"""What verifying reports: findings (something is wrong) and notes (information), each with a text in schemas/messages/archive.yaml."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lianghua_batch.archive.result_differences import ResultDifference
from lianghua_batch.core import resources

# The four properties of electronic archives (DA/T 70, 四性), in its order.
PROPERTIES = ("authenticity", "integrity", "usability", "security")


@dataclass(frozen=True)
class Finding:
    """Something wrong with a seal, or with one file in it; `numbers` are the results that differ when recomputed."""

    kind: str
    seal: str
    file: str | None
    message: str
    numbers: tuple[ResultDifference, ...] = ()

    @property
    def property(self) -> str:
        """The one of PROPERTIES that is violated."""
        return verify_messages()["findings"][self.kind]["property"]

    def as_json(self) -> dict[str, Any]:
        """The JSON object, with every number."""
        common = {"seal": self.seal, "property": self.property, "kind": self.kind, "file": self.file}
        return common | {"message": self.message, "numbers": _numbers(self.numbers)}


@dataclass(frozen=True)
class Note:
    """Information about a seal that is not an error."""

    kind: str
    seal: str
    file: str | None
    message: str
    numbers: tuple[ResultDifference, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The JSON object, with every number."""
        common = {"seal": self.seal, "kind": self.kind, "file": self.file, "message": self.message}
        return common | {"numbers": _numbers(self.numbers)}


def finding(
    kind: str, seal: str, file: str | None = None, numbers: Iterable[ResultDifference] = (), **facts: object
) -> Finding:
    """Make the finding of a kind; `facts` fill its sentence."""
    listed = tuple(numbers)
    message = verify_messages()["findings"][kind]["message"]
    return Finding(kind, seal, file, _filled(message, seal, file, listed, facts), listed)


def note(
    kind: str, seal: str, file: str | None = None, numbers: Iterable[ResultDifference] = (), **facts: object
) -> Note:
    """Make the note of a kind; `facts` fill its sentence."""
    listed = tuple(numbers)
    return Note(kind, seal, file, _filled(verify_messages()["notes"][kind], seal, file, listed, facts), listed)


def verify_messages() -> Mapping[str, Any]:
    """The texts for verifying."""
    return resources.load("messages/archive")["verify"]


def _filled(
    message: str, seal: str, file: str | None, numbers: tuple[ResultDifference, ...], facts: Mapping[str, object]
) -> str:
    return message.format_map({"seal": seal, "file": file, "count": len(numbers), **facts})


def _numbers(numbers: Iterable[ResultDifference]) -> list[dict[str, Any]]:
    return [
        {"list": n.kind, "id": n.id, "name": n.name, "what": n.what, "sealed": n.was, "recomputed": n.now}
        for n in numbers
    ]
