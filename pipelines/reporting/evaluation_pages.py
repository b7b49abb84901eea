"""What `siyu identity evaluate` prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from rich.markup import escape
from rich.table import Table

from pipelines.identity.correct.decisions import Identifier
from pipelines.identity.judge.evaluate import Evaluation, Evidence, Score
from pipelines.identity.judge.mistakes import Mistake, Step
from pipelines.reporting.decision_pages import shown
from pipelines.reporting.screen import screen
from pipelines.settings import LOCAL_TIME_ZONE

_out = screen()


def print_evaluation(evaluation: Evaluation) -> None:
    """Precision and recall over everything, by identifier type and by kind of mess."""
    whole = evaluation.whole
    _print_scores("all identifiers", [whole])
    _print_scores("pairs that touch a type", evaluation.by_type)
    _print_scores("pairs that touch a kind of mess", evaluation.by_mess)
    _out.print(
        f"Of {whole.true:,} pairs of identifiers that one person holds, {whole.reachable:,} are "
        "joined by some chain of true evidence in the files: recall is the share of these that "
        "one customer holds. The others are in no file (platforms mask what would join them); "
        "the last column counts them too."
    )
    if evaluation.unknown_identifiers:
        _out.print(
            "Not judged, because the truth names no holder (store phones, guests): "
            f"{evaluation.unknown_identifiers:,} of the identifiers."
        )


def print_mistakes(
    mistakes: list[Mistake], evidence: Evidence, rule_names: Mapping[int, str]
) -> None:
    """The worst mistakes, each with the evidence that led to it."""
    if not mistakes:
        _out.print("No mistakes.")
        return
    nodes = {step_node for found in mistakes for step in found.steps for step_node in _ends(step)}
    names = _names(evidence, nodes)
    _out.print(f"\n[bold]The worst {len(mistakes)} mistakes[/]")
    for number, found in enumerate(mistakes, 1):
        _out.print(f"{number:>3}. {_headline(found)}")
        for step in found.steps:
            _out.print(
                f"       {escape(_told(step, names, rule_names))}", style="dim", soft_wrap=True
            )


def _print_scores(title: str, scores: Iterable[Score]) -> None:
    table = Table(title, title_justify="left")
    for name in ("identifiers", "found pairs", "precision", "reachable pairs", "recall"):
        table.add_column(name, justify="right")
    table.add_column("recall of all pairs", justify="right")
    for score in scores:
        table.add_row(
            escape(score.name),
            f"{score.identifiers:,}",
            f"{score.found:,}",
            f"{score.precision:.4f}",
            f"{score.reachable:,}",
            f"{score.recall:.4f}",
            f"{score.recall_of_all:.4f}",
        )
    _out.print(table)


def _headline(mistake: Mistake) -> str:
    if mistake.kind == "merged":
        people = ", ".join(str(person) for person in mistake.people[:4])
        more = " …" if len(mistake.people) > 4 else ""
        return (
            f"customer {mistake.customers[0]} holds people {people}{more}: "
            f"{mistake.pairs:,} wrong pairs; the way from one to another:"
        )
    customers = ", ".join(
        "none" if customer < 0 else str(customer) for customer in mistake.customers[:4]
    )
    more = " …" if len(mistake.customers) > 4 else ""
    return (
        f"person {mistake.people[0]} is in customers {customers}{more}: "
        f"{mistake.pairs:,} pairs missed; what would join them:"
    )


def _told(step: Step, names: Mapping[int, str], rule_names: Mapping[int, str]) -> str:
    seen = f" since {_local(step.first_at)}" if step.first_at else ""
    place = f", file {step.file_id} line {step.line_number}" if step.file_id else ""
    why = f"; unused: {step.reason}" if step.reason else ""
    detail = f" ({step.detail})" if step.detail else ""
    return (
        f"{names[step.node_a]} ― {names[step.node_b]}  rule {step.rule_id} "
        f"{rule_names.get(step.rule_id, '')}, {step.source}{seen}{place}{why}{detail}"
    )


def _local(at: datetime) -> str:
    return at.replace(tzinfo=UTC).astimezone(LOCAL_TIME_ZONE).strftime("%Y-%m-%d")


def _ends(step: Step) -> tuple[int, int]:
    return step.node_a, step.node_b


def _names(evidence: Evidence, nodes: set[int]) -> dict[int, str]:
    rows = evidence.nodes.filter(evidence.nodes["node"].is_in(list(nodes)))
    columns = rows.select("node", "identifier_type", "identifier_value")
    return {node: shown(Identifier(kind, value)) for node, kind, value in columns.iter_rows()}
