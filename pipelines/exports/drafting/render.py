"""A draft as files: the contract, the staging model, and what dbt is told about them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from pipelines.exports.drafting.columns import DraftColumn
from pipelines.exports.drafting.draft import Draft
from pipelines.exports.errors import ExportRefused

_GROUPS = (
    ("ids", ("_key", "_keys"), ("id",)),
    ("strings", (), ("text", "json", "person_name", "region", "phone", "email", "account")),
    ("numerics", (), ("integer", "money", "decimal", "percent")),
    ("booleans", (), ("boolean",)),
    ("dates", (), ("date",)),
    ("timestamps", (), ("timestamp", "epoch_seconds")),
)


def contract_yaml(draft: Draft) -> str:
    """The contract's YAML, with a comment at everything that is not certain."""
    document = draft.document()
    files = ", ".join(draft.sample.file_names)
    lines = [f"# Drafted by `siyu add-export` from {files}. Look over what is marked unsure."]
    lines += [f"# unsure: {doubt}" for doubt in draft.doubts]
    for field in ("contract", "source", "export", "title", "title_zh", "grain", "short_rows"):
        if field in document:
            lines.append(f"{field}: {_flow(document[field])}")
    lines.append(f"header: {_flow(document['header'])}")
    lines.append("columns:")
    lines += [f"  - {_flow(c.document())}{_unsure(c)}" for c in draft.loaded]
    for kind in ("not_loaded", "dropped"):
        columns = [column for column in draft.columns if column.kind == kind]
        lines += [f"{kind}:"] if columns else []
        lines += [f"  - {_flow(column.header)}{_unsure(column)}" for column in columns]
    if draft.junk:
        lines.append("junk:")
        lines += [
            f"  - {_flow(stated)}  # unsure: {rule.doubt}"
            for rule, stated in zip(draft.junk, document["junk"], strict=True)
        ]
    if "skip_sheets" in document:
        lines.append(f"skip_sheets: {_flow(document['skip_sheets'])}")
    doubt = f"  # unsure: {draft.key.doubt}" if draft.key.doubt else ""
    lines.append(f"snapshot: {_flow(document['snapshot'])}{doubt}")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    text = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=100_000
    )
    return text.removesuffix("...\n").strip()


def _unsure(column: DraftColumn) -> str:
    return f"  # unsure: {'; '.join(column.doubts)}" if column.doubts else ""


def staging_sql(draft: Draft) -> str:
    """The staging model: newest snapshot, columns in groups, one row per source row."""
    titles = draft.titles
    key = ", ".join(f"'{name}'" for name in ("_account", *draft.key_columns))
    lines = [
        "with source as (",
        "",
        f"    {{{{ latest_snapshot(source('raw_{titles.source}', '{titles.export}'), "
        f"[{key}], '{draft.key.unit}') }}}}",
        "",
        "),",
        "",
        "renamed as (",
        "",
        "    select",
    ]
    groups = _grouped(draft)
    for number, (label, names) in enumerate(groups):
        lines.append(f"        -- {label}")
        last = number == len(groups) - 1
        ends = [",", *([",", ""] if not last else [""])]
        lines += [f"        {n}{ends[0] if n != names[-1] else ends[1]}" for n in names]
        lines += [""] if not last else []
    lines += ["    from source", "", ")", "", "select * from renamed"]
    return "\n".join(lines) + "\n"


def _grouped(draft: Draft) -> list[tuple[str, list[str]]]:
    added = {
        "ids": ["_account as account"],
        "strings": ["_variant as export_variant"],
        "numerics": ["_file_id as file_id", "_line_number as line_number"],
        "timestamps": ["_exported_at as exported_at"],
    }
    groups = []
    for label, endings, kinds in _GROUPS:
        names = [
            name
            for column in draft.loaded
            for name in column.raw_columns
            if (column.kind in kinds and not name.endswith(("_key", "_keys")))
            or (endings and name.endswith(endings))
        ]
        names += added.get(label, [])
        if names:
            groups.append((label, names))
    return groups


def target_files(draft: Draft, contracts: Path, staging: Path) -> dict[Path, str]:
    """Every file of the draft with its content; existing dbt YAML is added to.

    Raises ``ExportRefused`` when a file of the same name is there already.
    """
    titles = draft.titles
    folder = staging / titles.source
    model = f"stg_{titles.source}__{titles.export}"
    new = {
        contracts / f"{titles.contract}.yml": contract_yaml(draft),
        folder / f"{model}.sql": staging_sql(draft),
    }
    for path in new:
        if path.exists():
            raise ExportRefused(
                f"{path} is there already and is not overwritten. Give the draft another name "
                "with --export, or move the file away."
            )
    grain = draft.document()["grain"].removesuffix(" and delivered file.")
    table = (
        f"      - name: {titles.export}\n        description: Delivered rows, every snapshot kept\n"
    )
    source = (
        f"version: 2\n\nsources:\n  - name: raw_{titles.source}\n"
        f"    description: {_flow(titles.title)}\n    schema: raw_{titles.source}\n    tables:\n"
    )
    entry = f"  - name: {model}\n    description: {_flow(grain + '.')}\n"
    keys = _key_columns_in_staging(draft)
    if draft.key.unit == "row" and not any(name.endswith("_masked") for name in keys):
        entry += (
            "    data_tests:\n      - primary_key:\n"
            f"          arguments: {{columns: [{', '.join(keys)}]}}\n"
        )
    new[folder / f"_{titles.source}__sources.yml"] = _added(
        folder / f"_{titles.source}__sources.yml", source, table
    )
    new[folder / f"_{titles.source}__models.yml"] = _added(
        folder / f"_{titles.source}__models.yml", "version: 2\n\nmodels:\n", entry
    )
    return new


def _key_columns_in_staging(draft: Draft) -> list[str]:
    return ["account", *draft.key_columns]


def _added(path: Path, start: str, entry: str) -> str:
    """The file with one more entry; it must still be YAML that says the same and more."""
    if not path.exists():
        return start + entry
    before = path.read_text("utf-8")
    text = before.rstrip("\n") + ("\n\n" if entry.startswith("  - ") else "\n") + entry
    name = re.search(r"- name: (\S+)", entry)
    try:
        stated = str(yaml.safe_load(text))
    except yaml.YAMLError:
        stated = ""
    if name is None or f"'name': '{name[1]}'" not in stated:
        raise ExportRefused(
            f"{path} does not end with a list that an entry can be added to. Add to it by hand:\n"
            f"{entry}"
        )
    return text
