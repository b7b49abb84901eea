"""`siyu <verb>`: thin; each verb runs a job or makes one library call."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import (
    cli_dashboard,
    cli_decisions,
    cli_diff,
    cli_identity,
    cli_metrics,
    cli_publish,
)
from pipelines.cli_audience import audience
from pipelines.cli_errors import readable_errors
from pipelines.cli_explain import explain
from pipelines.ending import end_at_once
from pipelines.exports.errors import ExportRefused
from pipelines.orchestration.disk_space import check_disk, naming_a_full_disk
from pipelines.orchestration.refresh import refresh as refresh_warehouse
from pipelines.publishing.reader import connect, kept_versions
from pipelines.reporting import console
from pipelines.settings import REPOSITORY, Settings, current_settings

if TYPE_CHECKING:
    from pipelines.exports.report import CheckedPart

app = typer.Typer(
    name="siyu",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"siyu {metadata.version('siyu')} in {REPOSITORY}")
        raise typer.Exit


@app.callback()
def siyu(
    is_asked: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Which release this is."
        ),
    ] = False,
) -> None:
    """Siyu: the customer data center for brands that sell through Chinese platforms."""


@app.command()
def run() -> None:
    """The main job: write the demo brand if data/landing is empty, refresh, report."""
    with readable_errors():
        settings = current_settings()
        if not _has_exports(settings.landing_folder):
            _write_demo(settings)
        _refresh_and_report(settings)


@app.command()
def refresh(
    full: Annotated[
        bool, typer.Option("--full", help="Build every table anew, also what nothing touches.")
    ] = False,
) -> None:
    """Load what is new in data/landing, rebuild, check, publish; report what changed."""
    with readable_errors():
        _refresh_and_report(current_settings(), full=full)


@app.command()
def report(
    html: Annotated[
        bool, typer.Option("--html", help="Print where the version's HTML report lies instead.")
    ] = False,
    version: cli_publish.Version = None,
) -> None:
    """Print the headline figures of the published version."""
    from dashboard.report import kept_report

    with readable_errors():
        settings = current_settings()
        if html:
            typer.echo(kept_report(settings, version))
            return
        with connect(settings, version, follow=False) as snapshot:
            console.print_report(snapshot)


@app.command(name="versions")
def list_versions() -> None:
    """List the published versions that are kept, newest last. Exit code 1 when one is damaged."""
    with readable_errors():
        manifests, broken = kept_versions(current_settings())
    console.print_versions(manifests)
    for damage in broken:
        console.error(str(damage))
    if broken:
        raise typer.Exit(1)


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An export file.")],
) -> None:
    """Say which contract fits a file and why, or which headers differ; writes nothing."""
    from pipelines.exports.drafting.add_export import dry_run
    from pipelines.reporting.export_pages import print_inspection

    with readable_errors():
        parts = dry_run([file], current_settings())
    print_inspection(parts)
    _end_with_refusals(parts)


@app.command()
def add_export(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="Samples of one export.")
    ],
    source: Annotated[str | None, typer.Option(help="Where it comes from, such as weimob.")] = None,
    export: Annotated[str | None, typer.Option(help="What it holds, such as orders.")] = None,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Into pipelines/exports/contracts, not brand/.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing: print what loading would count.")
    ] = False,
    contract: Annotated[
        str | None, typer.Option(help="With --check: the one contract to check against.")
    ] = None,
) -> None:
    """Draft a contract and a staging model from sample files, or --check a contract on files."""
    from pipelines.exports.drafting import add_export as drafting
    from pipelines.reporting import export_pages

    with readable_errors():
        if check:
            parts = drafting.dry_run(files, current_settings(), contract)
            export_pages.print_accounts(parts)
            return _end_with_refusals(parts)
        if contract is not None:
            raise ExportRefused("--contract goes with --check: add it, or leave both out.")
        added = drafting.add_export(
            files, current_settings(), source=source, export=export, shipped=shipped
        )
    export_pages.print_added(added)
    return None


@app.command()
def docs() -> None:
    """Write the generated pages of docs/: every export format, metric and published table."""
    from pipelines.exports import reference as exports
    from pipelines.metrics import reference as metrics
    from pipelines.metrics.catalogue import read_catalogue
    from pipelines.orchestration.dbt_manifest import read_manifest
    from pipelines.reporting import table_reference as tables

    with readable_errors():
        settings = current_settings()
        catalogue = read_catalogue(settings)
        pages = {
            "exports.md": exports.reference(),
            "metrics.md": metrics.reference(catalogue),
            "tables.md": tables.reference(read_manifest(settings), catalogue),
        }
        for name, text in pages.items():
            page = settings.home / "docs" / name
            page.write_text(text, "utf-8")
            console.print_written(page)


@app.command()
def catalog() -> None:
    """Write dbt's documentation of every model, with lineage: one page, opens without a network."""
    from pipelines.orchestration.dbt_calls import write_catalog

    with readable_errors():
        console.print_written(write_catalog(current_settings()))


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="Folder for landing/ and truth/.")],
    customers: Annotated[int, typer.Option(help="How many people the brand knows.")] = 10_000,
    days: Annotated[int, typer.Option(help="How many days, up to and with the last day.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 20260601,
    profile: Annotated[int, typer.Option(help="Industry profile 1 to 4.")] = 1,
    last_day: Annotated[
        bool,
        typer.Option(
            "--last-day", help="Keep what the last day brings apart, in last_day/ and not landing/."
        ),
    ] = False,
) -> None:
    """Write a fictional brand's raw exports into OUT/landing and what is true into OUT/truth."""
    from pipelines.simulation import SimulationError, simulate_brand

    try:
        with console.waiting(f"Simulating {customers:,} people over {days} days"):
            brand = simulate_brand(
                out / "landing",
                out / "truth",
                customers=customers,
                days=days,
                seed=seed,
                profile=profile,
                last_day_folder=out / "last_day" if last_day else None,
            )
    except SimulationError as error:
        console.error(str(error))
        raise typer.Exit(1) from None
    console.print_simulated(brand)


@app.command()
def prepare() -> None:
    """Build what `dagster dev` reads: the warehouse's empty tables and the dbt manifest."""
    from pipelines.orchestration.refresh import prepare as prepare_code_location

    with readable_errors():
        prepare_code_location(current_settings())


@app.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def bench(context: typer.Context) -> None:
    """Measure speed, memory and growth against peers and the floor (--help lists its options)."""
    command = [sys.executable, "-m", "benchmarks", *context.args]
    raise typer.Exit(subprocess.run(command, cwd=REPOSITORY, check=False).returncode)


def _end_with_refusals(parts: Sequence[CheckedPart]) -> None:
    if any(part.checked is None for part in parts):
        raise typer.Exit(1)


def _has_exports(landing: Path) -> bool:
    return any(
        path.is_file() and path.name != "README.md" and not path.name.startswith(".")
        for path in landing.rglob("*")
    )


def _write_demo(settings: Settings) -> None:
    from pipelines.simulation import simulate_brand

    with console.waiting("Writing the demo brand's exports (10,000 people, 90 days)"):
        brand = simulate_brand(
            settings.landing_folder,
            settings.demo_truth_folder,
            customers=10_000,
            days=90,
            profile=settings.brand.industry_profile,
        )
    console.print_simulated(brand)


_NICENESS = 10
"""A refresh takes the processor time that readers of the snapshot leave."""


def _refresh_and_report(settings: Settings, *, full: bool = False) -> None:
    os.nice(_NICENESS)
    with naming_a_full_disk(settings), console.RefreshProgress() as progress:
        outcome = refresh_warehouse(settings, progress, full=full)
    console.print_outcome(outcome)
    console.print_refused(outcome)
    if outcome.status == "failed":
        check_disk(settings)
        raise typer.Exit(1)
    with connect(settings, follow=False) as snapshot:
        console.print_report(snapshot)
    console.print_stages(outcome)
    console.print_next_steps()


app.command()(cli_publish.query)
app.command()(cli_publish.publish)
app.command()(cli_metrics.metric)
app.command()(cli_dashboard.dashboard)
app.command()(cli_diff.diff)
app.command()(cli_identity.why)
cli_decisions.register(app)
app.add_typer(cli_identity.identity)
app.add_typer(audience)
app.add_typer(explain)


def main() -> None:
    """The command `siyu`."""
    try:
        app()
    except SystemExit as ended:
        if not ended.code:
            end_at_once()
        raise


if __name__ == "__main__":
    main()
