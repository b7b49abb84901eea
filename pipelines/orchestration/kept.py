"""What a process worked out, kept for the next one in a file: nothing is lost with the file."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

_DIGEST = hashlib.sha256().digest_size


def read_kept(file: Path, made_of: str) -> bytes | None:
    """What was kept; None if the file is missing, damaged, or was made of something else."""
    try:
        kept = file.read_bytes()
    except OSError:
        return None
    content = kept[_DIGEST:]
    return content if kept[:_DIGEST] == _digest(made_of, content) else None


def keep(file: Path, made_of: str, content: bytes) -> None:
    """Keep something and what it was made of, such as versions and inputs, if the disk lets us."""
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(_digest(made_of, content) + content)
        unfinished.replace(file)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()


def _digest(made_of: str, content: bytes) -> bytes:
    digest = hashlib.sha256(f"{made_of}\0".encode())
    digest.update(content)
    return digest.digest()
