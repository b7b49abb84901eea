"""Compiled templates of the dbt project, kept from one process to the next.

Jinja makes Python of a template, and Python compiles it: 1,500 templates in a refresh, more than a
CPU second. As with Python's own modules, what was compiled once is read the next time.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType

from pipelines.orchestration.kept import keep, read_kept

_Source = tuple[str, str]
"""Class of the environment, and the text; environments of a class compile alike."""
_MOST = 10_000
"""A file of more begins anew: templates that were changed since are never asked for again."""


class CompiledTemplates:
    """Code of templates, by what it was compiled from."""

    def __init__(self) -> None:
        self._codes: dict[_Source, CodeType] = {}
        self._file: Path | None = None
        self._kept = 0

    def get(self, environment: type, text: str, compiled: Callable[[], CodeType]) -> CodeType:
        """The code of a template; `compiled` makes it where there is none yet."""
        source = environment.__qualname__, text
        if source not in self._codes:
            self._codes[source] = compiled()
        return self._codes[source]

    @contextmanager
    def kept_in(self, file: Path) -> Iterator[None]:
        """Know what another process left in a file; leave there what is compiled meanwhile."""
        if self._file != file:
            kept = read_kept(file, _compilers())
            codes: dict[_Source, CodeType] = marshal.loads(kept) if kept else {}
            self._codes.update(codes if len(codes) <= _MOST else {})
            self._file, self._kept = file, len(self._codes)
        try:
            yield
        finally:
            if len(self._codes) > self._kept:
                keep(file, _compilers(), marshal.dumps(self._codes))
                self._kept = len(self._codes)


def _compilers() -> str:
    """Another Python, Jinja or dbt compiles to something else."""
    python = f"{sys.version} {MAGIC_NUMBER.hex()}"
    return f"{python} jinja {version('jinja2')} dbt-common {version('dbt-common')}"
