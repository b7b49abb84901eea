"""Every path, environment variable, time zone and industry profile, in one typed place.

A setting comes from an environment variable ``SIYU_<NAME>``, else from ``brand/brand.yml``,
else from the default below. Nothing else in the package reads the environment.
"""

from __future__ import annotations

from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOCAL_TIME_ZONE = ZoneInfo("Asia/Shanghai")
"""Every day boundary and every naive time in an export file is read in this zone."""

REPOSITORY = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting has a value that it cannot have; the message names place, setting and value."""


class IdentityQuality(BaseModel):
    """When a refresh stops before it publishes: `identity_quality` in ``brand/brand.yml``.

    docs/identity.md says what each figure means and what to do when it is beyond its limit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    largest_customer_max: int = Field(default=100, ge=1)
    """Identifiers that one customer may hold."""
    large_customer_size: int = Field(default=20, ge=1)
    """A customer with more identifiers is a large one."""
    large_customers_max_share: float = Field(default=0.01, ge=0, le=1)
    """Share of all identifiers that large customers may hold together."""
    refused_max_share: float = Field(default=0.02, ge=0, le=1)
    """Share of all evidence that limits, decisions and contested identifiers may refuse."""
    new_super_nodes_max_share: float = Field(default=0.001, ge=0, le=1)
    """Identifiers that the degree guard newly sets aside, by all identifiers."""
    changed_customers_max_share: float = Field(default=0.05, ge=0, le=1)
    """Customers merged, split or emptied since the last published version, by all of its."""
    match_rate_max_drop: float = Field(default=0.05, ge=0, le=1)
    """How far the match rate of a source may fall below the last published version's."""
    smallest_change: int = Field(default=50, ge=0)
    """Fewer refused edges, new super-nodes, changed customers or facts never stop a refresh."""


_RECIPIENT_NAMES = {
    "oceanengine_ads": "巨量引擎", "wechat_ads": "腾讯广告", "tmall_ads": "阿里妈妈",
}  # fmt: skip
"""Consent channels of ad platforms, and the name by which a text must call each."""


class MemberCard(BaseModel):
    """Which ad platforms the text behind the member card's tick names: `member_card`.

    Giving identifiers to a third party needs a consent that names it (PIPL, article 23), so without
    these lines the tick is a consent to no ad platform.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ad_recipients: tuple[Literal["oceanengine_ads", "wechat_ads", "tmall_ads"], ...] = ()
    wording: str = ""
    """The sentence on the card, word for word."""

    @model_validator(mode="after")
    def _wording_names_every_recipient(self) -> Self:
        for recipient in self.ad_recipients:
            name = _RECIPIENT_NAMES[recipient]
            if name not in self.wording:
                raise ValueError(
                    f"wording does not name {name}; remedy: quote the card there, or "
                    f"take {recipient} out of ad_recipients where the card does not name it"
                )
        return self


class BrandSettings(BaseModel):
    """What a brand decides about itself: ``brand/brand.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "Demo brand"
    industry_profile: Literal[1, 2, 3, 4] = 1
    """1 to 4, as `seeds/industry_profiles.csv` defines them; it sets every window."""
    device_login_days: int | None = Field(default=None, ge=1)
    """A shared device belongs to the only customer who used it within so many days before its last
    use; without a number, to nobody as soon as two have used it."""
    identity_quality: IdentityQuality = IdentityQuality()
    member_card: MemberCard = MemberCard()


class Settings(BaseSettings):
    """Where Siyu reads and writes. ``Settings()`` never touches the disk beyond brand.yml."""

    model_config = SettingsConfigDict(
        env_prefix="SIYU_", extra="ignore", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default=REPOSITORY)
    """The checkout: holds dagster.yaml, dbt_project/, brand/ and data/."""
    data: Path | None = None
    """Data root; default ``<home>/data``."""
    brand_folder: Path | None = None
    """Brand configuration; default ``<home>/brand`` (brand.yml and contracts/*.yml)."""
    landing: Path | None = None
    """Where export files are dropped; default ``<data>/landing``."""
    personal_data_key_file: Path | None = None
    """Key of the HMAC of personal identifiers; default ``<data>/keys/personal_data.key``."""
    audiences: Path | None = None
    """Audience packages and their ledger; default ``<data>/audiences``."""
    as_of_date: date | None = None
    """The last complete day of the data; default the last local day with an order
    that was over when the newest export was made."""
    accept_identity_change: bool = False
    """For one refresh: who is who may differ from the last published version by any amount."""
    keep_versions: int = Field(default=14, ge=1)
    """How many published versions stay readable."""
    keep_days: int = Field(default=90, ge=1)
    """Versions older than so many days go as well, except the newest."""

    @property
    def data_folder(self) -> Path:
        """Root of everything git ignores."""
        return self.data or self.home / "data"

    @property
    def landing_folder(self) -> Path:
        """Raw export files as downloaded: ``<landing>/<source>/[<account>/]<file>``."""
        return self.landing or self.data_folder / "landing"

    @property
    def demo_truth_folder(self) -> Path:
        """What is true about the demo brand, if `siyu run` has written one."""
        return self.data_folder / "demo_truth"

    @property
    def warehouse_path(self) -> Path:
        """The DuckDB file that only the pipeline opens."""
        return self.data_folder / "warehouse" / "siyu.duckdb"

    @property
    def serving_folder(self) -> Path:
        """Published, read-only versions: ``versions/<version>/`` and the link ``current``."""
        return self.data_folder / "serving"

    @property
    def audiences_folder(self) -> Path:
        """Files for ad platforms and the ledger of who is in them; readable by its owner alone."""
        return self.audiences or self.data_folder / "audiences"

    @property
    def dagster_storage(self) -> Path:
        """Runs, events and schedules of the Dagster instance."""
        return self.data_folder / "dagster"

    @property
    def dbt_project_folder(self) -> Path:
        """The dbt project."""
        return self.home / "dbt_project"

    @property
    def brand_configuration(self) -> Path:
        """Folder of brand.yml and the brand's own contracts."""
        return self.brand_folder or self.home / "brand"

    @property
    def key_file(self) -> Path:
        """File of the personal-data key, outside the warehouse, mode 0600."""
        return self.personal_data_key_file or self.data_folder / "keys" / "personal_data.key"

    @cached_property
    def brand(self) -> BrandSettings:
        """The brand's own choices; defaults when there is no brand.yml."""
        path = self.brand_configuration / "brand.yml"
        try:
            content = yaml.safe_load(path.read_bytes()) if path.exists() else None
            return BrandSettings.model_validate(content or {})
        except yaml.YAMLError as error:
            raise SettingsError(
                f"{path} is not valid YAML: {error}; remedy: check indentation, save it as UTF-8"
            ) from None
        except ValidationError as error:
            raise SettingsError(_readable(str(path), "field", error)) from None


@cache
def current_settings() -> Settings:
    """The settings of this process: read once, so that every part agrees on them.

    Raises:
        SettingsError: an environment variable has a value that it cannot have.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_readable("the environment", "SIYU_", error)) from None


def _readable(place: str, prefix: str, error: ValidationError) -> str:
    """One line per mistake: where, which setting, what is wrong with which value."""
    lines = []
    for item in error.errors(include_url=False):
        name = ".".join(str(part) for part in item["loc"])
        name = f"{prefix}{name.upper()}" if prefix == "SIYU_" else f"{prefix} `{name}`"
        lines.append(f"{place}: {name}: {item['msg']} (got {item['input']!r})")
    return "\n".join(lines)
