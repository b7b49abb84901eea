"""What gives away that a text for Chinese readers was left in English."""

from __future__ import annotations

import re

_WORD = r"[A-Za-z][A-Za-z'’-]+"
_RUN = re.compile(rf"{_WORD}(?:[ ,;:]+{_WORD}){{2,}}")


def english_sentences(text: str) -> list[str]:
    """Runs of three and more Latin words: names of channels and models have one or two."""
    return _RUN.findall(text)
