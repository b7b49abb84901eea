"""`siyu metric`: a figure by its one definition, asked of the published snapshot."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli_errors import readable_errors
from pipelines.cli_publish import OutputFormat, Version, print_result
from pipelines.publishing.reader import connect
from pipelines.reporting import console
from pipelines.settings import current_settings

if TYPE_CHECKING:
    from pipelines.metrics.catalogue import Catalogue


def metric(
    name: Annotated[
        str | None, typer.Argument(help="A metric, by its name or Chinese name; none lists them.")
    ] = None,
    by: Annotated[
        str, typer.Option(help="Dimensions and day, week, month, quarter or year: month,channel.")
    ] = "",
    where: Annotated[
        list[str] | None,
        typer.Option(help="channel=douyin_live, platform=tmall,jd or is_member!=true; repeatable."),
    ] = None,
    first_day: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day, YYYY-MM-DD."),
    ] = None,
    last_day: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, YYYY-MM-DD."),
    ] = None,
    version: Version = None,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="How to print the rows.")
    ] = OutputFormat.table,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL, do not run it.")] = False,
) -> None:
    """A metric by its one definition, from the published snapshot (docs/metrics.md)."""
    from pipelines.metrics.catalogue import read_catalogue
    from pipelines.metrics.compiler import MetricCompiler
    from pipelines.metrics.question import ask
    from pipelines.metrics.values import empty_values, unknown_values

    with readable_errors():
        settings = current_settings()
        catalogue = read_catalogue(settings)
        if name is None:
            _print_metrics(catalogue, output)
            return
        question = ask(
            catalogue.metric(name),
            [part.strip() for part in by.split(",") if part.strip()],
            where or [],
            first_day.date() if first_day else None,
            last_day.date() if last_day else None,
        )
        compiler = MetricCompiler(settings)
        if sql:
            sys.stdout.write(compiler.sql(question) + "\n")
            return
        with connect(settings, version, follow=False) as snapshot:
            print_result(snapshot, compiler.sql(question), output)
            for notes in (unknown_values, empty_values):
                for sentence in notes(question, compiler, snapshot):
                    console.warning(sentence)


def _print_metrics(catalogue: Catalogue, output: OutputFormat) -> None:
    rows = [(m.name, m.label_zh, m.description) for m in catalogue.metrics.values()]
    if output is OutputFormat.table:
        console.print_rows(["metric", "中文", "what it is"], rows, caption="docs/metrics.md")
        return
    import polars

    frame = polars.DataFrame(rows, schema=["metric", "label_zh", "description"], orient="row")
    is_csv = output is OutputFormat.csv
    sys.stdout.write(frame.write_csv() if is_csv else frame.write_ndjson())
