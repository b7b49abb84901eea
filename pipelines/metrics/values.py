"""Values of conditions that no row has: an answer without them would look like an answer."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from pipelines.metrics.compiler import MetricCompiler
from pipelines.metrics.question import Condition, Question
from pipelines.publishing.reader import SnapshotConnection

_LISTED = 8


def unknown_values(
    question: Question, compiler: MetricCompiler, snapshot: SnapshotConnection
) -> Iterator[str]:
    """A sentence for each value of a condition that no row of the metric has, with the nearest.

    Raises QueryError.
    """
    for condition in question.conditions:
        everything = Question(question.metric, (condition.name,))
        _, rows = snapshot.fetch(compiler.sql(everything))
        known = {row[0] for row in rows if row[0] is not None}
        if not any(isinstance(value, bool) for value in known):  # SQL also takes yes, 1, t …
            yield from _sentences(condition, {str(value) for value in known})


def _sentences(condition: Condition, known: set[str]) -> Iterator[str]:
    for value in condition.values:
        if value not in known:
            nearest = difflib.get_close_matches(value, known, n=3, cutoff=0.5)
            listed = ", ".join(nearest or sorted(known)[:_LISTED]) or "none"
            kind = "nearest" if nearest else "there are" if len(known) <= _LISTED else "such as"
            yield f"no row has {condition.name} {value!r}; {kind}: {listed}"
