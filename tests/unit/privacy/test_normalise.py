"""Identifiers in one form, or no key at all."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.privacy import normalise


def one(form, text: str | None) -> str | None:
    return pl.DataFrame({"t": [text]}, schema={"t": pl.String()}).select(form(pl.col("t"))).item()


@pytest.mark.parametrize(
    "text",
    [
        "19900000001",
        "'19900000001",
        "\t19900000001 ",
        "+8619900000001",
        "+86 199 0000 0001",
        "008619900000001",
        "86-19900000001",
        "199-0000-0001",
        "19900000001.0",
        "１９９００００００００１".replace("００００００００１", "０００００００１"),
        "（+86）19900000001",
        "+(86)199.0000.0001",
        "019900000001",
        "+86 019900000001",
        '="19900000001"',
        '"19900000001"',
        "1.9900000001E+10",
        "19900000001.00",
        "\u202d19900000001\u202c",
        "\ufeff199\u00a00000\u20110001",
        "199–0000—0001",
    ],
)
def test_one_person_has_one_number(text: str) -> None:
    assert one(normalise.phone, text) == "+8619900000001"
    assert one(normalise.masked_phone, text) == "199****0001"


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "199****0001",
        "1*********1",
        "(+84)9*****01",
        "$$密文甲==$$",
        "##密文==##",
        "18412345670-7576",
        "18412345670转7576",
        "1.99E+10",
        "1.990000000e10",
        "1.9900000001E+11",
        "1.99000000012E+10",
        "010-88888888",
        "01088888888",
        "+86 10 8888 8888",
        "008610 88888888",
        "12345678901",
        "11111111111",
        "00000000000",
        "1990000000",
        "199000000011",
        "12900000001",
        "0571-88888888",
        "无",
        "86139",
        "+861990000000",
        "4008001234",
    ],
)
def test_what_proves_no_person_has_no_key(text: str | None) -> None:
    assert one(normalise.phone, text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+442079460000", "+442079460000"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("0044 20 7946 0000", "+442079460000"),
        ("+852 9123 4567", "+85291234567"),
        ("00852-91234567", "+85291234567"),
        ("＋８８６ 0912 345 670", "+886912345670"),
        ("+39 06 1234 5670", "+390612345670"),
        ("+84 (0) 912 345 670", "+84912345670"),
    ],
)
def test_a_foreign_number_needs_its_country(text: str, number: str) -> None:
    assert one(normalise.phone, text) == number
    assert (
        one(normalise.phone, text.removeprefix("+").removeprefix("＋").removeprefix("00")) is None
    )


@pytest.mark.parametrize(
    "text", ["+1 800 555 0100", "+999 1234 5678", "+852 123", "+44 900 123 4567", "+12345678"]
)
def test_a_foreign_number_of_nobody_has_no_key(text: str) -> None:
    assert one(normalise.phone, text) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("199****0002", "199****0002"),
        ("186******05", "186******05"),
        ("$$密文==$$", None),
        ("##密文==##", None),
        (None, None),
        ("0571-88888888", "057****88"),
        ("无", "****"),
        ("测*，86-19900000001，浙江省", "861****01"),
    ],
)
def test_masked_phone_never_shows_a_whole_number(text: str | None, shown: str | None) -> None:
    assert one(normalise.masked_phone, text) == shown


def test_email() -> None:
    assert one(normalise.email, " Demo@Example.COM ") == "demo@example.com"
    assert one(normalise.email, "mailto:demo＠example.com\u200b") == "demo@example.com"
    assert one(normalise.email, "d***@example.com") is None
    assert one(normalise.email, "demo") is None
    assert one(normalise.masked_email, "Demo@Example.com") == "d***@example.com"
    assert one(normalise.masked_email, "demo") == "***"


def test_account() -> None:
    assert one(normalise.account, " 示例买家甲 ") == "示例买家甲"
    assert one(normalise.account, "ｔｂ１２") == "tb12"
    assert one(normalise.account, "示**") is None
    assert one(normalise.masked_account, "示例买家甲") == "示**"


@pytest.mark.parametrize("name", ["张三", "张*", "张**", " 张三丰"])
def test_name_keeps_its_first_character(name: str) -> None:
    assert one(normalise.masked_name, name) == "张*"


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        (None, []),
        ("[]", []),
        ('["19900000001"]', ["19900000001"]),
        ("[19900000001, null]", ["19900000001"]),
        ("19900000001；19900000002，19900000003", ["19900000001", "19900000002", "19900000003"]),
        ("[broken", []),
    ],
)
def test_phone_list(cell: str | None, phones: list[str]) -> None:
    assert normalise.split_phone_list(cell) == phones


@pytest.mark.parametrize("text", ["199****0001", "1******0001", "****", "1234567*7654321"])
def test_a_masked_number_is_told_by_its_look(text: str) -> None:
    assert one(normalise.is_masked_phone, text)
    assert one(normalise.phone, text) is None
    assert one(normalise.masked_phone, text) == text


@pytest.mark.parametrize("text", ["a@example.com", "a.b-c_d+e@x-1.example.co", "1@2.3"])
def test_a_plain_address_stays_as_it_is(text: str) -> None:
    assert one(normalise.is_plain_email, text)
    assert one(normalise.email, text) == text
    assert one(normalise.masked_plain_email, text) == one(normalise.masked_email, text)


@pytest.mark.parametrize("text", ["A@example.com", "mailto:a@b.cn", " a@b.cn", "a*@b.cn", "a@b"])
def test_other_addresses_are_not_plain(text: str) -> None:
    assert not one(normalise.is_plain_email, text)
