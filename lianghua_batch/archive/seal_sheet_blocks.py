"""The blocks of 归档单 that every seal has: its period, check codes, contents, what it assures, and signatures."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lianghua_batch.archive import manifests
from lianghua_batch.archive.manifests import Manifest, SealReference
from lianghua_batch.archive.seal_store import Seal
from lianghua_batch.core import resources
from lianghua_batch.core.periods import YEAR, Period
from lianghua_batch.report.layout.model import Cell, Row, Value

Words = Mapping[str, Any]


def facts(seal: Seal) -> dict[str, Any]:
    """The values for the placeholders of report/archive_sheet.yaml."""
    words, manifest = resources.load("report/archive_sheet"), seal.manifest
    code = seal.check_code
    day = manifest.date
    return {
        "document": words["document"],
        "period": str(manifest.period),
        "period_label": _named(manifest.period),
        "number": manifest.number,
        "amendment": manifest.amendment,
        "scheme": manifest.scheme,
        "file": seal.file,
        "date": words["day"].format(year=day.year, month=day.month, day=day.day),
        "by": manifest.by,
        "tool": f"lianghua-batch {manifest.tool}",
        "check_code": code,
        "code": in_groups(code, joined=True),
        "begins": code[: words["code"]["begins"]],
        "results_sha256": manifest.results_sha256,
    }


def _named(period: Period) -> str:
    template = resources.load("report/archive_sheet")["period_labels"][period.kind]
    ordinal = "" if period.kind == YEAR else resources.load("report/workbook")["ordinals"][period.index - 1]
    return template.format(year=period.year, ordinal=ordinal)


def in_groups(code: str, *, joined: bool = False) -> str:
    """A check code in groups to compare by eye, on several lines, or `joined` on one."""
    sizes = resources.load("report/archive_sheet")["code"]
    groups = [code[at : at + sizes["group"]] for at in range(0, len(code), sizes["group"])]
    per_line = len(groups) if joined else sizes["groups"]
    return "\n".join(" ".join(groups[at : at + per_line]) for at in range(0, len(groups), per_line))


def layout() -> Words:
    """The layout of the page to sign."""
    return resources.load("report/archive_sheet")["sheet"]


def width() -> int:
    """How many columns the page has."""
    return layout()["grid"]["columns"]


# --- rows ----------------------------------------------------------------------------------------------------------


def labelled(*pairs: tuple[str, str], style: str = "text") -> Row:
    """Labels with their values, side by side over the whole width."""
    room, label = width() // len(pairs), layout()["label"]
    return Row(
        tuple(cell for name, value in pairs for cell in (Cell(name, "label", label), Cell(value, style, room - label)))
    )


def caption(text: str) -> Row:
    """The line over a block."""
    return Row((Cell(text, "caption", width()),))


def full_width(text: str, style: str = "text") -> Row:
    """A text over the whole width."""
    return Row((Cell(text, style, width()),))


def headings(columns: Sequence[Words]) -> Row:
    """The headings of a block's own columns."""
    return Row(tuple(Cell(c["heading"], "heading_small", c["span"]) for c in columns))


def column_values(
    columns: Sequence[Words], values: Mapping[str, Value], styles: Mapping[str, str] | None = None
) -> Row:
    """A row of a block's own columns."""
    return Row(tuple(Cell(values[c["name"]], (styles or {}).get(c["name"], c["style"]), c["span"]) for c in columns))


def shortened(text: str, most: int) -> str:
    """A text of at most `most` characters; one that is cut says so."""
    return text if len(text) <= most else resources.load("report/archive_sheet")["cut"].format(text=text[:most])


def more(count: int, what: str) -> str:
    """The text that there are more than those listed."""
    return resources.load("report/archive_sheet")["more"].format(count=count, what=what)


# --- blocks --------------------------------------------------------------------------------------------------------


def period_rows(manifest: Manifest, facts: Words) -> Iterator[Row]:
    """Period, scheme, number, file, day, by whom, with which version, and why before the period was over where it was."""
    for line in layout()["facts"]:
        yield labelled(*((name, value.format_map(facts)) for name, value in line))
    if manifest.early is not None:
        words = layout()["early"]
        text = words["text"].format(period=manifest.period, reason=shortened(manifest.early, words["most"]))
        yield labelled((words["label"], text))


def codes(manifest: Manifest, facts: Words) -> Iterator[Row]:
    """The check codes of the seal, its results and the seal before, and how the first is computed again."""
    words = layout()["codes"]
    yield caption(words["caption"])
    yield labelled((words["archive"], in_groups(facts["check_code"])), style="code_large")
    yield labelled((words["again_label"], words["again"].format_map(facts)), style="text_small")
    yield labelled((words["results"], in_groups(manifest.results_sha256)), style="code_lines")
    if manifest.previous is None:
        yield labelled((words["previous"], words["first_of_all"]), style="text_small")
    else:
        yield labelled((words["previous"], reference_text(manifest.previous)), style="code_lines")


def reference_text(reference: SealReference) -> str:
    """A referenced seal's file with its check code."""
    return layout()["codes"]["previous_is"].format(file=reference.file, code=in_groups(reference.sha256))


def sizes(manifest: Manifest) -> Iterator[Row]:
    """How many files of each kind, and of how many bytes."""
    words, kinds = layout()["sizes"], resources.load("report/archive_sheet")["kinds"]
    span, lists = words["span"], [getattr(manifest, kind) for kind in kinds] + [manifest.entries]
    yield caption(words["caption"])
    heads = [*kinds.values(), words["whole"]]
    yield Row((Cell(words["heading"], "heading", span["label"]), *(Cell(h, "heading", span["each"]) for h in heads)))
    for label, count in ((words["files"], len), (words["bytes"], manifests.total_size)):
        cells = (Cell(count(entries), "bytes", span["each"]) for entries in lists)
        yield Row((Cell(label, "label", span["label"]), *cells))


def assured() -> Iterator[Row]:
    """What the seal proves by 四性, and what not."""
    words = layout()["assured"]
    yield caption(words["caption"])
    for name, text in words["lines"]:
        yield labelled((name, text), style="text_small")


def signatures() -> Iterator[Row]:
    """Boxes for names and the unit's stamp, each with a date."""
    words = layout()["signatures"]
    who = words["who"]
    spans = [width() // len(who) + (at < width() % len(who)) for at in range(len(who))]
    yield Row((Cell("", "blank", width()),), height=words["gap"])
    boxes = (words["box"].format(who=name) for name in who)
    yield Row(tuple(Cell(box, "text_centred", span) for box, span in zip(boxes, spans, strict=True)))
