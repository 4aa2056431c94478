"""The differences of two results for programs, in full."""

from typing import Any

from lianghua_batch.analysis import rank_changes
from lianghua_batch.analysis.diff.model import Cause, ComparedFile, Differences, Reason, RuleChange, UnitChange
from lianghua_batch.core import exact


def as_json(differences: Differences) -> dict[str, Any]:
    """Return all differences; units and members without any are absent. Amounts are given rounded and as exact fractions."""
    return {
        "old": _compared_file(differences.old),
        "new": _compared_file(differences.new),
        "notes": list(differences.notes),
        "rules": None if differences.rules is None else [_rule(r) for r in differences.rules],
        "roster": [_rule(r) for r in differences.roster],
        "summary": {kind: dict(counts) for kind, counts in differences.counts.items()},
        **{kind: [_change(c, kind) for c in listed] for kind, listed in differences.changes.items()},
    }


def _compared_file(head: ComparedFile) -> dict[str, str]:
    return {"file": head.name, "period": head.period, "scheme": head.scheme, "tool": head.tool}


def _rule(change: RuleChange) -> dict[str, str | None]:
    return {"what": change.what, "was": change.was, "now": change.now}


def _change(change: UnitChange, kind: str) -> dict[str, Any]:
    return rank_changes.as_json(change.rank_change, kind) | {
        "components": [{"name": c.name, "label": c.label, "was": c.was, "now": c.now} for c in change.components],
        "reasons": None if change.reasons is None else [_reason(r) for r in change.reasons],
        "grade_cause": _cause(change.grade_cause),
        "rank_cause": _cause(change.rank_cause),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "what": reason.what,
        "amount": exact.text(reason.amount, 4),
        "exact": str(reason.amount),
        "whom": list(reason.whom),
    }


def _cause(cause: Cause | None) -> dict[str, str] | None:
    return None if cause is None else {"code": cause.code, "text": cause.sentence}
