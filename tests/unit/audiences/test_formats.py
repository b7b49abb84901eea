"""Upload formats: what the platforms' documents say, and what the documents of each say twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.audiences.build import limit_problems
from pipelines.audiences.errors import AudienceError
from pipelines.audiences.formats import find_format, load_formats

FORMATS = load_formats()
KNOWN_CHANNELS = {"oceanengine_ads", "wechat_ads", "tmall_ads"}


def test_every_listed_id_of_a_phone_and_of_wechat_has_a_format(shared: Path) -> None:
    readme = (shared / "exports" / "README.md").read_text("utf-8")
    table = readme[readme.index("## 10. Audience-package uploads") : readme.index("## 11.")]
    listed = set(
        re.findall(r"(?:HASH_MOBILE_PHONE|SHA256_MOBILE_PHONE|WX_OPENID|WX_UNIONID)", table)
    )
    listed |= set(re.findall(r"\b(14|17|18) (?:手机号|小程序)", table))
    assert len(listed) == 7
    assert listed <= {upload.platform_type for upload in FORMATS.values()}


def test_consent_is_a_channel_that_a_card_can_agree_to() -> None:
    assert {channel for f in FORMATS.values() for channel in f.consent.values()} == KNOWN_CHANNELS


@pytest.mark.parametrize("name", FORMATS)
def test_a_phone_is_hashed_and_an_issued_id_is_not(name: str) -> None:
    upload = FORMATS[name]
    assert (upload.identifier_type == "phone") == (upload.hash is not None)
    assert upload.source


@pytest.mark.parametrize(
    ("name", "facts", "words"),
    [
        ("dharma_desk_phone_md5", (1_999, 10, "包", 0), ["1,999 ids", "at least 2,000"]),
        ("dharma_desk_phone_md5", (50_000_001, 10, "包", 0), ["at most 50,000,000", "`limit`"]),
        ("databank_phone_md5", (4_999, 10, "包", 0), ["at least 5,000"]),
        ("databank_ouid", (1_999, 10, "包", 0), ["at least 2,000"]),
        ("databank_phone_md5", (5_000, 10, "包", 5_000), ["5,000 pushes this year"]),
        ("tencent_phone_md5", (10, 104_857_601, "包", 0), ["at most 100 MB"]),
        ("oceanengine_phone_md5", (10, 10, "包" * 31, 0), ["31 characters", "label_zh"]),
        ("tencent_phone_md5", (0, 0, "包", 0), ["nobody is left"]),
    ],
)
def test_what_a_platform_refuses_is_said_with_a_remedy(
    name: str, facts: tuple[int, int, str, int], words: list[str]
) -> None:
    [problem] = limit_problems(FORMATS[name], *facts)
    for word in words:
        assert word in problem


def test_what_keeps_the_limits_has_no_problem() -> None:
    for upload in FORMATS.values():
        assert list(limit_problems(upload, 10_000, 1_000, "包" * 30, 0)) == []


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(AudienceError, match="tencent_phone_md5"):
        find_format(FORMATS, "tencent_phone")
