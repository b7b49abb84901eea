"""Resolves identifiers to customers: read what is new, solve what it touches, keep ids, write once.

The partition is a pure function of present evidence, rules and decisions; the ids are history. An
increment and a full run therefore end in the same tables: `solve/touched.py` says why.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import duckdb
import numpy as np

from pipelines.identity.correct.decisions import Decisions
from pipelines.identity.evidence.feeds import (
    ERASED,
    News,
    derived_fingerprint,
    list_files,
    read_evidence,
)
from pipelines.identity.evidence.standing import (
    Standing,
    blocks_fingerprint,
    erase,
    identifier_frame,
    update_standing,
)
from pipelines.identity.graph import Integers, union
from pipelines.identity.memory import arrays_kept
from pipelines.identity.record.changes import (
    Change,
    find_change,
    write_history,
    write_map,
)
from pipelines.identity.record.log import (
    Run,
    append,
    customer_events,
    identifier_rows,
    refusal_rows,
)
from pipelines.identity.record.summary import (
    IdentitySummary,
    last_summary,
    summarise,
    write_summary,
)
from pipelines.identity.record.unused import NEWLY_UNUSED, write_unused
from pipelines.identity.rules.codes import MICROSECONDS_PER_DAY, Codes, code_rules
from pipelines.identity.rules.difference import RuleChange, compare, write_down
from pipelines.identity.rules.seeds import Rules
from pipelines.identity.solve.degree_book import (
    DegreeBook,
    count_present,
    make_book,
    read_book,
    write_book,
)
from pipelines.identity.solve.partition import Solved, solve_region
from pipelines.identity.solve.region import Region, degrees_in, read_everything
from pipelines.identity.solve.rejudged import rejudged
from pipelines.identity.solve.touched import read_touched
from pipelines.identity.sql import (
    fetch,
    get_state,
    scalar,
    set_state,
    staged,
    temporary,
)
from pipelines.identity.tables import ensure_identity_tables

_WAS_BLOCKED, _WAS_GUARDED = "resolving_was_blocked", "resolving_was_guarded"
_NEWLY_BLOCKED = "resolving_newly_blocked"
_NO_IDS = np.empty(0, dtype=np.int64)


def resolve_identities(
    connection: duckdb.DuckDBPyConnection,
    *,
    rules: Rules,
    decisions: Decisions,
    now: datetime,
    evidence_version: str,
    full: bool = False,
    device_login_days: int | None = None,
) -> IdentitySummary:
    """Resolve all present identifiers to customers and write the schema `identity`.

    Call it within a `transaction`: on any error, and when the process is killed, everything stays
    as it was; a dry run reads the tables and rolls back.

    Reads the feeds `intermediate.int_identity__*` of the files in the ledger that were not read
    yet. Another `evidence_version` (what the feeds are made of), a withdrawn file, or `full` reads
    all evidence anew. Other decisions and other rules solve anew, from the edges that are there,
    what they touch; the reason names the few changes that touch everything. What touches more than
    half of many identifiers solves all of them too. `now` (with time zone) dates log and
    history.
    `device_login_days`: a shared device belongs to who used it within so many days before its last
    use; None: to nobody as soon as several use it.

    The partition depends on the present evidence, the rules and the decisions alone; customer ids
    carry over from the last run. A run without news writes nothing.

    Raises IdentityInputError for contradictory input, ValueError when `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    started = time.process_time()
    ensure_identity_tables(connection)
    marks = {
        "rules": rules.fingerprint,
        "device_login_days": str(device_login_days),
        "decisions": decisions.fingerprint,
        "blocks": blocks_fingerprint(rules, decisions),
        "evidence": evidence_version,
        "derived": derived_fingerprint(connection),
    }
    plan = _plan(connection, marks, rules, full=full)
    if plan.mode == "nothing":
        return last_summary(connection, plan.reason)
    tables = (ERASED, NEWLY_UNUSED, _WAS_BLOCKED, _WAS_GUARDED, _NEWLY_BLOCKED)
    with arrays_kept(), temporary(connection, *tables):
        _stage(connection, decisions)
        inputs = _read(connection, plan, rules, decisions)
        solved = solve_region(
            inputs.region,
            inputs.book,
            inputs.codes,
            inputs.standing,
            lambda positions: _ranks(connection, inputs.region.identifiers[positions]),
            (device_login_days or 0) * MICROSECONDS_PER_DAY,
        )
        state = get_state(connection)
        run = Run(int(state.get("run_id", 0)) + 1, now.astimezone(UTC).replace(tzinfo=None))
        highest = int(state.get("highest_customer_id", 0))
        change = find_change(connection, inputs.region, solved, highest)
        _write(connection, run, inputs, solved, change)
    set_state(
        connection,
        marks
        | {
            "rule_rows": write_down(rules),
            "run_id": str(run.run_id),
            "highest_customer_id": str(max(highest, int(change.carried.customers.max(initial=0)))),
        },
    )
    summary = summarise(
        connection,
        inputs.plan.mode,
        inputs.plan.reason,
        change,
        inputs.news.added,
        time.process_time() - started,
    )
    write_summary(connection, run, summary)
    return summary


@dataclass(frozen=True)
class _Plan:
    mode: str
    reason: str
    files: frozenset[int] | None
    """Files to read; None: all."""
    with_derived: bool
    decided: bool
    """People decided something since the last run."""
    blocks_changed: bool
    """Block list, patterns or decisions to block are others, or all evidence is read anew."""
    rule_change: RuleChange

    @property
    def everything(self) -> bool:
        return self.mode in ("rebuild", "all")


def _plan(
    connection: duckdb.DuckDBPyConnection, marks: dict[str, str], rules: Rules, *, full: bool
) -> _Plan:
    state, files = get_state(connection), list_files(connection)
    other = {name for name, mark in marks.items() if state.get(name) != mark}
    decided = "decisions" in other
    rebuild = {
        "asked for": full,
        "first run": "evidence" not in state,
        "the evidence is defined in another way": "evidence" in other,
        f"{len(files.withdrawn)} files were withdrawn": bool(files.withdrawn),
    }
    for reason, applies in rebuild.items():
        if applies:
            return _Plan("rebuild", reason, None, True, True, True, RuleChange())
    change = compare(state.get("rule_rows"), rules) if "rules" in other else RuleChange()
    if "device_login_days" in other:
        change = RuleChange("other days within which a login gives a shared device away")
    texts = change.everything or ", ".join(change.texts)
    news = {
        f"other rules ({texts})" if texts else "other rules": bool(texts) or "rules" in other,
        "other decisions": decided,
        "other derived evidence": "derived" in other,
        f"{len(files.unread)} new files": bool(files.unread),
    }
    reason = ", ".join(name for name, applies in news.items() if applies)
    mode = "all" if change.everything else "increment" if reason else "nothing"
    return _Plan(
        mode,
        reason or "nothing new",
        files.unread,
        "derived" in other,
        decided,
        "blocks" in other,
        change,
    )


@dataclass(frozen=True)
class _Inputs:
    plan: _Plan
    """As it was made, or to solve everything where that turned out to cost less."""
    codes: Codes
    news: News
    standing: Standing
    region: Region
    book: DegreeBook


def _stage(connection: duckdb.DuckDBPyConnection, decisions: Decisions) -> None:
    with staged(connection, "erased", identifier_frame(decisions.erased)):
        connection.execute(f"create temp table {ERASED} as from erased")
    connection.execute(f"create temp table {_WAS_BLOCKED} as from identity.identity_blocked")
    connection.execute(f"create temp table {_WAS_GUARDED} as from identity.identity_guarded")


def _read(
    connection: duckdb.DuckDBPyConnection, plan: _Plan, rules: Rules, decisions: Decisions
) -> _Inputs:
    erased, bereft = erase(connection) if plan.decided else (_NO_IDS, _NO_IDS)
    news = News(_NO_IDS, _NO_IDS, 0)
    if plan.files is None or plan.files or plan.with_derived:
        news = read_evidence(connection, rules, plan.files, with_derived=plan.with_derived)
    came = None if plan.blocks_changed else news.came
    standing = update_standing(connection, rules, decisions, came, erased)
    highest_rule = scalar(
        connection, "select coalesce(max(rule_id), 0) from identity.identity_edges"
    )
    codes = code_rules(rules, highest_rule)
    population = count_present(connection, codes)
    if not plan.everything:
        judged = rejudged(connection, plan.rule_change, codes)
        parts = (news.changed, erased, bereft, standing.set_apart, standing.paired, judged)
        book = read_book(connection, codes)
        touched = read_touched(connection, codes, standing, union(*parts), book, population)
        if touched is not None:
            return _Inputs(plan, codes, news, standing, *touched)
        plan = replace(
            plan, mode="all", reason=f"{plan.reason}, which touch so much that all is solved"
        )
    region = read_everything(connection, codes, standing)
    book = make_book(region, degrees_in(region, codes), population, codes)
    return _Inputs(plan, codes, news, standing, region, book)


def _ranks(connection: duckdb.DuckDBPyConnection, identifiers: Integers) -> Integers:
    """Ranks of identifiers, by what their types and values alone say."""
    distinct, place = np.unique(identifiers, return_inverse=True)
    with staged(connection, "ranked", {"identifier_id": distinct}):
        (rank,) = fetch(
            connection,
            """
            select rank from (
                select identifier_id, row_number() over (order by value_md5) as rank
                from identity.identifiers semi join ranked using (identifier_id)
            ) order by identifier_id
            """,
        )
    return rank[place]


def _write(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    inputs: _Inputs,
    solved: Solved,
    change: Change,
) -> None:
    # Asked while the map still says whom they belonged to.
    newly = f"(from identity.identity_blocked anti join {_WAS_BLOCKED} using (identifier_id))"
    connection.execute(
        f"create temp table {_NEWLY_BLOCKED} as {identifier_rows('blocked', newly, 'r.reason')}",
        [run.run_id, run.run_at],
    )
    write_map(connection, change)
    write_history(connection, change, run.run_at, run.run_id)
    with staged(connection, "customers", {"customer_id": change.customers}):
        connection.execute(
            "insert into identity.identity_changed_customers select $1, customer_id from customers",
            [run.run_id],
        )
    write_unused(connection, inputs.region, solved)
    _write_ambiguous(connection, inputs.region, solved)
    write_book(connection, inputs.book, inputs.codes)
    refused = f"(from {NEWLY_UNUSED} where reason in ('limit', 'cannot_link', 'contested'))"
    append(
        connection,
        run,
        (f"from {_NEWLY_BLOCKED}", refusal_rows(refused), *_set_apart_rows()),
        customer_events(change, inputs.codes, inputs.standing),
    )


def _write_ambiguous(connection: duckdb.DuckDBPyConnection, region: Region, solved: Solved) -> None:
    at = region.periods.identifiers[solved.ambiguous]
    content = {"identifier_id": region.identifiers[at], "customers": solved.users}
    with (
        staged(connection, "ambiguous", content),
        staged(connection, "inside", {"identifier_id": region.identifiers[region.inside]}),
    ):
        connection.execute(
            "delete from identity.identity_ambiguous "
            "where identifier_id in (select identifier_id from inside)"
        )
        connection.execute(
            "insert into identity.identity_ambiguous "
            "select identifier_id, max(customers) from ambiguous group by all order by all"
        )


def _set_apart_rows() -> list[str]:
    """Of the log: identifiers that are no longer blocked, are guarded now, or no longer are."""
    guarded, key = "identity.identity_guarded", "identifier_id, neighbour_type"
    text = (
        "r.neighbours || ' neighbours of type ' || r.neighbour_type || ', at most ' || r.max_degree"
    )
    return [
        identifier_rows(
            "unblocked",
            f"(from {_WAS_BLOCKED} anti join identity.identity_blocked using (identifier_id))",
            "r.reason",
        ),
        identifier_rows(
            "guarded", f"(from {guarded} anti join {_WAS_GUARDED} using ({key}))", text
        ),
        identifier_rows(
            "unguarded", f"(from {_WAS_GUARDED} anti join {guarded} using ({key}))", text
        ),
    ]
