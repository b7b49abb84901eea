"""A file's account as one line of text, for logs and the command line."""

from __future__ import annotations

from pipelines.exports.report import REFUSED, FileReport


def one_line(report: FileReport) -> str:
    """`file: contract (variant): read = loaded + rejected + junk`, or why it is refused."""
    name = report.relative_path + (f" [{report.member}]" if report.member else "")
    if report.status == REFUSED:
        return f"{name}: refused: {(report.message or '').splitlines()[0]}"
    junk = ", ".join(f"{rule} {rows}" for rule, rows in report.junk.items())
    unknown = ", ".join(report.unknown_headers)
    return (
        f"{name}: {report.contract} ({report.variant}, {report.encoding}): "
        f"{report.rows_read:,} rows read = {report.rows_loaded:,} loaded "
        f"+ {report.rows_rejected:,} rejected + {report.rows_junk:,} junk"
        + (f" ({junk})" if junk else "")
        + (f"; headers unknown to the contract: {unknown}" if unknown else "")
    )
