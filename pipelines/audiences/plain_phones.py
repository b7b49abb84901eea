"""Plain hashes of phones, made by reading again what was delivered.

The warehouse knows a phone by its keyed hash alone. Raw tables say which file and row held it, so
that row's cell is read again, proven by the keyed hash, and its digits are hashed as platforms ask.
Digits exist in memory only, and only of the phones that are wanted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from pipelines.audiences.formats import PHONE
from pipelines.exports.clean import clean_cells
from pipelines.exports.column import Column
from pipelines.exports.contract import Contract
from pipelines.exports.contract_files import Contracts
from pipelines.exports.detect import detect
from pipelines.exports.errors import ExportRefused
from pipelines.exports.read import Refusal, open_export
from pipelines.exports.report import PIECE_BYTES
from pipelines.exports.table import Part
from pipelines.privacy.hashing import KIND_PHONE, hash_series
from pipelines.privacy.normalise import phone, split_phone_list
from pipelines.privacy.personal_columns import personal_tables

FILE_GONE = "every file with the number is gone or changed"
NOT_DELIVERED = "no loaded file holds the number any more"
ABROAD = "the number is no mainland mobile, which platforms ask for"
_MAINLAND = r"^\+86(1[3-9]\d{9})$"
_PLACES = pl.Schema(
    {"identifier_key": pl.String(), "file_id": pl.Int64(), "line": pl.Int64(), "raw": pl.String()}
)
_FOUND = pl.Schema({"identifier_key": pl.String(), "md5": pl.String(), "sha256": pl.String()})


@dataclass(frozen=True)
class PlainPhones:
    """Plain hashes of the phones that could be read again, and why others could not."""

    hashes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_FOUND))
    """identifier_key, md5, sha256: hex digests of the eleven digits, one row per phone."""
    lost: dict[str, str] = field(default_factory=dict)
    """Reason by identifier_key of every other phone."""
    files_read: int = 0
    files_gone: tuple[str, ...] = ()
    """Delivered files that were looked for and are gone or changed, as paths in the landing
    folder."""


def plain_phones(
    connection: duckdb.DuckDBPyConnection,
    keys: Sequence[str],
    landing: Path,
    contracts: Contracts,
    key: bytes,
) -> PlainPhones:
    """Hash the digits behind these keyed hashes; reads as few files as it can.

    ``connection`` is the warehouse, which may be read-only; ``key`` that of the keyed hashes.
    """
    wanted = list(dict.fromkeys(keys))
    places = _places(connection, wanted, contracts)
    delivered = set(places["identifier_key"])
    files = _Files(connection, landing, places["file_id"].unique().to_list())
    found: list[pl.DataFrame] = []
    abroad: set[str] = set()
    gone: set[str] = set()
    while places.height:
        file_id = _richest(places)
        own = places.filter(pl.col("file_id") == file_id)
        places = places.filter(pl.col("file_id") != file_id)
        cells = files.read(file_id, own, contracts)
        if cells is None:
            gone.add(files.path_of(file_id))
            continue
        hashed, foreign = _hashed(cells, own["identifier_key"], key)
        found.append(hashed)
        abroad |= foreign
        done = [*hashed["identifier_key"], *foreign]
        places = places.filter(~pl.col("identifier_key").is_in(done))
    hashes = pl.concat([pl.DataFrame(schema=_FOUND), *found])
    known = set(hashes["identifier_key"])
    lost = {
        each: ABROAD if each in abroad else FILE_GONE if each in delivered else NOT_DELIVERED
        for each in wanted
        if each not in known
    }
    return PlainPhones(hashes, lost, len(found), tuple(sorted(gone)))


def _richest(places: pl.DataFrame) -> int:
    """The file that holds most of what is still wanted; of equals the newest."""
    best = places.group_by("file_id").len().sort("len", "file_id").tail(1)
    return int(best["file_id"][0])


def _places(
    connection: duckdb.DuckDBPyConnection, keys: Sequence[str], contracts: Contracts
) -> pl.DataFrame:
    """Where each phone was delivered: one row per phone, file and raw column."""
    present = {
        (f"{schema}.{table}", column)
        for schema, table, column in connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where database_name = current_database()"
        ).fetchall()
    }
    parts = []
    for table in personal_tables(contracts):
        for column in table.identifiers:
            if column.identifier_type != PHONE or (table.name, column.name) not in present:
                continue
            value = f"unnest(string_split({column.name}, ','))" if column.is_list else column.name
            parts.append(
                f"select cells.identifier_key, file_id, min(line) as line, '{column.name}' as raw "
                f"from (select {value} as identifier_key, _file_id as file_id, "
                f"_line_number as line from {table.name} where {column.name} is not null) as cells "
                "semi join wanted using (identifier_key) group by all"
            )
    if not parts or not keys:
        return pl.DataFrame(schema=_PLACES)
    connection.register("wanted", pl.DataFrame({"identifier_key": keys}).to_arrow())
    try:
        return connection.sql(" union all ".join(parts)).pl().cast(_PLACES)
    finally:
        connection.unregister("wanted")


class _Files:
    """Delivered files by their id in the ledger, read again only if they are what they were."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, landing: Path, file_ids: Sequence[int]
    ) -> None:
        self._landing = landing
        rows = connection.execute(
            "select file_id, sha256, relative_path, member, contract from ledger.files "
            "where file_id in (select unnest($1::bigint[]))",
            [list(file_ids)],
        ).fetchall()
        self._files = {row[0]: row[1:] for row in rows}
        self._paths: dict[str, list[str]] = {}
        for sha256, path in connection.execute(
            "select sha256, relative_path from ledger.seen_files order by all"
        ).fetchall():
            self._paths.setdefault(sha256, []).append(path)

    def path_of(self, file_id: int) -> str:
        """Where the file was when it was loaded."""
        return str(self._files[file_id][1])

    def read(self, file_id: int, places: pl.DataFrame, contracts: Contracts) -> pl.Series | None:
        """Cells (text) of the places; None when the file is gone, changed or read otherwise now."""
        sha256, path, member, contract = self._files[file_id]
        wanted = contracts.get(contract)
        data = next(self._contents(sha256, path), None)
        if data is None or wanted is None:
            return None
        try:
            parts = open_export(Path(path).name, data)
            part = next(p for p in parts if not isinstance(p, Refusal) and p.member == member)
            return pl.concat(_cells(part, wanted, places, contracts))
        except (ExportRefused, StopIteration):
            return None

    def _contents(self, sha256: str, path: str) -> Iterator[bytes]:
        """The bytes that were loaded, under the path of then or another one."""
        for name in dict.fromkeys([path, *self._paths.get(sha256, [])]):
            try:
                data = (self._landing / name).read_bytes()
            except OSError:
                continue
            if hashlib.sha256(data).hexdigest() == sha256:
                yield data


def _cells(
    part: Part, contract: Contract, places: pl.DataFrame, contracts: Contracts
) -> list[pl.Series]:
    match = detect(part.head(contracts.scan_rows), contracts, part.file_format)
    columns = {
        column: places.filter(pl.col("raw").is_in(list(column.raw_columns)))["line"].unique()
        for column in contract.columns
        if column.name in match.positions and column.type in ("phone", "phone_list")
    }
    wanted = {column: lines for column, lines in columns.items() if len(lines)}
    positions = [match.positions[column.name] for column in wanted]
    cells = [pl.Series([], dtype=pl.String)]
    for body in part.bodies(match.header, contract.short_rows, positions, PIECE_BYTES):
        for column, lines in wanted.items():
            is_wanted = body.line_numbers.is_in(lines.to_list())
            found = body.cells.filter(is_wanted).select(
                pl.col(str(match.positions[column.name])).alias(column.name)
            )
            cells.append(_texts(clean_cells(found, [column])[column.name], column))
    return cells


def _texts(cells: pl.Series, column: Column) -> pl.Series:
    texts = cells.drop_nulls().unique().alias("")
    if column.type == "phone_list":
        numbers = [number for cell in texts for number in split_phone_list(cell)]
        return pl.Series("", numbers, dtype=pl.String)
    return texts


def _hashed(cells: pl.Series, wanted: pl.Series, key: bytes) -> tuple[pl.DataFrame, set[str]]:
    """Plain hashes of the wanted phones among the cells, and the keys of those from abroad."""
    normal = cells.alias("cell").to_frame().select(phone=phone(pl.col("cell")))["phone"]
    normal = normal.drop_nulls().unique()
    proven = pl.DataFrame(
        {"phone": normal, "identifier_key": hash_series(KIND_PHONE, normal, key)}
    ).filter(pl.col("identifier_key").is_in(wanted.to_list()))
    digits = proven.with_columns(digits=pl.col("phone").str.extract(_MAINLAND))
    foreign = set(digits.filter(pl.col("digits").is_null())["identifier_key"])
    mainland = digits.drop_nulls("digits")
    hashed = pl.DataFrame(
        {
            "identifier_key": mainland["identifier_key"],
            "md5": _digests("md5", mainland["digits"]),
            "sha256": _digests("sha256", mainland["digits"]),
        },
        schema=_FOUND,
    )
    return hashed, foreign


def _digests(name: str, digits: Iterable[str]) -> list[str]:
    """Hex digests in lower case, as every platform takes them.

    >>> _digests("md5", ["13800138000"])
    ['7945bd83237335e5376ff44d62e4f0ae']
    """
    # The platforms fix the function: it protects nothing, the digits can be tried out.
    return [hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest() for text in digits]
