"""The static report: one HTML file of a published version that opens without a network.

Both languages and Apache ECharts are inside. ECharts comes from the wheel of the package
`instaui-echarts`, which carries the library; it is read as a file and never imported.
"""

from __future__ import annotations

import html
import importlib.metadata
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dashboard import formats, labels
from dashboard.figures import (
    LANGUAGES,
    Figure,
    Filters,
    Language,
    Page,
    Snapshot,
    Text,
    Tile,
    failed,
)
from dashboard.pages import PAGES
from dashboard.words import UI
from pipelines.publishing import Manifest, PublishingError, read_manifest
from pipelines.settings import Settings

FILE_NAME = "report.html"
LARGEST_BYTES = 5_000_000
ROWS_SHOWN = 100
"""Rows of a figure that the report holds; `siyu query` has all."""
_ECHARTS_PACKAGE = "instaui-echarts"
_ECHARTS_FILE = "echarts.esm.min.js"


class ReportError(PublishingError):
    """The report as a whole cannot be made or found; the message names cause and remedy."""


@dataclass(frozen=True)
class Report:
    """A finished report. `errors` names the figures that show their error state, and why."""

    html: str
    errors: dict[str, str]


def build_report(snapshot: Snapshot, *, industry_profile: int = 1) -> Report:
    """Draw every page of the version that `snapshot` reads.

    A figure that fails is shown in its error state and named in `errors`. Raises ReportError when
    ECharts is not installed or the file would exceed 5 MB.
    """
    filters = Filters(industry_profile=industry_profile)
    drawn: dict[str, dict[Language, Any]] = {}
    errors: dict[str, str] = {}
    sections = []
    for page in PAGES:
        figures: list[tuple[str, Figure]] = []
        for figure in page.iterate(snapshot, filters):
            name = f"{page.key}/{figure.key}"
            figure = _with_options(figure, name, drawn)
            if figure.error:
                errors[name] = figure.error.en
            figures.append((name, figure))
        sections.append(_page(page, figures))
    text = _document(snapshot.manifest, sections, drawn)
    size = len(text.encode())
    if size > LARGEST_BYTES:
        raise ReportError(f"the report has {size:,} bytes, more than {LARGEST_BYTES:,}")
    return Report(text, errors)


def kept_report(settings: Settings, version: str | None = None) -> Path:
    """Where the report of a kept version lies, by default of the newest.

    Raises NothingPublishedError, UnknownVersionError, or ReportError for a version that was
    published before there were reports.
    """
    manifest = read_manifest(settings, version)
    if FILE_NAME not in manifest.companions:
        raise ReportError(
            f"version {manifest.version} was published without a report; remedy: siyu refresh"
        )
    return settings.serving_folder / "versions" / manifest.version / FILE_NAME


def _with_options(figure: Figure, name: str, drawn: dict[str, dict[Language, Any]]) -> Figure:
    try:
        options = {language: figure.option(language) for language in LANGUAGES}
    except Exception as error:  # a chart that fails must not take the publish with it
        return failed(figure.key, figure.title, error)
    if options["en"] is not None:
        drawn[name] = options
    return figure


@cache
def echarts_source() -> str:
    """ECharts as an ES module, from the installed package. Raises ReportError."""
    remedy = f"remedy: pip install {_ECHARTS_PACKAGE}"
    try:
        distribution = importlib.metadata.distribution(_ECHARTS_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        raise ReportError(f"the package {_ECHARTS_PACKAGE} is not installed; {remedy}") from None
    for file in distribution.files or ():
        if file.name == _ECHARTS_FILE:
            source = Path(str(distribution.locate_file(file))).read_text("utf-8")
            if "</script" in source:
                raise ReportError(f"{_ECHARTS_FILE} cannot stand inside HTML: it holds </script")
            return source
    raise ReportError(f"the package {_ECHARTS_PACKAGE} holds no {_ECHARTS_FILE}; {remedy}")


def _document(
    manifest: Manifest, sections: Iterable[str], drawn: dict[str, dict[Language, Any]]
) -> str:
    static = files("dashboard") / "static"
    made = formats.write(manifest.created_at, "date", "en")
    facts = " · ".join(
        f"<span>{_both(label)} {_both(value)}</span>"
        for label, value in (
            (
                UI["as_of"],
                _each(lambda language: formats.write(manifest.as_of, "date", language)),
            ),
            (UI["version"], Text(manifest.version, manifest.version)),
        )
    )
    tabs = "".join(
        f'<button type="button" role="tab" id="tab-{page.key}" data-page="{page.key}" '
        f'aria-controls="page-{page.key}" aria-selected="false">{_both(page.title)}</button>'
        for page in PAGES
    )
    return f"""<!doctype html>
<html lang="zh-CN" data-version="{html.escape(manifest.version)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="siyu, {made}">
<link rel="icon" href="data:,">
<title>{html.escape(UI["title"].zh)}</title>
<style>{(static / "report.css").read_text("utf-8")}</style>
</head>
<body data-title-en="{html.escape(UI["title"].en)}" data-title-zh="{html.escape(UI["title"].zh)}">
<a class="skip" href="#figures-start">{_both(UI["skip"])}</a>
<header>
<div class="bar"><h1>{_both(UI["title"])}</h1><span class="facts">{facts}</span>
<button type="button" id="language">{_both(UI["language"])}</button></div>
<nav role="tablist" aria-label="{UI["pages"].en} {UI["pages"].zh}">{tabs}</nav>
</header>
<main id="figures-start" tabindex="-1">
{"".join(sections)}
</main>
<script type="application/json" id="figures">{_json(drawn)}</script>
<script type="text/plain" id="echarts">{echarts_source()}</script>
<script>{(static / "report.js").read_text("utf-8")}</script>
</body>
</html>
"""


def _page(page: Page, figures: list[tuple[str, Figure]]) -> str:
    wide = _wide([figure for _, figure in figures])
    parts = [
        _figure(figure, name, is_wide)
        for (name, figure), is_wide in zip(figures, wide, strict=True)
    ]
    return (
        f'<section class="page" role="tabpanel" id="page-{page.key}" '
        f'aria-labelledby="tab-{page.key}"><p class="lead">{_both(page.lead)}</p>'
        f'<div class="figures">{"".join(parts)}</div></section>\n'
    )


def _wide(figures: list[Figure]) -> list[bool]:
    """Whether each figure takes the whole row: by its kind, or because it would stand alone."""
    wide = [bool(figure.tiles) or figure.draw is None or figure.height > 400 for figure in figures]
    is_second = False
    for position, is_wide in enumerate(wide):
        if is_wide or is_second:
            is_second = False
        elif position + 1 == len(wide) or wide[position + 1]:
            wide[position] = True
        else:
            is_second = True
    return wide


def _figure(figure: Figure, name: str, is_wide: bool) -> str:
    note = f'<p class="note">{_both(figure.note)}</p>' if figure.note else ""
    definition = (
        f"<details><summary>{_both(UI['definition'])}</summary>"
        f"<p>{_both(figure.definition)}</p></details>"
        if figure.definition.en
        else ""
    )
    rows = "" if figure.is_empty or figure.error else _rows(figure)
    return (
        f'<section class="figure{" wide" if is_wide else ""}" id="figure-{name.replace("/", "-")}">'
        f"<h2>{_both(figure.title)}</h2>{note}{_body(figure, name)}{definition}{rows}</section>\n"
    )


def _body(figure: Figure, name: str) -> str:
    if figure.error:
        return (
            f'<div class="state error" role="alert"><strong>{_both(UI["error"])}</strong>'
            f"{_both(UI['error_hint'])}<code>{_both(figure.error)}</code></div>"
        )
    if figure.is_empty:
        return (
            f'<div class="state"><strong>{_both(UI["empty"])}</strong>'
            f"{_both(UI['empty_hint'])}</div>"
        )
    if figure.tiles:
        return f'<ul class="tiles">{"".join(_tile(tile) for tile in figure.tiles)}</ul>'
    if figure.draw:
        labels = "".join(
            f' data-{language}="{html.escape(figure.title[language])}. '
            f'{html.escape(figure.definition[language])}"'
            for language in LANGUAGES
        )
        return (
            f'<div class="chart" data-figure="{name}" style="height:{figure.height}px"{labels}>'
            f"{_both(UI['loading'])}</div>"
        )
    return ""


def _tile(tile: Tile) -> str:
    value = _each(lambda language: formats.write(tile.value, tile.unit, language))
    change = ""
    if tile.change is not None and tile.baseline_label:
        sign = "▲" if tile.change > 0 else "▼" if tile.change < 0 else "="
        change = (
            f'<div class="tile-change">{sign} {abs(tile.change):.1%} '
            f"{_both(tile.baseline_label)}</div>"
        )
    number = "" if tile.value is None else float(tile.value)
    return (
        f'<li data-tile="{tile.key}" data-value="{number}">'
        f'<div class="tile-label">{_both(tile.label)}</div>'
        f'<div class="tile-value">{_both(value)}</div>{change}</li>'
    )


def _rows(figure: Figure) -> str:
    frame = figure.frame.head(ROWS_SHOWN)
    units = {name: figure.units.get(name, "count") for name in frame.columns}
    numeric = {name for name, kind in frame.schema.items() if kind.is_numeric()}
    head = "".join(
        f'<th scope="col"{_right(name in numeric)}>'
        f"{_both(figure.columns.get(name, Text(name, name)))}</th>"
        for name in frame.columns
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_right(name in numeric)}>{_cell(value, units[name])}</td>"
            for name, value in row.items()
        )
        + "</tr>"
        for row in frame.iter_rows(named=True)
    )
    cut = ""
    if figure.frame.height > ROWS_SHOWN:
        words = UI["rows_cut"].format(shown=ROWS_SHOWN, rows=f"{figure.frame.height:,}")
        cut = f'<p class="note">{_both(words)}</p>'
    title = _both(UI["rows"].format(rows=f"{figure.frame.height:,}"))
    is_open = " open" if figure.draw is None and not figure.tiles else ""
    return (
        f'<details class="rows"{is_open}><summary>{title}</summary>{cut}'
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></details>"
    )


def _right(is_number: bool) -> str:
    return ' class="number"' if is_number else ""


def _cell(value: object, unit: Any) -> str:
    if isinstance(value, str):
        return _both(labels.value(value))
    return _both(_each(lambda language: formats.write_exact(value, unit, language)))


def _each(write: Any) -> Text:
    return Text(write("en"), write("zh"))


def _both(text: Text) -> str:
    if text.en == text.zh:
        return html.escape(text.en)
    return (
        f'<span class="en" lang="en">{html.escape(text.en)}</span>'
        f'<span class="zh" lang="zh-CN">{html.escape(text.zh)}</span>'
    )


def _json(value: object) -> str:
    text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")  # a script element ends at the first `</script`


def _plain(value: Any) -> Any:
    """JSON has no NaN, no date and no decimal."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
