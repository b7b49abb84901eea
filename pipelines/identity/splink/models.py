"""The brand's Splink models: `brand/identity/splink/<name>.yml`, and what training wrote beside it.

`docs/splink.md` says what each field means to the people who write them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.identity.errors import IdentityInputError

MODELS_FOLDER = Path("identity") / "splink"
"""Below the brand's configuration folder."""
Columns = Annotated[tuple[str, ...], Field(min_length=1)]


class SplinkModel(BaseModel):
    """One model: which records it compares, how, and which rules its pairs are evidence of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Path
    records: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]
    """One query, whose rows are compared with each other, or two, compared with one another. Each
    gives `identifier_value`, the columns compared, and may give seen_at, file_id, line_number."""
    compare: Annotated[dict[str, Literal["exact", "name", "typo"]], Field(min_length=2)]
    """Column → how: equal; alike as names are; equal but for one or two slips of the pen."""
    block_on: Annotated[tuple[Columns, ...], Field(min_length=2)]
    """A pair is compared only if it agrees in all columns of one of these."""
    certain: Annotated[tuple[Columns, ...], Field(min_length=1)]
    """A pair that agrees in all columns of one of these is one person: training counts them."""
    certain_recall: Annotated[float, Field(gt=0, le=1)] = 0.8
    """The share of true pairs that `certain` is thought to find."""
    rules: Annotated[dict[int, Annotated[float, Field(gt=0, lt=1)]], Field(min_length=1)]
    """Rule → the probability that a pair must reach; it is evidence of the highest it reaches."""

    @property
    def name(self) -> str:
        """The name of the file, without its ending."""
        return self.file.stem

    @property
    def source(self) -> str:
        """The source that its evidence states."""
        return f"splink:{self.name}"

    @property
    def trained_file(self) -> Path:
        """What training learned, in the JSON form of Splink."""
        return self.file.with_suffix(".json")

    @property
    def is_trained(self) -> bool:
        """Whether it can predict."""
        return self.trained_file.exists()

    @model_validator(mode="after")
    def _blocks_are_compared(self) -> SplinkModel:
        for columns in (*self.block_on, *self.certain):
            if unknown := sorted(set(columns) - self.compare.keys()):
                raise ValueError(f"{', '.join(unknown)}: add it to `compare`, or leave it out here")
        # Training learns how a column differs among pairs that agree in others.
        fixed = set.intersection(*(set(columns) for columns in self.block_on))
        if fixed:
            raise ValueError(
                f"`block_on` never lets {', '.join(sorted(fixed))} differ, so training cannot "
                "learn what a difference there means; add a block without it"
            )
        return self


def read_models(brand_folder: Path) -> list[SplinkModel]:
    """Every model of the brand, by name; none is the normal state.

    Raises:
        IdentityInputError: one line per mistake: file, field, value and what is wrong.
    """
    models, mistakes = [], []
    for file in sorted((brand_folder / MODELS_FOLDER).glob("*.yml")):
        try:
            models.append(_read_model(file))
        except yaml.YAMLError as error:
            mistakes.append(f"{file} is not valid YAML: {error}")
        except ValidationError as error:
            mistakes += _readable(file, error)
    if mistakes:
        raise IdentityInputError("\n".join(mistakes))
    return models


def find_model(brand_folder: Path, name: str) -> SplinkModel:
    """The model of that name.

    Raises:
        IdentityInputError: as `read_models`, or there is none of that name.
    """
    models = {model.name: model for model in read_models(brand_folder)}
    if name not in models:
        raise IdentityInputError(
            f"there is no {brand_folder / MODELS_FOLDER / name}.yml"
            + (
                f"; there is {', '.join(models)}"
                if models
                else "; docs/splink.md says what is in it"
            )
        )
    return models[name]


def _read_model(file: Path) -> SplinkModel:
    content = yaml.safe_load(file.read_text("utf-8"))
    fields = dict(content) if isinstance(content, Mapping) else {}
    return SplinkModel.model_validate({**fields, "file": file})


def _readable(file: Path, error: ValidationError) -> Iterator[str]:
    for item in error.errors(include_url=False):
        place = f", field {'.'.join(map(str, item['loc']))}" if item["loc"] else ""
        got = f" (got {item['input']!r})" if item["loc"] and item["type"] != "missing" else ""
        yield f"{file}{place}: {item['msg'].removeprefix('Value error, ')}{got}"
