"""Plain hashes out of delivered files: only of the wanted phones, and only where they still are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.audiences import plain_phones as module
from pipelines.audiences.plain_phones import ABROAD, FILE_GONE, NOT_DELIVERED, plain_phones
from pipelines.exports.contract_files import load_contracts
from pipelines.exports.load import load_files, pending_files
from pipelines.exports.tables import ensure_raw_tables
from pipelines.privacy.hashing import identifier_key
from pipelines.settings import Settings

KEY = b"k" * 32
ANNA, BO, CHEN, DAI = "13912340001", "13912340002", "13912340003", "13912340004"
LONDON = "+442079460000"
_CONTRACTS = load_contracts(Settings())


def keyed(digits: str) -> str:
    return identifier_key("phone", digits if digits.startswith("+") else f"+86{digits}", KEY)


class Office:
    """A landing folder and the warehouse that it was loaded into."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data=folder, brand_folder=folder)
        self.connection = duckdb.connect()
        ensure_raw_tables(self.connection, _CONTRACTS)

    def deliver(self, name: str, text: str) -> Path:
        path = self.settings.landing_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def members(self, *phones: str, name: str = "crm/会员_202606010800.csv") -> Path:
        lines = "".join(f"{8000 + i},{phone},105,金卡\n" for i, phone in enumerate(phones))
        return self.deliver(name, "会员卡号,手机号,会员状态,会员等级\n" + lines)

    def load(self) -> None:
        pending = pending_files(self.settings, self.connection, _CONTRACTS)
        assert pending
        reports = [
            r for part in load_files(self.connection, pending, _CONTRACTS, KEY) for r in part
        ]
        assert [report.message for report in reports if report.status != "loaded"] == []

    def ask(self, *phones: str) -> module.PlainPhones:
        keys = [keyed(phone) for phone in phones]
        return plain_phones(self.connection, keys, self.settings.landing_folder, _CONTRACTS, KEY)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.connection.close()


def hashes(found: module.PlainPhones) -> set[tuple[str, str, str]]:
    return set(found.hashes.select("identifier_key", "md5", "sha256").iter_rows())


def expected(*phones: str) -> set[tuple[str, str, str]]:
    return {
        (
            keyed(phone),
            hashlib.md5(phone.encode(), usedforsecurity=False).hexdigest(),
            hashlib.sha256(phone.encode()).hexdigest(),
        )
        for phone in phones
    }


def test_only_wanted_phones_are_hashed_whatever_form_they_came_in(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.members(f"+86 {ANNA[:3]}-{ANNA[3:7]}-{ANNA[7:]}", f'"=""{BO}"""', CHEN, "139****0001")
    office.load()
    hashed: list[str] = []
    digests = module._digests

    def noting(name: str, digits: pl.Series) -> list[str]:
        hashed.extend(digits)
        return digests(name, digits)

    monkeypatch.setattr(module, "_digests", noting)
    found = office.ask(ANNA, BO)
    assert hashes(found) == expected(ANNA, BO)
    assert set(hashed) == {ANNA, BO}
    assert found.lost == {}
    assert found.files_read == 1


def test_lists_of_phones_are_read(office: Office) -> None:
    names = "external_userid,name,unionid,follow_userid,createtime,add_way,state,remark_mobiles"
    numbers = json.dumps([ANNA, BO]).replace('"', '""')
    office.deliver(
        "wecom/corp/contacts_202606010800.csv",
        f'{names}\nwm1,a,o1,guide,1752125427,1,,"{numbers}"\n',
    )
    office.load()
    assert hashes(office.ask(BO)) == expected(BO)


def test_the_file_with_most_of_them_is_read_and_the_next_where_it_is_gone(office: Office) -> None:
    most = office.members(ANNA, BO, CHEN)
    office.members(ANNA, BO, name="crm/会员_202606020800.csv")
    office.load()
    assert office.ask(ANNA, BO, CHEN).files_read == 1
    most.unlink()
    found = office.ask(ANNA, BO, CHEN, DAI)
    assert hashes(found) == expected(ANNA, BO)
    assert found.lost == {keyed(CHEN): FILE_GONE, keyed(DAI): NOT_DELIVERED}
    assert found.files_gone == ("crm/会员_202606010800.csv",)


def test_a_changed_file_is_not_believed_and_a_moved_one_is_found(office: Office) -> None:
    path = office.members(ANNA, BO)
    office.load()
    copy = path.with_name("copy.csv")
    copy.write_bytes(path.read_bytes())
    pending_files(office.settings, office.connection, _CONTRACTS)  # sees the copy
    office.members(BO, ANNA)
    assert hashes(office.ask(ANNA)) == expected(ANNA)
    copy.unlink()
    assert office.ask(ANNA).lost == {keyed(ANNA): FILE_GONE}


def test_a_number_from_abroad_is_no_id_for_these_platforms(office: Office) -> None:
    office.members(ANNA, LONDON)
    office.load()
    found = office.ask(ANNA, LONDON)
    assert hashes(found) == expected(ANNA)
    assert found.lost == {keyed(LONDON): ABROAD}


def test_nobody_wanted_reads_nothing(office: Office) -> None:
    assert office.ask().hashes.height == 0
