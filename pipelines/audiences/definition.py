"""Segments as a brand defines them: `brand/audiences/<name>.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pipelines.audiences.conditions import Condition
from pipelines.audiences.errors import AudienceError
from pipelines.audiences.formats import nearest
from pipelines.settings import Settings

_REMEDIES = {"missing": "add it", "extra_forbidden": "remove it or correct its spelling"}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Model):
    """A format that the segment is written in."""

    format: str
    account: str | None = None
    """Of formats whose ids belong to an account: which one."""


class Suppression(_Model):
    """Who was in an earlier package on the same platform is left out."""

    audiences: Literal["all"] | tuple[str, ...]
    """Names of segments, or all."""
    days: int | None = Field(default=None, ge=1)
    """Packages of the last so many days; None: of any day."""


def _as_target(value: Any) -> Any:
    return {"format": value} if isinstance(value, str) else value


class Audience(_Model):
    """One segment."""

    audience: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)
    label_zh: str = Field(min_length=1)
    description: str = Field(min_length=10)
    owner: str = Field(min_length=1)
    purpose: str
    """What the people must have agreed to; formats.yml maps it to a channel per platform."""
    platforms: tuple[Annotated[Target, BeforeValidator(_as_target)], ...] = Field(min_length=1)
    sql: str | None = None
    """One SELECT with a column customer_id over customer_center and marts; its order counts."""
    conditions: tuple[Condition, ...] = ()
    """Instead of `sql`: columns of dim_customers, all of which must hold."""
    order_by: str | None = None
    """Of conditions with a limit: a column of dim_customers; its highest values come first."""
    limit: int | None = Field(default=None, ge=1)
    """So many people at most, the first ones."""
    suppress: Suppression | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.sql is None) == (not self.conditions):
            raise ValueError("give either sql or conditions. Remedy: remove one of them")
        for target in self.platforms:
            if self.platforms.count(target) > 1:
                raise ValueError(f"platforms has {target.format} twice. Remedy: remove one")
        if self.sql is not None and self.order_by is not None:
            raise ValueError("order_by goes with conditions. Remedy: write `order by` into sql")
        if self.limit is not None and not self.sql and self.order_by is None:
            raise ValueError(
                "a limit takes the first people, and conditions have no order. Remedy: add order_by"
            )
        return self


def audiences_folder(settings: Settings) -> Path:
    """Where the brand's segments stand."""
    return settings.brand_configuration / "audiences"


def load_audiences(settings: Settings) -> tuple[dict[str, Audience], list[str]]:
    """All segments by name, and what is wrong with the files of others.

    A mistake is one line: file, line, field, what is wrong, remedy.
    """
    audiences: dict[str, Audience] = {}
    problems: list[str] = []
    for path in sorted(audiences_folder(settings).glob("*.yml")):
        try:
            audiences[path.stem] = _read(path)
        except AudienceError as error:
            problems += str(error).splitlines()
    return audiences, problems


def find_audience(settings: Settings, name: str) -> Audience:
    """The segment of that name, whatever is wrong with others. Raises AudienceError."""
    path = audiences_folder(settings) / f"{name}.yml"
    if path.is_file():
        return _read(path)
    known = [other.stem for other in audiences_folder(settings).glob("*.yml")]
    remedy = nearest(name, sorted(known)) if known else f"write {path.name} (docs/audiences.md)"
    raise AudienceError(f"there is no segment {name!r} in {path.parent}; {remedy}")


def _read(path: Path) -> Audience:
    text = path.read_bytes()
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f" line {place.line + 1}:" if place else ""
        problem = getattr(error, "problem", None) or error
        raise AudienceError(
            f"{path}:{line} not valid YAML: {problem}. Remedy: check indentation, quote texts "
            "that hold : or #, save as UTF-8"
        ) from None
    if not isinstance(document, dict):
        raise AudienceError(f"{path}: holds no fields. Remedy: start with `audience: {path.stem}`")
    try:
        audience = Audience.model_validate(document)
    except ValidationError as error:
        raise AudienceError(_readable(path, yaml.compose(text), error)) from None
    if audience.audience != path.stem:
        raise AudienceError(
            f"{path}: field `audience`: {audience.audience!r} is not the file's name. Remedy: name "
            f"the file {audience.audience}.yml"
        )
    return audience


def _readable(path: Path, document: yaml.Node | None, error: ValidationError) -> str:
    lines = []
    for item in error.errors(include_url=False):
        field = ".".join(str(part) for part in item["loc"])
        line = _line_of(document, item["loc"])
        file = f"{path}: line {line}" if line else str(path)
        place = f"{file}: field `{field}`" if field else file
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "value_error":
            lines.append(f"{place}: {message}")
            continue
        given = "" if item["type"] == "missing" else f" (got {item['input']!r:.60})"
        remedy = _REMEDIES.get(item["type"], "correct the value")
        lines.append(f"{place}: {message}{given}. Remedy: {remedy}")
    return "\n".join(lines)


def _line_of(node: yaml.Node | None, place: tuple[int | str, ...]) -> int | None:
    """The line of a field, or of the last one around it that the document has."""
    line = None
    for part in place:
        if isinstance(node, yaml.MappingNode):
            fields = {key.value: (key, value) for key, value in node.value}
            if part not in fields:
                break
            start, node = fields[part]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            start = node = node.value[part]
        else:
            break
        line = start.start_mark.line + 1
    return line
