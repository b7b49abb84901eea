"""Why two are one person or not, from stored evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from pipelines.identity.correct.decisions import DecisionKind
from pipelines.identity.explain.subjects import Customer
from pipelines.identity.explain.why import PairExplanation
from tests.unit.identity.stored_world import Stored, names

CHANGE = datetime(2024, 1, 1)


@pytest.fixture
def stored() -> Iterator[Stored]:
    made = Stored()
    yield made
    made.connection.close()


def path_of(stored: Stored, answer: PairExplanation) -> list[str]:
    ends = [answer.path[0].a, *(edge.b for edge in answer.path)] if answer.path else []
    return names(stored, [place.identifier_id for place in ends])


def test_the_shortest_path_is_told_with_its_evidence(stored: Stored) -> None:
    stored.customer(1, "p1", "c1", "u1", "o1")
    stored.edge("c1", "p1", count=14)
    stored.edge("c1", "u1", rule=4)
    stored.edge("u1", "o1", rule=2)
    stored.edge("p1", "o1", rule=9, unused="rule_inactive")
    answer = stored.explainer().pair(stored.known("p1"), stored.known("o1"))
    assert answer.is_one_person
    assert path_of(stored, answer) == ["p1", "c1", "u1", "o1"], "unused evidence joins nobody"
    assert (answer.path[0].rule_id, answer.path[0].evidence_count) == (3, 14)
    assert (answer.path[0].line_number, answer.path[0].unused_reason) == (7, None)


def test_of_two_people_the_refused_evidence_is_told_before_what_is_switched_off(
    stored: Stored,
) -> None:
    stored.customer(1, "c1", "p1", "u1")
    stored.customer(2, "c2", "u2")
    stored.edge("c1", "p1")
    stored.edge("c1", "u1", rule=4)
    stored.edge("c2", "u2", rule=4)
    stored.edge("u1", "u2", rule=9, unused="rule_inactive")
    stored.edge("c2", "p1", unused="limit", detail="would hold 2 unionid, at most 1")
    answer = stored.explainer().pair(stored.known("u1"), Customer(2, 2))
    assert (answer.customer_a, answer.customer_b, answer.is_one_person) == (1, 2, False)
    assert path_of(stored, answer) == ["u1", "c1", "p1", "c2"]
    assert [edge.unused_reason for edge in answer.path] == [None, None, "limit"]
    assert answer.path[-1].detail == "would hold 2 unionid, at most 1"


def test_the_way_leads_through_other_people_and_through_identifiers_of_nobody(
    stored: Stored,
) -> None:
    stored.customer(1, "c1")
    stored.customer(2, "c2", "u2")
    stored.customer(3, "c3")
    stored.edge("c1", "p9", unused="blocked")
    stored.edge("c2", "p9", unused="blocked")
    stored.edge("c2", "u2", rule=4)
    stored.edge("c3", "u2", rule=4, unused="limit")
    answer = stored.explainer().pair(Customer(3, 3), stored.known("c1"))
    assert path_of(stored, answer) == ["c3", "u2", "c2", "p9", "c1"]
    assert [edge.unused_reason for edge in answer.path] == ["limit", None, "blocked", "blocked"]


def test_where_nothing_leads_from_one_to_the_other_there_is_no_path(stored: Stored) -> None:
    stored.customer(1, "c1")
    stored.customer(2, "c2")
    stored.id_of("p3")
    explainer = stored.explainer()
    assert explainer.pair(Customer(1, 1), Customer(2, 2)).path == ()
    answer = explainer.pair(stored.known("p3"), Customer(2, 2))
    assert (answer.customer_a, answer.path) == (None, ())


def test_decisions_stand_in_the_answer(stored: Stored) -> None:
    stored.customer(1, "c1", "c2")
    stored.customer(2, "c3")
    explainer = stored.explainer((DecisionKind.MERGE, "c1", "c2"), (DecisionKind.SPLIT, "c3", "c1"))
    joined = explainer.pair(stored.known("c1"), stored.known("c2"))
    assert joined.path[0].decision is not None
    assert joined.path[0].decision.decision_id == 1
    apart = explainer.pair(stored.known("c1"), stored.known("c3"))
    assert [decision.decision_id for decision in apart.decisions] == [2]
    assert joined.decisions == ()


def test_a_number_that_changed_hands_joins_the_owners_of_each_time_only(stored: Stored) -> None:
    stored.customer(1, "c1")
    stored.customer(1, "p1", until=CHANGE)
    stored.customer(2, "c2")
    stored.customer(2, "p1", since=CHANGE)
    stored.edge("c1", "p1", at=datetime(2020, 5, 1))
    stored.edge("c2", "p1", at=datetime(2025, 5, 1))
    explainer = stored.explainer()
    owner = explainer.pair(stored.known("c1"), stored.known("p1"))
    assert (owner.customer_a, path_of(stored, owner)) == (1, ["c1", "p1"])
    assert explainer.pair(stored.known("c2"), stored.known("p1")).customer_a == 2
    assert not explainer.pair(stored.known("c1"), stored.known("c2")).is_one_person
    members = explainer.customer(2).members
    assert set(names(stored, [place.identifier_id for place in members])) == {"c2", "p1"}


def test_a_customer_is_told_as_a_tree_from_the_asked_identifier(stored: Stored) -> None:
    stored.customer(1, "c1", "p1", "u1", "o1", "c2")
    stored.edge("c1", "p1")
    stored.edge("c1", "u1", rule=4)
    stored.edge("u1", "o1", rule=2)
    stored.edge("c1", "o1", rule=4)
    stored.edge("c1", "p5", unused="degree_guard")
    stored.event("created", 1)
    answer = stored.explainer().customer(1, start=stored.id_of("o1"))
    assert names(stored, [place.identifier_id for place in answer.members]) == [
        "o1", "u1", "c1", "p1", "c2"
    ], "nearest first, unconnected last"  # fmt: skip
    assert len(answer.tree) == 3
    assert [edge.unused_reason for edge in answer.unused] == ["degree_guard"]
    assert [event.event for event in answer.events] == ["created"]


def test_a_chain_of_ten_thousand_is_explained(stored: Stored) -> None:
    stored.connection.execute(
        """
        insert into identity.identifiers
            select i, 'unionid', i::varchar, null, i from range(10000) t(i);
        insert into identity.identity_map
            select i, timestamp '1900-01-01', timestamp '9999-12-31', 1, 1 from range(10000) t(i);
        insert into identity.identity_edges
            select i, i + 1, 1, 'crm_members', null, null, 1, 1, 1, i from range(9999) t(i);
        """
    )
    explainer = stored.explainer()
    [first] = explainer.stored.memberships(0)
    assert first.customer_id == 1
    finder = stored.finder()
    answer = explainer.pair(finder.find_known("unionid:0"), finder.find_known("unionid:9999"))
    assert len(answer.path) == 9999
