"""(b) Loading one file of every format, against reading its clean twin and doing nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.inputs.exports import MadeExport, make_export
from benchmarks.measure import Measured, Worker, medians, run_worker
from benchmarks.options import Options, data_folder
from benchmarks.results import Figure, Target
from pipelines.exports.contract import Contract
from pipelines.exports.contract_files import load_contracts

MAIN_FORMATS = ("tmall_orders", "douyin_orders")
PEERS = ("polars", "polars+store", "duckdb")
_UTF8_SHARE = Target(0.5, "at least")
_GB18030_SHARE = Target(0.3, "at least")
_SMALL_FILES = 60
_SMALL_ROWS = 200


def measure(options: Options) -> Iterator[Figure]:
    """The two main order exports at full size, then every other text format, then small files."""
    folder = options.work / "b"
    contracts = load_contracts(data_folder(options, "b"))
    ordered = sorted(contracts, key=lambda c: (c.contract not in MAIN_FORMATS, c.contract))
    for contract in ordered:
        if options.formats and contract.contract not in options.formats:
            continue
        if "csv" not in contract.formats:
            yield _unmeasured(contract, "no text format")
            continue
        is_main = contract.contract in MAIN_FORMATS
        options.say(f"(b) loading {contract.contract}")
        made = make_export(contract, folder, options.loader_mb if is_main else options.format_mb)
        yield from _one_format(contract, made, folder, options.repeats if is_main else 1)
        made.file.unlink()
        made.clean.unlink()
    yield _small_files(contracts.by_raw_table["raw_tmall.orders"][0], folder, options)
    shutil.rmtree(folder, ignore_errors=True)


def _one_format(
    contract: Contract, made: MadeExport, folder: Path, repeats: int
) -> Iterator[Figure]:
    load = Worker("load", (str(folder), str(made.file)))
    refusal = _refusal(run_worker(load), contract, made)
    if refusal:
        yield _unmeasured(contract, refusal)
        return
    plain = {
        engine: Worker("read_plain", (engine, str(made.clean), str(folder))) for engine in PEERS
    }
    runs = medians(repeats, {"ours": load, **plain})
    ours = runs["ours"]
    target = _GB18030_SHARE if made.encoding == "gb18030" else _UTF8_SHARE
    for engine in PEERS:
        yield Figure(
            section="b",
            name=f"{contract.contract} ({made.encoding})",
            value=runs[engine].work / ours.work,
            unit=f"of {engine}",
            ours=ours,
            peer_name=f"{engine} reads clean UTF-8",
            peer=runs[engine],
            target=target,
            note=f"{made.clean_mb / ours.work:.0f} MB/s, {engine} "
            f"{made.clean_mb / runs[engine].work:.0f}; {made.clean_mb:.0f} MB",
            sizes={"rows": made.rows, "clean_bytes": made.clean.stat().st_size},
        )


def _small_files(contract: Contract, folder: Path, options: Options) -> Figure:
    """What a file costs before its first row: a brand has thousands of small daily files."""
    options.say(f"(b) loading {_SMALL_FILES} small files")
    small = folder / "small"
    files = []
    for number in range(_SMALL_FILES):
        made = make_export(contract, small / str(number), rows=_SMALL_ROWS, first_row=number * 1000)
        files.append(str(made.file))
    ours = medians(options.repeats, {"ours": Worker("load", (str(folder), *files))})["ours"]
    return Figure(
        section="b",
        name=f"one file of {_SMALL_ROWS} rows ({contract.contract})",
        value=ours.work / _SMALL_FILES * 1000,
        unit="CPU ms",
        ours=ours,
        note=f"mean of {_SMALL_FILES} files",
        sizes={"files": _SMALL_FILES, "rows": _SMALL_FILES * _SMALL_ROWS},
    )


def _refusal(loaded: Measured, contract: Contract, made: MadeExport) -> str:
    """Why the loaded file does not count: a file that is not loaded whole measures nothing."""
    facts = loaded.facts
    if facts["contracts"] != [contract.contract]:
        return f"the made file was taken for {facts['contracts']}: {facts['message'] or ''}"[:160]
    if facts["rows_loaded"] != made.rows:
        return f"only {facts['rows_loaded']} of {made.rows} made rows were loaded"
    return ""


def _unmeasured(contract: Contract, note: str) -> Figure:
    return Figure("b", contract.contract, None, "", note=note)
