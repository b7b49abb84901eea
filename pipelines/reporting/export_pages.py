"""What the command line prints about export files: matches, accounts, drafts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from pipelines.exports.explain import explain
from pipelines.exports.summary import one_line
from pipelines.reporting.console import error
from pipelines.reporting.screen import screen

if TYPE_CHECKING:
    from pipelines.exports.drafting.add_export import Added
    from pipelines.exports.report import CheckedPart

_out = screen()
_UNITS = {
    "row": "of several deliveries the newest row counts",
    "group": "of several deliveries all rows of the newest one count",
}
_MAX_EXAMPLES = 10
_MAX_DOUBTS = 40


def print_accounts(parts: Iterable[CheckedPart]) -> None:
    """The account of a file, part by part, with the first rejected cells; or why it is refused."""
    for part in parts:
        if part.checked is None:
            error(f"{part.report.file_name}: {part.report.message or 'refused'}")
            continue
        _out.print(escape(one_line(part.report)), soft_wrap=True)
        if part.report.message:
            _out.print(f"  [yellow]{escape(part.report.message)}[/]")
        rejected = part.checked.quarantine
        for cell in rejected.head(_MAX_EXAMPLES).iter_rows(named=True):
            where = f", {escape(cell['header'])} = {escape(repr(cell['value']))}"
            _out.print(
                f"  [yellow]line {cell['line_number']}[/]{where if cell['header'] else ''}: "
                f"{escape(str(cell['reason']))} [dim]{escape(str(cell['remedy']))}[/]",
                soft_wrap=True,
            )
        if rejected.height > _MAX_EXAMPLES:
            _out.print(f"  [dim]and {rejected.height - _MAX_EXAMPLES:,} more[/]")


def print_inspection(parts: Sequence[CheckedPart]) -> None:
    """Which contract fits each part and why, what becomes of every header, and the account."""
    for part in parts:
        if part.checked is not None:
            _explanation(part)
        print_accounts([part])


def _explanation(part: CheckedPart) -> None:
    assert part.checked is not None
    match, report = part.checked.match, part.report
    facts = explain(match)
    contract = match.contract
    name = report.file_name + (f" [{report.member}]" if report.member else "")
    _out.print(
        f"[bold]{escape(name)}[/] is [bold]{contract.contract}[/] ({escape(contract.title_zh)}), "
        f"which fills raw_{contract.source}.{contract.export}",
        soft_wrap=True,
    )
    known = f"the contract knows {facts.known} of its {facts.headers} headers"
    _line("header", f"line {report.header_line}, {report.encoding}; {known}")
    _line("because", f"it has {_listed(facts.required)}" if facts.required else "")
    _line("variant", f"{report.variant}: {facts.variant}")
    _line("key", f"{_listed(facts.key)}: {_UNITS[contract.snapshot.unit]}")
    _line("exported", f"{report.exported_at:%Y-%m-%d %H:%M:%S} UTC")
    _line("loaded", _listed([f"{header} → {column}" for header, column in facts.loaded]))
    _line("personal", _listed([f"{header}, kept as {kept}" for header, kept in facts.personal]))
    _line("dropped", f"{_listed(facts.dropped)}: never read past the door" if facts.dropped else "")
    _line("collected", _listed(facts.collected))
    _line("not loaded", _listed(facts.not_loaded))
    _line("missing", _listed(facts.missing))
    if report.unknown_headers:
        _line("unknown", f"{_listed(report.unknown_headers)}: not loaded, add them to the contract")


def print_added(added: Added) -> None:
    """The files of a draft, what is not certain about it, and what to do next."""
    for path in added.files:
        _out.print(f"[green]written[/] {escape(os.path.relpath(path))}", soft_wrap=True)
    _out.print()
    print_accounts(added.parts)
    draft = added.draft
    doubts = [("", doubt) for doubt in draft.doubts]
    doubts += [("key", draft.key.doubt)] if draft.key.doubt else []
    doubts += [(rule.header, rule.doubt) for rule in draft.junk]
    doubts += [(column.header, doubt) for column in draft.columns for doubt in column.doubts]
    personal = [f"{c.header} ({c.kind})" for c in draft.loaded if c.is_personal]
    _out.print()
    _line("personal", _listed(personal) or "no column is taken for personal")
    _line("dropped", _listed(draft.headers("dropped")))
    _out.print(
        f"\n[bold]Not certain ({len(doubts)})[/]: each is marked `# unsure:` in the contract"
    )
    for header, doubt in doubts[:_MAX_DOUBTS]:
        _out.print(f"  {escape(header) + ': ' if header else ''}{escape(doubt)}", soft_wrap=True)
    if len(doubts) > _MAX_DOUBTS:
        _out.print(f"  [dim]and {len(doubts) - _MAX_DOUBTS} more in the contract[/]")
    sample = escape(" ".join(draft.sample.file_names))
    _out.print(
        "\n[bold]Next[/]: look the contract over, then\n"
        f"  [cyan]siyu add-export --check --contract {draft.titles.contract} {sample}[/]\n"
        f"  [cyan]siyu inspect {sample}[/]",
        soft_wrap=True,
    )


def _line(label: str, text: str) -> None:
    if text:
        _out.print(f"  [dim]{label:<10}[/] {escape(text)}", soft_wrap=True)


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts)
