"""`siyu add-export`: sample files to a contract and a staging model that load them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.exports.contract_files import SHIPPED, Contracts, load_contracts
from pipelines.exports.drafting.draft import Draft, draft
from pipelines.exports.drafting.render import target_files
from pipelines.exports.drafting.titles import titles_of
from pipelines.exports.errors import ContractError, ExportRefused
from pipelines.exports.report import CheckedPart, check_file
from pipelines.privacy.keys import load_or_create_key
from pipelines.settings import Settings


@dataclass(frozen=True)
class Added:
    """A draft that was written, and the account of its own samples."""

    draft: Draft
    files: tuple[Path, ...]
    parts: tuple[CheckedPart, ...]


def add_export(
    files: Sequence[Path],
    settings: Settings,
    *,
    source: str | None = None,
    export: str | None = None,
    shipped: bool = False,
) -> Added:
    """Draft, prove on the samples, then write; nothing that exists is overwritten.

    Raises ``ExportRefused`` when a contract fits already, a file cannot be read, names are missing
    or taken, or the draft does not load its own samples.
    """
    contracts, key = load_contracts(settings), load_or_create_key(settings)
    for path in files:
        _refuse_known(path, contracts, key)
    drafted = draft(files, titles_of(files, contracts, settings, source, export), contracts)
    contract = drafted.contract()
    together = Contracts({**contracts.by_name, contract.contract: contract})
    parts = [part for path in files for part in check_file(path, together, key)]
    for part in parts:
        if part.report.contract != contract.contract:
            reason = part.report.message or f"contract {part.report.contract} fits it better"
            raise ExportRefused(
                f"The draft does not load its own sample {part.report.file_name}: {reason}"
            )
    folder = SHIPPED if shipped else settings.brand_configuration / "contracts"
    staging = settings.dbt_project_folder / "models" / "staging"
    written = target_files(drafted, folder, staging)
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Added(drafted, tuple(written), tuple(parts))


def dry_run(
    files: Sequence[Path], settings: Settings, contract: str | None = None
) -> list[CheckedPart]:
    """What loading the files would count; with ``contract`` only that one may match.

    Raises ``ContractError`` when there is no contract of that name.
    """
    contracts = load_contracts(settings)
    if contract is not None:
        if contract not in contracts.by_name:
            raise ContractError(
                f"There is no contract {contract!r}. Use one of {', '.join(contracts.by_name)}."
            )
        contracts = Contracts({contract: contracts[contract]})
    key = load_or_create_key(settings)
    return [part for path in files for part in check_file(path, contracts, key)]


def _refuse_known(path: Path, contracts: Contracts, key: bytes) -> None:
    for part in check_file(path, contracts, key):
        if part.report.contract is not None:
            raise ExportRefused(
                f"{path.name} is known: contract {part.report.contract} fits it. `siyu inspect "
                f"{path.name}` says why. To read it another way, write a contract with "
                f"`extends: {part.report.contract}` into brand/contracts."
            )
