"""Every difference between sealed and recomputed results, to the digit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lianghua_batch.analysis.diff import components
from lianghua_batch.analysis.rank_changes import KINDS
from lianghua_batch.core import periods, resources
from lianghua_batch.model.scores import step_label


@dataclass(frozen=True)
class ResultDifference:
    """One number, name, grade or rank of one unit or member that differs; None where a side has none."""

    kind: str
    id: str
    name: str
    what: str
    was: str | None
    now: str | None

    def __str__(self) -> str:
        words = resources.load("messages/archive")["difference"]
        sides = (words["nothing"] if side is None else side for side in (self.was, self.now))
        kind = resources.load("messages/compare")["kinds"][self.kind]["label"] if self.kind in KINDS else ""
        subject = words["subject"].format(kind=kind, id=self.id, name=self.name) if self.id else ""
        return words["sentence"].format(
            subject=subject, what=self.what, **dict(zip(("was", "now"), sides, strict=True))
        )


def differences(sealed: Mapping[str, Any], now: Mapping[str, Any]) -> list[ResultDifference]:
    """Compare two parsed results.json, whichever version of the program wrote them, in the order of their lists."""
    found = [
        ResultDifference(
            "",
            "",
            "",
            resources.load("messages/archive")["difference"]["heads"][name],
            str(sealed.get(name)),
            str(now.get(name)),
        )
        for name in ("period", "scheme")
        if sealed.get(name) != now.get(name)
    ]
    kind_of_period = periods.parse(sealed["period"]).kind
    for kind in KINDS:
        was, then = ({row["id"]: row for row in results.get(kind, ())} for results in (sealed, now))
        labels = _labels(kind, kind_of_period)
        for code in {**was, **then}:
            found += _row_differences(kind, was.get(code), then.get(code), labels)
    return found


def first_few(found: Sequence[ResultDifference]) -> str:
    """The first few as a sentence, with the total count."""
    words = resources.load("messages/archive")["difference"]
    text = words["separator"].join(map(str, found[: words["most"]]))
    return text if len(found) <= words["most"] else words["more"].format(listed=text, count=len(found))


def _labels(kind: str, kind_of_period: str) -> dict[str, str]:
    steps = components.row_steps(kind, kind_of_period)
    return {
        **resources.load("messages/archive")["difference"]["keys"],
        **{name: step_label(step) for name, step in steps.items()},
    }


def _row_differences(
    kind: str, was: Mapping[str, Any] | None, now: Mapping[str, Any] | None, labels: Mapping[str, str]
) -> Iterator[ResultDifference]:
    words = resources.load("messages/archive")["difference"]
    row = was or now
    if was is None or now is None:
        sides = (words["there"] if side is not None else None for side in (was, now))
        yield ResultDifference(kind, row["id"], row["name"], words["listed"], *sides)
        return
    for name in {**was, **now}:
        label = labels.get(name, name)
        before, after = was.get(name), now.get(name)
        if isinstance(before, dict) or isinstance(after, dict):
            before, after = before or {}, after or {}
            for key in {**before, **after}:
                if before.get(key) != after.get(key):
                    what = words["of_several"].format(label=label, key=key)
                    yield ResultDifference(
                        kind, row["id"], row["name"], what, _text(before.get(key)), _text(after.get(key))
                    )
        elif before != after:
            yield ResultDifference(kind, row["id"], row["name"], label, _text(before), _text(after))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def count_values(results: Mapping[str, Any]) -> int:
    """The count of numbers, names, grades and ranks in a results.json."""
    rows = [row for kind in KINDS for row in results.get(kind, ())]
    values = (value for row in rows for value in row.values())
    return sum(len(value) if isinstance(value, dict) else value is not None for value in values)
