"""The static report: one HTML file of a published version that opens without a network.

Both languages and Apache ECharts are inside. ECharts comes from the wheel of the package
`instaui-echarts`, which carries the library; it is read as a file and never imported.
"""

from __future__ import annotations

import html
import importlib.metadata
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dashboard import formats, parts
from dashboard.figures import (
    LANGUAGES,
    Figure,
    Filters,
    Language,
    Page,
    Snapshot,
    Text,
    failed,
)
from dashboard.pages import PAGES
from dashboard.parts import both, each
from dashboard.personal import personal_columns, without_personal
from dashboard.words import UI
from pipelines.publishing import Manifest, PublishingError, read_manifest
from pipelines.settings import Settings

FILE_NAME = "report.html"
LARGEST_BYTES = 5_000_000
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
    marked = personal_columns(snapshot)
    for page in PAGES:
        figures: list[tuple[str, Figure]] = []
        for figure in page.iterate(snapshot, filters):
            name = f"{page.key}/{figure.key}"
            figure = _with_options(figure, name, drawn)
            if figure.error:
                errors[name] = figure.error.en
            figures.append((name, replace(figure, frame=without_personal(figure, marked))))
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
        f"<span>{both(label)} {both(value)}</span>"
        for label, value in (
            (
                UI["as_of"],
                each(lambda language: formats.write(manifest.as_of, "date", language)),
            ),
            (UI["version"], Text(manifest.version, manifest.version)),
        )
    )
    tabs = "".join(
        f'<button type="button" role="tab" id="tab-{page.key}" data-page="{page.key}" '
        f'aria-controls="page-{page.key}" aria-selected="false">{both(page.title)}</button>'
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
<a class="skip" href="#figures-start">{both(UI["skip"])}</a>
<header>
<div class="bar"><h1>{both(UI["title"])}</h1><span class="facts">{facts}</span>
<button type="button" id="language">{both(UI["language"])}</button></div>
<nav role="tablist" aria-label="{UI["pages"].en} {UI["pages"].zh}">{tabs}</nav>
</header>
<main id="figures-start" tabindex="-1">
{"".join(sections)}
</main>
<script type="application/json" id="figures">{_json(drawn)}</script>
<script type="text/plain" id="echarts">{echarts_source()}</script>
<script>{(static / "chart.js").read_text("utf-8")}
{(static / "report.js").read_text("utf-8")}</script>
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
        f'aria-labelledby="tab-{page.key}"><p class="lead">{both(page.lead)}</p>'
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
    note = f'<p class="note">{both(figure.note)}</p>' if figure.note else ""
    definition = (
        f"<details><summary>{both(UI['definition'])}</summary>"
        f"<p>{both(figure.definition)}</p></details>"
        if figure.definition.en
        else ""
    )
    rows = "" if figure.is_empty or figure.error else _rows(figure)
    return (
        f'<section class="figure{" wide" if is_wide else ""}" id="figure-{name.replace("/", "-")}">'
        f"<h2>{both(figure.title)}</h2>{note}{_body(figure, name)}{definition}{rows}</section>\n"
    )


def _body(figure: Figure, name: str) -> str:
    state = parts.state_of(figure, both)
    if state:
        return state
    if figure.tiles:
        return parts.tiles(figure, both)
    if figure.draw:
        labels = "".join(
            f' data-{language}="{html.escape(figure.title[language])}. '
            f'{html.escape(figure.definition[language])}"'
            for language in LANGUAGES
        )
        return (
            f'<div class="chart" data-figure="{name}" style="height:{figure.height}px"{labels}>'
            f"{both(UI['loading'])}</div>"
        )
    return ""


def _rows(figure: Figure) -> str:
    title = both(UI["rows"].format(rows=f"{figure.frame.height:,}"))
    is_open = " open" if figure.draw is None and not figure.tiles else ""
    return (
        f'<details class="rows"{is_open}><summary>{title}</summary>'
        f"{parts.table(figure, figure.frame, both)}</details>"
    )


def _json(value: object) -> str:
    text = json.dumps(
        parts.plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.replace("<", "\\u003c")  # a script element ends at the first `</script`
