"""What `siyu why` and `siyu identity history` print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice

from rich.markup import escape

from pipelines.identity.explain.as_of import Change
from pipelines.identity.explain.masked import MaskedForms
from pipelines.identity.explain.stored import Event, Evidence, Place, StoredIdentity
from pipelines.identity.explain.subjects import Customer, KnownIdentifier, Subject, name_of
from pipelines.identity.explain.why import (
    CustomerExplanation,
    Explainer,
    PairExplanation,
)
from pipelines.identity.rules.seeds import Rules
from pipelines.reporting.decision_pages import is_hash, one_line, shown
from pipelines.reporting.screen import screen
from pipelines.settings import LOCAL_TIME_ZONE

_out = screen()
_MAX_MEMBERS = 40
_MAX_UNUSED = 10
_MAX_EVENTS = 8
_MAX_INDENT = 12
_NOT_USED = {
    "cannot_link": "a person decided that these are two people",
    "limit": "the merge was refused by a limit",
    "contested": "several people claim the identifier, so weak evidence about it joins nobody",
    "taken_out": "a person took the identifier out",
    "degree_guard": "the identifier has too many neighbours to prove one person",
    "blocked": "the identifier is blocked",
    "shared_device": "a shared device joins nobody",
    "too_little_evidence": "too few rows say so",
    "rule_inactive": "the rule is switched off",
}


@dataclass
class Page:
    """Prints answers about one warehouse."""

    explainer: Explainer
    rules: Rules
    masked_forms: MaskedForms
    _names: dict[int, str] = field(default_factory=dict)

    @property
    def stored(self) -> StoredIdentity:
        """The warehouse that is asked."""
        return self.explainer.stored

    def print_pair(self, a: Subject, b: Subject) -> None:
        """Why two are one person, or why not, and what can be done about it."""
        answer = self.explainer.pair(a, b)
        self._learn(answer.path)
        if answer.is_one_person:
            _out.print(f"[bold green]One person:[/] customer {answer.customer_a}\n")
        else:
            _out.print(
                f"[bold red]Two people:[/] {_subject_and_owner(a, answer.customer_a)} and "
                f"{_subject_and_owner(b, answer.customer_b)}\n"
            )
        self._print_path(answer)
        for decision in answer.decisions:
            _out.print(f"\nKept apart by {escape(one_line(decision))}", soft_wrap=True)
        names = f"{name_of(a)} {name_of(b)}"
        if not answer.is_one_person:
            _print_next(f"siyu merge {names}", "make one person of them")
        elif isinstance(a, KnownIdentifier) and isinstance(b, KnownIdentifier):
            _print_next(f"siyu split {names}", "make two people of them")
        else:
            self._print_mergers(a, b)
            _print_next(f"siyu why {name_of(a)}", "see what holds them together")

    def print_subject(self, subject: Subject) -> None:
        """Whose an identifier is, or what holds a customer together."""
        if isinstance(subject, KnownIdentifier):
            self._print_identifier(subject)
            return
        self._print_mergers(subject)
        self._print_customer(self.explainer.customer(subject.customer_id))

    def print_history(
        self, known: KnownIdentifier, changes: Sequence[Change], events: Sequence[Event]
    ) -> None:
        """Every change of an identifier's customer."""
        _out.print(f"[bold]{_subject(known)}[/]")
        if not changes:
            _out.print("  never belonged to a customer")
        for change in changes:
            owner = _owner(change.customer_id)
            period = _period(change.valid_from, change.valid_to)
            _out.print(f"  {_moment(change.changed_at)}  {owner}{period}{_cause(change.cause)}")
        self._print_events(events)

    def print_day(
        self, known: KnownIdentifier, day: date, then: int | None, now: int | None
    ) -> None:
        """Who an identifier was on a day."""
        _out.print(f"[bold]{_subject(known)}[/] on {day}")
        _out.print(f"  as known at the end of that day: {_owner(then)}")
        _out.print(f"  as known now, for what happened that day: {_owner(now)}")

    def _print_identifier(self, known: KnownIdentifier) -> None:
        memberships = self.stored.memberships(known.identifier_id)
        for guard in self.stored.guards(known.identifier_id):
            _out.print(f"[yellow]{_subject(known)}: {escape(guard)}[/]")
        if not memberships:
            reason = self.stored.why_nobody(known.identifier_id)
            _out.print(f"[bold]{_subject(known)}[/] belongs to nobody{_because(reason)}")
            self._print_unused(self.stored.unused_of([known.identifier_id]))
            self._print_events(self.stored.events(identifiers=[known.identifier_id]))
        for membership in memberships:
            if len(memberships) > 1:
                period = _period(membership.valid_from, membership.valid_to)
                _out.print(f"[bold]{_subject(known)}{period}[/]")
            if membership.customer_id is not None:
                self._print_customer(
                    self.explainer.customer(membership.customer_id, known.identifier_id)
                )

    def _print_customer(self, answer: CustomerExplanation) -> None:
        self._learn([*answer.tree, *answer.unused])
        self._learn_names(place.identifier_id for place in answer.members)
        count = len(answer.members)
        _out.print(
            f"[bold]Customer {answer.customer_id}[/]: {count} identifiers, held together by:\n"
            if count > 1
            else f"[bold]Customer {answer.customer_id}[/]: 1 identifier\n"
        )
        for depth, place, edge in islice(_branches(answer), _MAX_MEMBERS):
            indent = "  " * min(depth, _MAX_INDENT)
            _out.print(f"{indent}[cyan]{self._name(place.identifier_id)}[/]", soft_wrap=True)
            if edge is not None:
                self._print_evidence(edge, indent)
        if count > _MAX_MEMBERS:
            _out.print(f"  … and {count - _MAX_MEMBERS:,} more")
        self._print_unused(answer.unused)
        self._print_events(answer.events)

    def _print_mergers(self, *subjects: Subject) -> None:
        """How customers that were asked for live on in another one."""
        for subject in subjects:
            if isinstance(subject, Customer) and subject.customer_id != subject.typed_id:
                events = self.stored.events(customers=[subject.typed_id])
                how = next((e for e in events if e.other_customer_id == subject.typed_id), None)
                when = f" on {_moment(how.run_at)}{_because(how.reason)}" if how else ""
                _out.print(
                    f"Customer {subject.typed_id} lives on in {subject.customer_id}{when}\n",
                    soft_wrap=True,
                )

    def _print_path(self, answer: PairExplanation) -> None:
        if not answer.path:
            if not answer.is_one_person:
                _out.print("No evidence, used or not, leads from one to the other.")
            return
        places = [answer.path[0].a, *(edge.b for edge in answer.path)]
        owners = [self.stored.customer_of(place) for place in places]
        for place, owner, edge in zip(places, owners, (None, *answer.path), strict=True):
            if edge is not None:
                self._print_evidence(edge, "")
            whose = "" if answer.is_one_person else f" [dim]({_owner(owner)})[/]"
            _out.print(f"[cyan]{self._name(place.identifier_id)}[/]{whose}", soft_wrap=True)

    def _print_evidence(self, edge: Evidence, indent: str) -> None:
        """Rule, rows and file of one edge, and why it is not used."""
        bar = f"{indent}  [dim]│[/] "
        if edge.decision is not None:
            _out.print(f"{bar}{escape(one_line(edge.decision))}", soft_wrap=True)
            return
        rule = self.rules.matching_rules.get(edge.rule_id or 0)
        text = f"rule {edge.rule_id}"
        if rule is not None:
            text += f" {rule.rule_name} ({rule.strength}): {rule.description}"
        _out.print(f"{bar}{escape(text)}", soft_wrap=True)
        _out.print(f"{bar}[dim]{escape(_rows(edge))}[/]", soft_wrap=True)
        if edge.unused_reason is not None:
            why = _NOT_USED.get(edge.unused_reason, edge.unused_reason)
            detail = f": {edge.detail}" if edge.detail else ""
            _out.print(f"{bar}[red]not used, {escape(why + detail)}[/]", soft_wrap=True)

    def _print_unused(self, unused: Sequence[Evidence]) -> None:
        if not unused:
            return
        self._learn(unused)
        _out.print(f"\n[bold]Evidence that joins nobody[/] ({len(unused):,})")
        for edge in unused[:_MAX_UNUSED]:
            a, b = (self._name(end.identifier_id) for end in (edge.a, edge.b))
            _out.print(f"  {a} and {b}", soft_wrap=True)
            self._print_evidence(edge, "  ")
        if len(unused) > _MAX_UNUSED:
            _out.print(f"  … and {len(unused) - _MAX_UNUSED:,} more")

    def _print_events(self, events: Sequence[Event]) -> None:
        if not events:
            return
        _out.print("\n[bold]What happened[/]")
        for event in events[:_MAX_EVENTS]:
            _out.print(f"  {_moment(event.run_at)}  {escape(_happened(event))}", soft_wrap=True)
        if len(events) > _MAX_EVENTS:
            _out.print(f"  … and {len(events) - _MAX_EVENTS:,} earlier")

    def _learn(self, edges: Iterable[Evidence]) -> None:
        self._learn_names(end.identifier_id for edge in edges for end in (edge.a, edge.b))

    def _learn_names(self, identifier_ids: Iterable[int]) -> None:
        unknown = self.stored.names(set(identifier_ids) - self._names.keys())
        hashes = {
            identifier_id: identifier.identifier_value
            for identifier_id, identifier in unknown.items()
            if is_hash(identifier.identifier_value)
        }
        masked = self.masked_forms.of(hashes)
        for identifier_id, identifier in unknown.items():
            row = self.rules.identifier_types.get(identifier.identifier_type)
            parts = (shown(identifier), masked.get(identifier_id), row.label_zh if row else None)
            self._names[identifier_id] = escape(" ".join(part for part in parts if part))

    def _name(self, identifier_id: int) -> str:
        return self._names[identifier_id]


def _branches(answer: CustomerExplanation) -> Iterator[tuple[int, Place, Evidence | None]]:
    """Depth, member and the edge it hangs on, every member right after the one it hangs on."""
    hanging: dict[Place, list[Evidence]] = {}
    for edge in answer.tree:
        hanging.setdefault(edge.a, []).append(edge)
    reached = {edge.b for edge in answer.tree}
    waiting: list[tuple[int, Place, Evidence | None]] = [
        (0, place, None) for place in reversed(answer.members) if place not in reached
    ]
    while waiting:
        depth, place, hangs_on = waiting.pop()
        yield depth, place, hangs_on
        waiting += [(depth + 1, e.b, e) for e in reversed(hanging.get(place, []))]


def _subject(subject: Subject) -> str:
    if isinstance(subject, Customer):
        return f"customer {subject.customer_id}"
    return escape(shown(subject.identifier))


def _subject_and_owner(subject: Subject, customer_id: int | None) -> str:
    owner = f" ({_owner(customer_id)})" if isinstance(subject, KnownIdentifier) else ""
    return _subject(subject) + owner


def _owner(customer_id: int | None) -> str:
    return "nobody" if customer_id is None else f"customer {customer_id}"


def _because(reason: str | None) -> str:
    return f": {escape(reason)}" if reason else ""


def _cause(cause: str | None) -> str:
    return f" [dim]({escape(cause)})[/]" if cause else ""


def _period(valid_from: datetime, valid_to: datetime) -> str:
    """Nothing for an identifier that was never re-used."""
    if valid_from.year <= 1900 and valid_to.year >= 9999:
        return ""
    start = "" if valid_from.year <= 1900 else f" from {_day(valid_from)}"
    end = "" if valid_to.year >= 9999 else f" until {_day(valid_to)}"
    return start + end


def _rows(edge: Evidence) -> str:
    """`14 rows of crm_members, 2026-01-03 to 2026-05-01; the first: crm/members.csv line 17`."""
    count = edge.evidence_count
    text = f"{count:,} row{'' if count == 1 else 's'} of {edge.source}"
    if edge.first_at is not None:
        first, last = _day(edge.first_at), _day(edge.last_at or edge.first_at)
        text += f", {first}" if first == last else f", {first} to {last}"
    if edge.file is not None:
        text += f"; the first: {edge.file} line {edge.line_number}"
    return text


def _happened(event: Event) -> str:
    other = f" and customer {event.other_customer_id}" if event.other_customer_id else ""
    customer = f" customer {event.customer_id}" if event.customer_id else ""
    return f"{event.event}:{customer}{other}{f', {event.reason}' if event.reason else ''}"


def _local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(LOCAL_TIME_ZONE)


def _moment(moment: datetime) -> str:
    return _local(moment).strftime("%Y-%m-%d %H:%M")


def _day(moment: datetime) -> str:
    return _local(moment).strftime("%Y-%m-%d")


def _print_next(command: str, purpose: str) -> None:
    _out.print(f"\n[dim]To {purpose}:[/] {escape(command)}", soft_wrap=True)
