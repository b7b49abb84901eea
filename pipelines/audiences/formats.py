"""The upload formats of ad platforms, read from `formats.yml`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from pipelines.audiences.errors import AudienceError

PHONE = "phone"
HashName = Literal["md5", "sha256"]


class Limits(BaseModel):
    """What a platform sets as limits; None where no source states one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_ids: int | None = Field(default=None, ge=1)
    max_ids: int | None = Field(default=None, ge=1)
    min_matched: int | None = Field(default=None, ge=1)
    """Ids that the platform must recognise; it says so itself, after the upload."""
    max_file_bytes: int | None = Field(default=None, ge=1)
    name_max_characters: int | None = Field(default=None, ge=1)
    pushes_per_year: int | None = Field(default=None, ge=1)


class Format(Limits):
    """One kind of id that one platform takes as a file."""

    name: str
    platform: str
    platform_label_zh: str
    label_zh: str
    platform_type: str
    """What the platform calls this kind of id."""
    identifier_type: str
    """Type of the identifier in `customer_identifiers`."""
    hash: HashName | None = None
    """How the digits of a phone are hashed; None: the id that the platform issued itself."""
    per_account: bool = False
    """Ids belong to one account (app, official account), which a package must name."""
    consent: dict[str, str]
    """Purpose to the channel of `customer_consents` that must agree."""
    removal: Literal["reduce", "replace"]
    file: Literal["txt", "zip"] = "txt"
    source: str
    """Where this was read."""

    @property
    def title(self) -> str:
        """Platform and kind of id, for people."""
        return f"{self.platform_label_zh}, {self.label_zh} ({self.platform_type})"


def load_formats(path: Path = Path(__file__).parent / "formats.yml") -> dict[str, Format]:
    """Every format by its name; settings of the platform hold for its formats."""
    return dict(_read(path))


@cache
def _read(path: Path) -> dict[str, Format]:
    document: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["platforms"]
    formats = {}
    for platform, common in document.items():
        shared = {key: value for key, value in common.items() if key not in ("formats", "label_zh")}
        names = {"platform": platform, "platform_label_zh": common["label_zh"]}
        for name, own in common["formats"].items():
            formats[name] = Format.model_validate({**shared, **names, **own, "name": name})
    return formats


def find_format(formats: dict[str, Format], name: str) -> Format:
    """The format of that name. Raises AudienceError with the nearest ones."""
    if name not in formats:
        raise AudienceError(f"there is no upload format {name!r}; {nearest(name, formats)}")
    return formats[name]


def nearest(name: str, known: Iterable[str]) -> str:
    """`use one of …`, the most alike first."""
    names = list(known)
    alike = difflib.get_close_matches(name, names, n=5, cutoff=0.3) or names
    return f"use one of {', '.join(alike)}"
