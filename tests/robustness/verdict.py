"""What must be true of every file, whatever was done to it."""

from __future__ import annotations

from pipelines.exports.headers import number_headers
from pipelines.exports.report import CheckedPart
from pipelines.exports.summary import one_line
from tests.robustness.bases import Base, Mutant, outcome_of, outcomes_by_line
from tests.robustness.oracle import Record, Width, cells_of_line, records_below


def judge(base: Base, mutant: Mutant, parts: list[CheckedPart]) -> None:
    """Fail with a sentence when a row is lost, a refusal is unclear or a promise is broken."""
    assert parts, "no report at all"
    for part in parts:
        assert part.report.status in ("loaded", "refused")
        assert one_line(part.report)
        if part.checked is None:
            _refusal_is_clear(base, part)
        else:
            _account_adds_up(part)
    _promise_is_kept(base, mutant, parts)
    if len(parts) == 1 and parts[0].checked is not None:
        records, header = _independent_records(base, mutant, parts[0])
        _every_record_is_told(parts[0], records)
        if mutant.rejected is not None:
            assert parts[0].report.rows_rejected == base.report.rows_rejected + mutant.rejected
        if mutant.unchanged_rows and parts[0].report.contract == base.contract.contract:
            _unchanged_rows_load_as_before(base, parts[0], records, header)
        if mutant.must == "load":
            _nothing_personal(base, repr(parts[0].checked.quarantine.rows()))


def _refusal_is_clear(base: Base, part: CheckedPart) -> None:
    message = part.report.message or ""
    assert len(message) > 30, message
    assert message.count(".") + message.count("\n") >= 1, f"no remedy: {message}"
    assert not any(word in message for word in ("Traceback", "Error(", "None")), message
    assert part.report.rows_read == 0
    _nothing_personal(base, message)


def _account_adds_up(part: CheckedPart) -> None:
    report, checked = part.report, part.checked
    assert checked is not None
    assert report.rows_read == report.rows_loaded + report.rows_rejected + report.rows_junk
    assert report.rows_junk == sum(report.junk.values())
    assert checked.rows.height == report.rows_loaded
    rejected = checked.quarantine["line_number"]
    assert rejected.n_unique() == report.rows_rejected
    assert rejected.is_in(checked.rows["_line_number"].implode()).sum() == 0
    assert checked.quarantine["reason"].str.len_chars().min() or not len(rejected)
    assert checked.quarantine["remedy"].str.len_chars().min() or not len(rejected)


def _promise_is_kept(base: Base, mutant: Mutant, parts: list[CheckedPart]) -> None:
    statuses = [part.report.status for part in parts]
    messages = [part.report.message for part in parts]
    if mutant.must == "load":
        assert statuses == ["loaded"], messages
        assert parts[0].report.contract == base.contract.contract
    elif mutant.must == "refuse":
        assert set(statuses) == {"refused"}, statuses
    elif mutant.must == "other contract or refuse":
        assert parts[0].report.contract != base.contract.contract
    elif mutant.must == "refuse or unchanged":
        if statuses == ["loaded"]:
            counts = [getattr(parts[0].report, f"rows_{n}") for n in ("read", "loaded", "junk")]
            assert counts == [getattr(base.report, f"rows_{n}") for n in ("read", "loaded", "junk")]
    else:
        assert mutant.must == "account"


def _independent_records(
    base: Base, mutant: Mutant, part: CheckedPart
) -> tuple[list[Record], tuple[str, ...]]:
    """Records below the header, counted without the reader, and the header."""
    report = part.report
    line = report.header_line or 0
    if report.encoding not in ("xlsx", "parquet"):
        text = mutant.text
        if text is None:
            text = mutant.data.decode(report.encoding or "").replace("\ufeff", "")
        header = cells_of_line(text, line)
        return records_below(text, line, _width(base, header)), header
    assert mutant.grid is not None
    if report.encoding == "parquet":
        header, *rows = mutant.grid
        return [Record(i, tuple(row)) for i, row in enumerate(rows, start=1)], header
    rows = mutant.grid[line:]
    return [Record(line + i, tuple(row)) for i, row in enumerate(rows, 1)], mutant.grid[line - 1]


def _width(base: Base, header: tuple[str, ...]) -> Width:
    named = max((i + 1 for i, cell in enumerate(header) if cell.strip()), default=0)
    return Width(0 if base.contract.short_rows == "pad" else named, len(header))


def _every_record_is_told(part: CheckedPart, records: list[Record]) -> None:
    assert part.checked is not None
    assert part.report.rows_read == len(records), "rows were lost or invented"
    lines = {record.line for record in records}
    loaded, rejected = outcomes_by_line(part)
    assert loaded.keys() <= lines
    assert rejected <= lines
    unsplittable = {record.line for record in records if record.cells is None}
    assert unsplittable <= rejected


def _unchanged_rows_load_as_before(
    base: Base, part: CheckedPart, records: list[Record], header: tuple[str, ...]
) -> None:
    wanted = number_headers(base.table.header)
    present = {h: i for i, h in enumerate(number_headers(header)) if h}
    if any(wanted[i] not in present for i in base.positions.values()):
        return
    if any(column.fill_down for column in base.contract.columns):
        return
    places = {name: present[wanted[i]] for name, i in base.positions.items()}
    width = _width(base, header)
    loaded, rejected = outcomes_by_line(part)
    for record in records:
        before = base.outcomes.get(base.key(record.cells, places)) if record.cells else None
        if before is not None and width.fits(list(record.cells or ())):
            assert outcome_of(base, loaded, rejected, record.line) in before, record


def _nothing_personal(base: Base, text: str) -> None:
    places = [i for i, column in base.columns() if column.is_personal]
    for record in base.table.records:
        for place in places:
            value = record[place].strip(" \t'") if place < len(record) else ""
            is_clear = len(value) > 2 and "*" not in value and not value.startswith(("##", "$$"))
            assert not (is_clear and value in text), f"{value} is shown: {text}"
