"""`siyu diff`: what the published figures say otherwise of past days, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli_errors import readable_errors
from pipelines.publishing.errors import PublishError, UnknownVersionError
from pipelines.publishing.reader import versions
from pipelines.reporting import console
from pipelines.settings import Settings, current_settings

if TYPE_CHECKING:
    import polars as pl

    from pipelines.restatement.compare import Restatement

_SUFFIXES = (".csv", ".json")


def diff(
    version: Annotated[
        str | None,
        typer.Argument(help="A kept version (`siyu versions`); default the one before the newest."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="The version to compare it with; default the newest.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help="One metric alone, by its name.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help=f"Write the rows into a file instead: {', '.join(_SUFFIXES)}."),
    ] = None,
) -> None:
    """Which figures of past days a version states otherwise than an earlier one, and why."""
    from pipelines.metrics.catalogue import read_catalogue
    from pipelines.restatement import compare_versions
    from pipelines.restatement.tables import as_frame

    with readable_errors():
        settings = current_settings()
        older = version or _before_newest(settings)
        found = compare_versions(settings, older, to)
        if metric:
            name = read_catalogue(settings).metric(metric).name
            found = [one for one in found if one.metric == name]
        rows = as_frame(found)
        if out:
            _write(rows, out)
            return
        console.print_rows(
            ["metric", "day", "was", "is", "why"],
            [_told(one) for one in found],
            caption=f"{older} against {to or 'the newest version'}; --out FILE has every column",
            rest="--out FILE has all",
        )


def _told(one: Restatement) -> tuple[str, str, str, str, str]:
    rows = ", ".join(f"{count:,} {cause}" for cause, count in one.rows.items() if count)
    if rows and not one.is_same_day:
        rows += " of other days"
    from pipelines.restatement.compare import RULE_CHANGE

    is_counted = one.rows.get(one.cause, 0) > 0
    causes = [] if is_counted else [one.cause]
    if one.is_rule_change and one.cause != RULE_CHANGE:
        causes.append(RULE_CHANGE)
    why = "; ".join([*causes, rows] if rows else causes).replace("_", " ")
    return one.metric, str(one.day), _written(one.published), _written(one.restated), why


def _written(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")


def _before_newest(settings: Settings) -> str:
    kept = [manifest.version for manifest in versions(settings)]
    if len(kept) < 2:
        raise UnknownVersionError(
            f"{len(kept)} version is kept, and a comparison takes two; publish again "
            "(siyu refresh) once new files have come"
        )
    return kept[-2]


def _write(rows: pl.DataFrame, path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise PublishError(
            f"cannot write {path.name}: the name ends in one of {', '.join(_SUFFIXES)}"
        )
    try:
        if suffix == ".csv":
            rows.write_csv(path, include_bom=True)  # Excel reads Chinese from it
        else:
            rows.write_ndjson(path)
    except OSError as error:
        raise PublishError(f"cannot write {path}: {error}") from None
    console.success(f"{rows.height:,} rows are in {path}")
