"""Settings: where things lie, what a brand decides, and readable mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import settings as module
from pipelines.settings import REPOSITORY, Settings, SettingsError


def test_everything_git_ignores_lies_under_data(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    for path in (
        settings.landing_folder,
        settings.warehouse_path,
        settings.serving_folder,
        settings.dagster_storage,
        settings.key_file,
    ):
        assert path.is_relative_to(tmp_path)
    assert settings.dbt_project_folder == REPOSITORY / "dbt_project"


def test_the_brand_chooses_its_profile(tmp_path: Path) -> None:
    assert Settings(brand_folder=tmp_path).brand.industry_profile == 1
    (tmp_path / "brand.yml").write_text("name: 某品牌\nindustry_profile: 4\n", "utf-8")
    brand = Settings(brand_folder=tmp_path).brand
    assert (brand.name, brand.industry_profile) == ("某品牌", 4)


def test_without_a_word_from_the_brand_the_card_names_no_ad_platform(tmp_path: Path) -> None:
    assert Settings(brand_folder=tmp_path).brand.member_card.ad_recipients == ()
    (tmp_path / "brand.yml").write_text(
        "member_card:\n  ad_recipients: [wechat_ads]\n  wording: 同意提供给腾讯广告\n", "utf-8"
    )
    assert Settings(brand_folder=tmp_path).brand.member_card.ad_recipients == ("wechat_ads",)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("industry_profile: 9\n", "`industry_profile`: Input should be 1, 2, 3 or 4 (got 9)"),
        ("industry: 1\n", "`industry`: Extra inputs are not permitted (got 1)"),
        ("a: [1\n", "is not valid YAML"),
        ("name: 某品牌\n", "save it as UTF-8"),
        (
            "member_card: {ad_recipients: [wechat_ads, tmall_ads], wording: 提供给腾讯广告}\n",
            "wording does not name 阿里妈妈; remedy: quote the card there",
        ),
    ],
)
def test_a_wrong_brand_file_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    encoding = "gb18030" if "某" in content else "utf-8"
    (tmp_path / "brand.yml").write_text(content, encoding)
    with pytest.raises(SettingsError) as error:
        _ = Settings(brand_folder=tmp_path).brand
    assert str(tmp_path / "brand.yml") in str(error.value)
    assert complaint in str(error.value)


def test_a_wrong_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module.current_settings.cache_clear()
    monkeypatch.setenv("SIYU_KEEP_VERSIONS", "many")
    with pytest.raises(SettingsError, match=r"SIYU_KEEP_VERSIONS.*'many'"):
        module.current_settings()
    module.current_settings.cache_clear()


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIYU_LANDING", "")
    assert Settings().landing_folder == Settings().data_folder / "landing"
