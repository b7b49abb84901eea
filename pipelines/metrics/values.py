"""What an answer does not say itself: values of conditions that no row has, and empty values."""

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


def empty_values(
    question: Question, compiler: MetricCompiler, snapshot: SnapshotConnection
) -> Iterator[str]:
    """A sentence when a row of the answer has no value. Raises QueryError."""
    name = question.metric.name
    answer = f"from ({compiler.sql(question)}) where {name} is null limit 1"
    if snapshot.fetch(answer)[1]:
        yield (
            f"an empty {name} is no zero: nothing is there to count or to divide by, or its "
            f"period is not over on {snapshot.manifest.as_of}, the as-of day"
        )


def _sentences(condition: Condition, known: set[str]) -> Iterator[str]:
    for value in condition.values:
        if value not in known:
            nearest = difflib.get_close_matches(value, known, n=3, cutoff=0.5)
            listed = ", ".join(nearest or sorted(known)[:_LISTED]) or "none"
            kind = "nearest" if nearest else "there are" if len(known) <= _LISTED else "such as"
            yield f"no row has {condition.name} {value!r}; {kind}: {listed}"
