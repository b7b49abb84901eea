"""What people type, found in the warehouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipelines.identity.correct.decisions import Identifier
from pipelines.identity.explain.subjects import Customer, KnownIdentifier, SubjectError
from pipelines.privacy.hashing import KIND_PHONE, identifier_key
from tests.unit.identity.stored_world import KEY, Stored

PHONE = identifier_key(KIND_PHONE, "+8613912340000", KEY)


@pytest.fixture
def stored() -> Iterator[Stored]:
    made = Stored()
    made.customer(4711, "c80001", f"p{PHONE}", "obrand:oX1", "u80001")
    yield made
    made.connection.close()


@pytest.mark.parametrize(
    "text",
    [
        "13912340000",
        "phone:139 1234 0000",
        "phone:+86-139-1234-0000",
        f"phone:{PHONE}",
        PHONE,
        f"{PHONE[:12]}…",
        f"phone:{PHONE[:20]}",
    ],
)
def test_a_phone_is_found_by_the_number_and_by_its_hash(stored: Stored, text: str) -> None:
    assert stored.finder().find(text) == stored.known(f"p{PHONE}")


def test_the_account_in_front_may_be_left_out(stored: Stored) -> None:
    assert stored.finder().find("oX1") == stored.known("obrand:oX1")
    assert stored.finder().find("wechat_openid:brand:oX1") == stored.known("obrand:oX1")


def test_a_name_with_two_meanings_is_asked_back(stored: Stored) -> None:
    with pytest.raises(SubjectError, match="crm_member_id:80001\n  unionid:80001"):
        stored.finder().find("80001")
    found = stored.finder().find("unionid:80001")
    assert isinstance(found, KnownIdentifier)


def test_a_merged_customer_is_followed_to_the_one_that_lives_on(stored: Stored) -> None:
    stored.event("merged", 5000, 9000)
    stored.event("merged", 4711, 5000)
    stored.event("retired", 6000, reason="no identifier is left")
    finder = stored.finder()
    assert finder.find("4711") == Customer(4711, 4711)
    assert finder.find("customer:9000") == Customer(4711, 9000)
    with pytest.raises(SubjectError, match="was retired on 2026-01-02: no identifier is left"):
        finder.find("customer:6000")
    with pytest.raises(SubjectError, match="never was one"):
        finder.find("customer:123")


def test_what_is_no_value_of_its_type_is_refused(stored: Stored) -> None:
    with pytest.raises(SubjectError, match="'138\\*\\*\\*\\*1234' is no value of the type phone"):
        stored.finder().find("phone:138****1234")
    with pytest.raises(SubjectError, match="no file ever named phone '13700001234'"):
        stored.finder().find("phone:13700001234")
    with pytest.raises(SubjectError, match="nothing is called 'oX2'"):
        stored.finder().find("oX2")


def test_a_decision_may_name_what_no_file_named_yet(stored: Stored) -> None:
    finder = stored.finder()
    hashed = identifier_key(KIND_PHONE, "+8613700001234", KEY)
    assert finder.find_identifier("phone:13700001234") == Identifier("phone", hashed)
    assert finder.look_up("phone:13700001234") is None
    with pytest.raises(SubjectError, match="needs one identifier"):
        finder.find_identifier("customer:4711")
