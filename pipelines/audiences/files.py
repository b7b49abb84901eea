"""Files of packages: one id per line, no header line, readable by their owner alone."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.audiences.errors import AudienceError
from pipelines.audiences.formats import Format
from pipelines.privacy.hashing import hash_series
from pipelines.settings import Settings

_UNFINISHED = ".unfinished-"
_LINE = "audience_line"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Content:
    """A file that is not written yet."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Hex digest of the whole file."""
        return hashlib.sha256(self.data).hexdigest()


def content(stem: str, upload: Format, lines: Iterable[str]) -> Content:
    """The file of these lines. They are sorted, so that their order says nothing about anybody."""
    text = "".join(f"{line}\n" for line in sorted(lines)).encode("ascii")
    if upload.file == "txt":
        return Content(f"{stem}.txt", text)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{stem}.txt", _EPOCH), text, zipfile.ZIP_DEFLATED)
    return Content(f"{stem}.zip", packed.getvalue())


def stem(audience: str, upload: Format, day: date, package_id: int, change: str = "") -> str:
    """Name without suffix: segment, format, local day, number of the package."""
    return f"{audience}__{upload.name}__{day:%Y%m%d}__p{package_id}{change}"


def read_lines(path: Path) -> list[str]:
    """Lines of a package's file. Raises OSError, ValueError or BadZipFile when they are gone."""
    if path.suffix != ".zip":
        return path.read_text("ascii").split()
    with zipfile.ZipFile(path) as archive:
        return archive.read(archive.namelist()[0]).decode("ascii").split()


def line_keys(lines: pl.Series, key: bytes) -> pl.Series:
    """Keyed hashes of lines, which the ledger holds in their place."""
    return hash_series(_LINE, lines, key)


@contextmanager
def writing(
    settings: Settings, new: Iterable[Content], rewritten: Iterable[Content] = ()
) -> Iterator[None]:
    """Write files that appear under their names only when the body has succeeded.

    The body notes them in the ledger: a process killed at any point leaves no finished file that
    the ledger does not know. `rewritten` take the place of files that are there.

    Raises:
        AudienceError: the folder cannot be written, or a new file is there already.
    """
    folder = settings.audiences_folder
    unfinished: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in folder.glob(f"{_UNFINISHED}*"):
            old.unlink()
        new = list(new)
        for each in new:
            _refuse_present(folder / each.name)
        for each in [*new, *rewritten]:
            path = folder / f"{_UNFINISHED}{each.name}"
            unfinished.append((path, folder / each.name))
            _write(path, each.data)
        yield
        for path, final in unfinished:
            path.rename(final)
    except OSError as error:
        raise AudienceError(f"cannot write into {folder}: {error}") from None
    finally:
        for path, _ in unfinished:
            path.unlink(missing_ok=True)


def state_of(settings: Settings, name: str, sha256: str) -> str:
    """`present`, `gone` or `altered`."""
    try:
        data = (settings.audiences_folder / name).read_bytes()
    except OSError:
        return "gone"
    return "present" if hashlib.sha256(data).hexdigest() == sha256 else "altered"


def _refuse_present(path: Path) -> None:
    if path.exists():
        raise AudienceError(
            f"{path} is there already, so the ledger beside it is not the one that knows it. "
            "Remedy: restore ledger.duckdb from the backup, or move the file away"
        )


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
