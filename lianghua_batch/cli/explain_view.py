"""A score's tree on a terminal or in a file, and as data.

The numbers stand before the tree: in a Chinese console or font its lines are as wide as Chinese characters, elsewhere half as
wide, so that nothing would stay in line behind them.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from lianghua_batch.analysis import explanation_summary
from lianghua_batch.analysis.explanation import Node, leaves_total, tree_rows
from lianghua_batch.analysis.explanation_summary import SubjectSummary, as_text
from lianghua_batch.cli import terminal
from lianghua_batch.cli.terminal import wrapped
from lianghua_batch.core import exact, resources
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.model.scores import WHOLE
from lianghua_batch.scoring.results import Results

if TYPE_CHECKING:
    from lianghua_batch.archive.sealed_scores import SealedScores

_BESIDE, _LAST, _ON, _OFF = "├─ ", "└─ ", "│  ", "   "
_GAP = "  "
_LEAST = 16  # columns that a text keeps, however narrow the terminal: it breaks the line itself then


def show(results: Results, top: Node, depth: int | None, width: int | None = None, remarks: Sequence[str] = ()) -> None:
    """Print the head, the tree down to `depth` levels, whether it sums to the score, and the rules of what was shown.

    `remarks` end the head. `width` is the terminal's; None asks it, and breaks nothing where there is none. `depth` None: as deep as schemas/messages/explain.yaml
    says for one of its kind.
    """
    words = resources.load("messages/explain")["terminal"]
    head = explanation_summary.summarise(results, top.subject)
    depth = words["depth"][head.level] if depth is None else depth
    console = terminal.console(width)
    printer = _TreePrinter(list(_tree_rows(top, depth)), top.subject, console.width, words)
    _print(console, [explanation_summary.title(head)], "bold")
    _print(console, [*explanation_summary.sentences(head), *remarks])
    console.print()
    for line in printer.lines():
        console.print(line)
    console.print()
    _print(console, [_verdict(top, words)], "bold")
    deepest = max(line.level for line in tree_rows(top))
    if deepest > depth:
        _print(console, [words["deeper"].format(depth=depth, deepest=deepest)])
    _print(console, [words["rules"]], "bold")
    _print(console, (f"{_GAP}{rule}" for rule in printer.rules()))


def _print(console: Console, texts: Iterable[str], style: str = "") -> None:
    for text in texts:
        indent = text[: len(text) - len(text.lstrip(" "))]
        for line in wrapped(text.lstrip(" "), console.width - len(indent) - 1):
            console.print(Text(indent + line, style))


def _verdict(top: Node, words: Mapping[str, Any]) -> str:
    found = leaves_total(top)
    template = words["agree" if found == top.value else "differ"]
    return template.format(sum=as_text(found), label=top.label, score=as_text(top.value))


# --- the tree ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PrintedRow:
    """A node, the lines drawn before its first and its further lines of text, and how many items of its sum are not shown."""

    node: Node
    before: str
    under: str
    is_basis: bool
    in_sum: bool
    hidden: int


def _tree_rows(
    node: Node, depth: int, before: str = "", under: str = "", is_basis: bool = False, in_sum: bool = True
) -> Iterator[PrintedRow]:
    """The nodes down to `depth` levels below this one, in reading order."""
    below = [*((child, False) for child in node.children), *((basis, True) for basis in node.basis)]
    inside = below if depth > 0 else []
    continued = under + (_ON if inside else "")
    yield PrintedRow(node, before, continued, is_basis, in_sum, 0 if inside else _unseen(node))
    for number, (child, judged_by) in enumerate(inside, start=1):
        corner, side = (_LAST, _OFF) if number == len(inside) else (_BESIDE, _ON)
        yield from _tree_rows(child, depth - 1, under + corner, under + side, judged_by, in_sum and not judged_by)


def _unseen(node: Node) -> int:
    """How many items are worth opening: of a sum its parts; what a cell's number was judged by is an aside."""
    return len(node.children) or (len(node.basis) if node.source is None else 0)


class _TreePrinter:
    """The tree's lines: two columns of numbers as wide as the widest, then the tree in what is left of the width."""

    def __init__(self, rows: Sequence[PrintedRow], subject: str, width: int, words: Mapping[str, Any]) -> None:
        self._rows, self._subject, self._words = rows, subject, words
        self._amounts = _by_the_point([_amount(row) for row in rows])
        self._values = _by_the_point([_value(row.node) for row in rows])
        self._widths = [
            max(cell_len(text) for text in (words["amount"], *self._amounts)),
            max(cell_len(text) for text in (words["value"], *self._values)),
        ]
        self._room = width - 1 - sum(self._widths) - 2 * len(_GAP)

    def lines(self) -> Iterator[Text]:
        words, file = self._words, None
        yield Text(self._numbers(words["amount"], words["value"]) + words["what"], "bold")
        for row, amount, value in zip(self._rows, self._amounts, self._values, strict=True):
            style = "bold" if not row.before else "" if row.in_sum else "dim"
            first, *others = wrapped(self._text(row, file), max(self._room - cell_len(row.under), _LEAST))
            yield Text(self._numbers(amount, value) + row.before + first, style)
            for line in others:
                yield Text(self._numbers("", "") + row.under + line, style)
            file = row.node.source.file if row.node.source is not None else file

    def rules(self) -> list[str]:
        """Every rule that a number shown rests on, once."""
        template = self._words["rule"]
        nodes = (row.node for row in self._rows)
        return list(dict.fromkeys(template.format(name=n.name, rule=n.rule, clause=n.clause) for n in nodes))

    def _numbers(self, *texts: str) -> str:
        return "".join(
            " " * (width - cell_len(text)) + text + _GAP for text, width in zip(texts, self._widths, strict=True)
        )

    def _text(self, row: PrintedRow, file: str | None) -> str:
        """What the number is and where it stands; `file` is the one named last, which is not named again."""
        words, node = self._words, row.node
        label = resources.load("messages/explain")["basis"].format(label=node.label) if row.is_basis else node.label
        more = words["more"].format(count=row.hidden) if row.hidden else ""
        if node.subject != self._subject:
            place = resources.load("messages/explain")["elsewhere"].format(subject=node.subject)
        elif node.source is not None:
            place = str(replace(node.source, file="") if node.source.file == file else node.source)
        else:
            return label + more
        return label + more + words["place"].format(place=place)


def _by_the_point(texts: Sequence[str]) -> list[str]:
    """Numbers filled up with spaces behind, so that their decimal points stand under each other; words as they are."""
    behind = [len(text) - text.find(".") if "." in text else 0 for text in texts]
    most = max(behind)
    return [text + " " * (most - after) if text.isascii() else text for text, after in zip(texts, behind, strict=True)]


def _amount(row: PrintedRow) -> str:
    """What a number adds to the one above; the top has none above, a basis adds nothing."""
    return "" if row.is_basis or not row.before else as_text(row.node.amount)


def _value(node: Node) -> str:
    """The number itself: a score with its decimals, a cell's as it is filled."""
    if node.value is None:
        return resources.load("messages/explain")["blank"] if node.source is not None else ""
    return exact.short(node.value) if node.source is not None else as_text(node.value)


# --- as data -------------------------------------------------------------------------------------------------------


def as_json(results: Results, top: Node, sealed: "SealedScores | None" = None) -> dict[str, Any]:
    """The head and the whole tree; numbers as exact texts, and rounded besides where they have no end.

    `sealed`: the seal whose forms these results come from, and where today's forms give others.
    """
    head = explanation_summary.summarise(results, top.subject)
    found = leaves_total(top)
    return {
        "id": head.id,
        "name": head.name,
        "level": head.level,
        "period": str(head.period),
        "draft": head.provisional,
        "score": head.score_text,
        "grade": head.grade,
        "bound": _bound_as_json(head),
        "rank": head.rank.place,
        "ranked": head.rank.count,
        "cohort": head.rank.cohort,
        "rank_county": head.rank_county.place if head.rank_county else None,
        "ranked_county": head.rank_county.count if head.rank_county else None,
        "notes": [{"kind": n.kind, "text": n.text, "places": [_place(p) for p in n.places]} for n in head.notes],
        **_number("sum", found),
        "agrees": found == top.value,
        "sealed": None if sealed is None else _sealed_as_json(sealed, top.subject),
        "tree": _node_as_json(top, WHOLE, is_basis=False),
    }


def _sealed_as_json(sealed: "SealedScores", subject: str) -> dict[str, Any]:
    """The seal; `today` is None where today's forms have errors."""
    sides = {"rescored": sealed.rescored, "today": sealed.today}
    return {
        "file": sealed.seal.file,
        "date": sealed.seal.manifest.date.isoformat(),
        **{
            name: None
            if outcome.results is None
            else [{"what": d.what, "was": d.was, "now": d.now} for d in sealed.differences(subject, outcome)]
            for name, outcome in sides.items()
        },
    }


def _bound_as_json(head: SubjectSummary) -> dict[str, Any] | None:
    if head.bound is None:
        return None
    return {"limit": exact.text(head.bound.limit), "reached": head.bound.reached, **_place(head.bound.source)}


def _node_as_json(node: Node, scale: Fraction | None, *, is_basis: bool) -> dict[str, Any]:
    """`scale`: what one point in the number above comes to in the top score; None under a basis."""
    deeper = None if scale is None or node.share is None else scale * node.share
    return {
        "label": node.label,
        "name": node.name,
        "subject": node.subject,
        "period": node.period,
        **_number("value", node.value),
        **_number("amount", None if is_basis else node.amount),
        **_number("in_total", None if scale is None else node.amount * scale),
        **_number("share", node.share),
        "rule": node.rule,
        "clause": node.clause,
        **_place(node.source),
        **_number("held", node.held),
        "children": [_node_as_json(child, deeper, is_basis=False) for child in node.children],
        "basis": [_node_as_json(basis, None, is_basis=True) for basis in node.basis],
    }


def _place(place: SourceRef | None) -> dict[str, str | None]:
    if place is None:
        return dict.fromkeys(("file", "sheet", "cell"))
    return {"file": place.file, "sheet": place.sheet, "cell": place.cell}


def _number(name: str, value: Fraction | None) -> dict[str, str | None]:
    """A number as an exact text: all its decimals, or as a fraction and rounded besides where they have no end."""
    if value is None:
        return {name: None}
    rest, places = value.denominator, 0
    while rest > 1 and (rest % 2 == 0 or rest % 5 == 0):
        rest //= math.gcd(rest, 10)
        places += 1
    if rest == 1:
        return {name: exact.text(value, max(places, 2))}
    return {name: str(value), f"{name}_rounded": exact.text(value, 4)}
