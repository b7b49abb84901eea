"""Audience packages of the refreshed brand, as an operator builds and withdraws them."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml
from typer.testing import CliRunner

from pipelines.audiences.files import read_lines
from pipelines.audiences.ledger import open_ledger
from pipelines.audiences.plain_phones import NOT_DELIVERED, plain_phones
from pipelines.cli import app
from pipelines.exports.contract_files import Contracts, load_contracts
from pipelines.identity.correct.decision_file import COLUMNS, decisions_file
from pipelines.privacy.hashing import identifier_key
from pipelines.privacy.keys import load_or_create_key
from pipelines.publishing import layout
from pipelines.settings import REPOSITORY, Settings, current_settings
from pipelines.warehouse import open_warehouse
from tests.integration.conftest import RefreshedBrand

EVERYBODY = {
    "audience": "everybody",
    "label_zh": "所有人",
    "description": "Everybody whom the brand knows.",
    "owner": "crm@brand.example",
    "purpose": "advertising",
    "platforms": ["oceanengine_phone_md5", "tencent_phone_sha256", "tencent_wx_unionid"],
    "sql": "select customer_id from customer_center.dim_customers order by customer_id",
}
MD5, SHA256, UNIONID = EVERYBODY["platforms"]


class Office:
    """An operator with a copy of the refreshed brand, and everything that was printed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.printed = ""

    def siyu(self, *arguments: str, expect: int = 0) -> str:
        result = CliRunner().invoke(app, ["audience", *arguments])
        self.printed += result.output
        assert result.exit_code == expect, result.output
        return " ".join(result.output.split())

    def define(self, **fields: object) -> None:
        folder = self.settings.brand_configuration / "audiences"
        text = yaml.safe_dump({**EVERYBODY, **fields}, allow_unicode=True)
        (folder / f"{fields.get('audience', 'everybody')}.yml").write_text(text, "utf-8")

    def lines(self, number: int, change: str = "") -> set[str]:
        [path] = self.settings.audiences_folder.glob(f"*__p{number}{change}.*")
        return set(read_lines(path))

    def ask(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self._snapshot), read_only=True) as snapshot:
            return snapshot.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        """Change the published version, as another day's refresh would."""
        with duckdb.connect(str(self._snapshot)) as snapshot:
            snapshot.execute(sql)

    def members(self, number: int) -> pl.DataFrame:
        with open_ledger(self.settings) as ledger:
            return ledger.members([number])

    @property
    def _snapshot(self) -> Path:
        name = layout.current_version(self.settings)
        return layout.versions_folder(self.settings) / str(name) / layout.DATABASE_NAME


@pytest.fixture
def office(
    refreshed: RefreshedBrand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    data = refreshed.siyu.settings.data_folder
    shutil.copytree(data / "serving", tmp_path / "data" / "serving", symlinks=True)
    for name in ("landing", "keys", "warehouse"):
        (tmp_path / "data" / name).symlink_to(data / name)
    shutil.copytree(REPOSITORY / "brand", tmp_path / "brand")
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SIYU_BRAND_FOLDER", str(tmp_path / "brand"))
    monkeypatch.setenv("COLUMNS", "200")
    current_settings.cache_clear()
    made = Office(current_settings())
    made._snapshot.chmod(0o644)
    made.define()
    yield made
    current_settings.cache_clear()


@pytest.fixture
def phones(refreshed: RefreshedBrand) -> set[str]:
    """Every true phone: eleven digits."""
    truth = refreshed.truth.identifiers
    return set(truth.filter(pl.col("identifier_type") == "phone")["identifier_value"])


def test_files_hold_the_true_phones_of_those_who_agreed_and_nothing_else(
    office: Office, phones: set[str]
) -> None:
    told = office.siyu("build", "everybody")
    key = load_or_create_key(office.settings)
    agreed = office.ask(
        """
        select identifier_value from customer_center.customer_identifiers
        semi join (from customer_center.customer_consents
            where channel = 'oceanengine_ads' and has_consent) using (customer_id)
        anti join (select customer_id from customer_center.fct_memberships
            where customer_id is not null
            group by all having not bool_or(is_active)) using (customer_id)
        where identifier_type = 'phone' and held_to = timestamp '9999-12-31'
            and not is_guarded and not is_blocked and not is_ambiguous
        """
    )
    wanted = {row[0] for row in agreed}
    of_them = {p for p in phones if identifier_key("phone", f"+86{p}", key) in wanted}
    assert len(of_them) == len(wanted) > 100
    assert office.lines(1) == digests(hashlib.md5, of_them)
    assert office.lines(2) == digests(hashlib.sha256, of_them)
    unionids = {row[0] for row in office.ask(
        "select identifier_value from customer_center.customer_identifiers "
        "where identifier_type = 'unionid'")}  # fmt: skip
    assert office.lines(3) < unionids
    assert f"people in the package {office.members(1)['customer_id'].n_unique():,}" in told
    assert "所有人_" in told


def test_no_number_of_a_card_that_refuses_is_handed_over(office: Office) -> None:
    """Held against the file itself: the newest export of the cards."""
    office.siyu("build", "everybody", "--platform", MD5)
    newest = max((office.settings.landing_folder / "crm").glob("*.csv"))
    cards = pl.read_csv(newest.read_bytes().decode("gb18030").encode(), infer_schema=False)
    agreed, refused = (
        set(cards.filter(pl.col("营销授权") == answer)["手机号"]) for answer in ("是", "否")
    )
    assert len(refused - agreed) > 50
    assert not office.lines(1) & digests(hashlib.md5, refused - agreed)
    assert len(office.lines(1) & digests(hashlib.md5, agreed)) > 0.9 * len(office.lines(1))


def digests(function: Callable, texts: set[str]) -> set[str]:
    return {function(text.encode()).hexdigest() for text in texts}


def test_who_is_left_out_is_counted_and_nobody_is_lost(office: Office) -> None:
    told = office.siyu("build", "everybody", "--platform", MD5, "--dry-run")
    counts = [int(n.replace(",", "")) for n in re.findall(
        r"(?:never agreed|refused|nobody now|is known|in the package|unreachable: [^\d]+) ([\d,]+)",
        told)]  # fmt: skip
    [(everybody,)] = office.ask("select count(*) from customer_center.dim_customers")
    assert len(counts) >= 4
    assert sum(counts) == everybody
    assert f"{everybody:,} people in version" in told
    assert not office.settings.audiences_folder.exists()


def test_earlier_packages_are_shown_and_may_be_suppressed(office: Office) -> None:
    office.siyu("build", "everybody", "--platform", MD5)
    again = office.siyu("build", "everybody", "--dry-run")
    people = office.members(1)["customer_id"].n_unique()
    assert f"also in package 1 (everybody, {MD5}, " in again
    assert f"{people:,} people, 100.0%" in again
    office.define(suppress={"audiences": ["everybody"], "days": 30})
    told = office.siyu("build", "everybody", "--platform", MD5, expect=1)
    assert f"in an earlier package (suppress) {people:,}" in told
    assert "nobody is left" in told
    assert "in an earlier" not in office.siyu("build", "everybody", "--platform", SHA256).replace(
        "is in an earlier", ""
    )  # another platform


def test_a_limit_of_the_platform_stops_before_anything_is_written(office: Office) -> None:
    office.define(platforms=[MD5, "dharma_desk_phone_md5"], limit=100)
    told = office.siyu("build", "everybody", expect=1)
    assert "the platform takes at least 2,000" in told
    assert "Nothing was written." in told
    assert not office.settings.audiences_folder.exists()
    office.define(limit=3)
    office.siyu("build", "everybody", "--platform", MD5)
    first = office.members(1)["customer_id"].unique().to_list()
    assert len(first) == 3
    assert "the segment's limit" in office.printed


def test_who_withdraws_consent_is_taken_out_where_the_platform_can_and_replaced_where_not(
    office: Office,
) -> None:
    office.siyu("build", "everybody")
    assert "Nothing to withdraw" in office.siyu("withdraw")
    gone = office.members(2)["customer_id"].unique().sort().head(3).to_list()
    office.change(
        "update customer_center.customer_consents set has_consent = false "
        f"where customer_id in ({', '.join(map(str, gone))})"
    )
    before, kept = office.lines(2), office.lines(1)
    assert "package 2 (everybody, tencent_phone_sha256) holds" in office.siyu("check", expect=1)
    assert "Dry run" in office.siyu("withdraw", "--dry-run")
    told = office.siyu("withdraw", "--note", "asked on the phone")
    reduced = office.lines(2, "_REDUCE_*")
    assert 3 <= len(reduced) < len(before)
    assert reduced < before
    assert office.lines(2, "") == before - reduced  # nobody who left stays in a file
    assert not list(office.settings.audiences_folder.glob("*__p1.*"))
    members = office.members(4)  # those who stay with Ocean Engine
    assert not set(gone) & set(members["customer_id"])
    replaced = office.lines(4)
    assert replaced < kept
    assert len(kept - replaced) == len(reduced)
    assert "with operation REDUCE" in told
    assert "then delete the old audience there" in told
    assert "Nothing to withdraw" in office.siyu("withdraw")
    assert "nobody must go" in office.siyu("check")
    assert "replaced by" in office.siyu("show", "1")
    assert "asked on the phone" in office.siyu("show", "2")


def test_lines_are_made_again_where_the_package_file_is_gone(office: Office) -> None:
    office.siyu("build", "everybody", "--platform", SHA256)
    [path] = office.settings.audiences_folder.glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 1
    before = office.lines(1)
    path.write_bytes(b"damaged")
    assert "is altered" in office.siyu("check", expect=1)
    path.unlink()
    [person] = office.members(1)["customer_id"].unique().sort().head(1)
    office.change(f"delete from customer_center.customer_consents where customer_id = {person}")
    assert "is gone" in office.siyu("check", expect=1)
    assert "1 never agreed" in office.siyu("withdraw")
    assert office.lines(1, "_REDUCE_*") < before


def test_a_forgotten_person_is_out_before_the_next_refresh(office: Office) -> None:
    office.siyu("build", "everybody", "--platform", SHA256)
    member = office.members(1).sort("customer_id").row(0, named=True)
    path = decisions_file(office.settings)
    path.parent.mkdir(parents=True)
    line = ["1", "2026-06-01T09:30:00+08:00", "wang", "erase", "phone", member["identifier_key"]]
    path.write_text(",".join(COLUMNS) + "\n" + ",".join([*line, "", "", "", ""]) + "\n", "utf-8")
    told = office.siyu("build", "everybody", "--dry-run")
    assert "asked to be forgotten 1" in told
    assert "1 asked to be forgotten" in office.siyu("withdraw")
    assert len(office.lines(1, "_REDUCE_*")) >= 1


def test_forgetting_names_the_packages_that_hold_the_person(
    office: Office, refreshed: RefreshedBrand
) -> None:
    office.siyu("build", "everybody", "--platform", MD5)
    warehouse = office.settings.warehouse_path.parent
    warehouse.unlink()
    shutil.copytree(refreshed.siyu.settings.warehouse_path.parent, warehouse)
    person = office.members(1)["customer_id"].min()
    result = CliRunner().invoke(app, ["forget", f"customer:{person}"])
    assert result.exit_code == 0, result.output
    assert "package 1: everybody, oceanengine_phone_md5" in result.output
    assert "siyu audience withdraw" in result.output


def test_merged_and_split_customers_are_followed_by_their_identifiers(office: Office) -> None:
    office.siyu("build", "everybody", "--platform", SHA256)
    a, b, refusing = [
        *office.members(1)["customer_id"].unique().sort().head(2),
        office.ask(
            "select min(customer_id) from customer_center.customer_consents "
            "where channel = 'wechat_ads' and not has_consent"
        )[0][0],
    ]
    people = office.members(1)["customer_id"].n_unique()
    move = "update customer_center.customer_identifiers set customer_id = {} where customer_id = {}"
    office.change(move.format(a, b))  # merged into somebody who agrees
    assert "Nothing to withdraw" in office.siyu("withdraw")
    assert f"{people - 1:,} people, 100.0%" in office.siyu("build", "everybody", "--dry-run")
    office.change(move.format(refusing, a))  # now they are somebody who refused
    assert re.search(r"\d refused", office.siyu("withdraw", "--dry-run"))


def test_no_phone_in_clear_is_written_or_printed(
    office: Office, phones: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    office.siyu("build", "everybody")
    office.siyu("build", "interested_never_bought", "--platform", "oceanengine_phone_md5")
    office.change("update customer_center.customer_consents set has_consent = false")
    office.siyu("withdraw")
    for verb in (["list"], ["check"], ["show", "1"], ["show", "everybody"]):
        office.siyu(*verb)
    contents = [path.read_bytes() for path in office.settings.audiences_folder.iterdir()]
    packed = list(office.settings.audiences_folder.glob("*.zip"))
    contents += ["\n".join(read_lines(path)).encode() for path in packed]
    assert len(contents) > 8
    for content in [*contents, office.printed.encode(), caplog.text.encode()]:
        numbers = {found.decode() for found in re.findall(rb"(?=(1[3-9]\d{9}))", content)}
        assert not numbers & phones
    ledger = (office.settings.audiences_folder / "ledger.duckdb").read_bytes()
    assert not any(unionid.encode() in ledger for unionid in office.lines(3))


def test_a_package_that_is_over_is_not_counted_any_more(office: Office) -> None:
    office.siyu("build", "everybody", "--platform", MD5)
    office.siyu("close", "1", "--never-uploaded")
    assert "is over already" in office.siyu("close", "1", expect=1)
    assert "there are 1 to 1" in office.siyu("close", "2", expect=1)
    assert "nobody of them is in an earlier package" in office.siyu(
        "build", "everybody", "--platform", MD5, "--dry-run"
    )
    assert "never uploaded" in office.siyu("list")
    assert list(office.settings.audiences_folder.glob("*.txt")) == []


def test_ids_of_two_accounts_are_two_packages(office: Office) -> None:
    accounts = ["brand_service", "brand_subscription"]
    office.define(platforms=[{"format": "tencent_wx_openid", "account": a} for a in accounts])
    office.siyu("build", "everybody")
    for number, account in enumerate(accounts, start=1):
        known = office.ask(
            "select split_part(identifier_value, ':', 2) "
            "from customer_center.customer_identifiers "
            f"where identifier_type = 'wechat_openid' and identifier_value like '{account}:%'"
        )
        assert office.lines(number)
        assert office.lines(number) < {row[0] for row in known}
    assert "Nothing to withdraw" in office.siyu("withdraw")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"platforms": ["tencent_wx_openid"]}, ["its ids belong to an account", "brand_service"]),
        ({"platforms": ["databank_ouid"]}, ["no identifier of type ouid"]),
        ({"platforms": ["tencent_phone"]}, ["use one of tencent_phone"]),
        ({"purpose": "research"}, ["purpose 'research'", "use one of advertising"]),
        ({"sql": "select 1"}, ["no customer_id"]),
        ({"sql": "select 'x' as customer_id"}, ["of type String"]),
        ({"sql": "selct 1"}, ["segment everybody", "syntax error"]),
        ({"sql": "drop table customer_center.dim_customers"}, ["read-only"]),
    ],
)
def test_a_segment_that_cannot_be_built_says_why(
    office: Office, fields: dict[str, object], words: list[str]
) -> None:
    office.define(**fields)
    told = office.siyu("build", "everybody", expect=1)
    assert "error:" in told
    for word in words:
        assert word in told
    assert words[0] in office.siyu("check", expect=1)


def test_every_export_gives_back_the_phones_that_it_delivered(
    office: Office, phones: set[str]
) -> None:
    """csv and xlsx, single numbers and lists: each contract's files alone."""
    key = load_or_create_key(office.settings)
    true = {identifier_key("phone", f"+86{phone}", key): phone for phone in phones}
    found = set()
    with open_warehouse(office.settings, read_only=True) as warehouse:
        for contract in load_contracts(office.settings):
            alone = Contracts({contract.contract: contract})
            read = plain_phones(warehouse, list(true), office.settings.landing_folder, alone, key)
            assert set(read.lost.values()) <= {NOT_DELIVERED}, contract.contract
            assert digests(hashlib.md5, {true[k] for k in read.hashes["identifier_key"]}) == set(
                read.hashes["md5"]
            )
            found |= {contract.contract} if read.hashes.height else set()
    assert {"crm_members", "wecom_customers", "wecom_contacts", "youzan_orders"} <= found
