"""Forgetting: rows go and stay away, other people's rows stay, every file still adds up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest

from pipelines.exports.contract_files import Contracts, load_contracts
from pipelines.exports.tables import ensure_raw_tables
from pipelines.identity.correct.decisions import Decision, DecisionKind, Decisions, Identifier
from pipelines.privacy.erase_rows import ForgottenRows
from pipelines.privacy.forget import forget_again, forget_rows
from pipelines.privacy.personal_columns import personal_tables
from pipelines.privacy.tombstones import tombstone
from pipelines.settings import REPOSITORY, Settings

KEY = b"k" * 32
AT = datetime.fromisoformat("2026-06-01T09:30:00+08:00")
NICK, OTHER_NICK, PHONE, OTHER_PHONE = (digit * 64 for digit in "abcd")
HASHED = {"phone", "email", "tmall_nick", "jd_account", "alipay_account", "tiktok_username"}

_CONTRACTS = load_contracts(Settings())
_USED = ("tmall_orders", "tmall_items", "jd_orders", "wecom_contacts", "wecom_customers",
         "crm_members", "official_account_followers")  # fmt: skip


class Warehouse:
    """Raw tables as the contracts describe them, and the ledger."""

    def __init__(self) -> None:
        self.contracts = Contracts({name: _CONTRACTS[name] for name in _USED})
        self.connection = duckdb.connect()
        ensure_raw_tables(self.connection, self.contracts)

    def load(self, file_id: int, table: str, *rows: dict[str, object]) -> None:
        """A file of that many rows, and its account."""
        contract = self.contracts.by_raw_table[table][0].contract
        self.connection.execute(
            """
            insert into ledger.files (file_id, sha256, file_name, relative_path, account, contract,
                status, rows_read, rows_loaded, rows_rejected, rows_junk, is_current)
            values ($1, $1, $2, $2, 'main', $3, 'loaded', $4, $4, 0, 0, true)
            """,
            [file_id, f"{table}/{file_id}.csv", contract, len(rows)],
        )
        for line, row in enumerate(rows, start=2):
            cells = {**row, "_file_id": file_id, "_line_number": line, "_account": "main"}
            marks = ", ".join(f"${number}" for number in range(1, len(cells) + 1))
            self.connection.execute(
                f"insert into {table} ({', '.join(cells)}) values ({marks})", list(cells.values())
            )

    def forget(self, *identifiers: tuple[str, str]) -> ForgottenRows:
        named = [Identifier(*each) for each in identifiers]
        return forget_rows(self.connection, self.contracts, named)

    def column(self, table: str, column: str) -> list[object]:
        rows = self.connection.execute(f"select {column} from {table} order by all").fetchall()
        return [row[0] for row in rows]

    def unbalanced(self) -> int:
        [(files,)] = self.connection.execute(
            """
            select count(*) from ledger.files f where rows_read <> rows_loaded + rows_rejected +
                rows_junk or rows_junk <> coalesce((select sum(rows_junk) from ledger.junk j
                    where j.file_id = f.file_id), 0)
            """
        ).fetchall()
        return int(files)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    made = Warehouse()
    yield made
    made.connection.close()


def erased(*identifiers: tuple[str, str]) -> Decisions:
    """As `siyu forget` writes them down."""
    stones = [
        tombstone(Identifier(*each), is_hashed=each[0] in HASHED, key=KEY) for each in identifiers
    ]
    return Decisions(
        tuple(
            Decision(number, AT, "wang", DecisionKind.ERASE, stone)
            for number, stone in enumerate(stones, start=1)
        )
    )


def test_the_orders_of_a_person_go_with_everything_that_belongs_to_them(
    warehouse: Warehouse,
) -> None:
    warehouse.load(
        1, "raw_tmall.orders",
        {"order_id_tmall": "1", "buyer_nick_key": NICK, "receiver_phone_key": OTHER_PHONE},
        {"order_id_tmall": "2", "buyer_nick_key": OTHER_NICK, "receiver_phone_key": OTHER_PHONE},
    )  # fmt: skip
    warehouse.load(
        2, "raw_tmall.items",
        {"order_id_tmall": "1", "sub_order_id_tmall": "11"},
        {"order_id_tmall": "2", "sub_order_id_tmall": "21"},
    )  # fmt: skip
    rows = warehouse.forget(("tmall_nick", NICK))
    assert rows.removed == {"raw_tmall.items": 1, "raw_tmall.orders": 1}
    assert warehouse.column("raw_tmall.orders", "order_id_tmall") == ["2"]
    assert warehouse.column("raw_tmall.items", "sub_order_id_tmall") == ["21"]
    assert warehouse.unbalanced() == 0
    assert warehouse.column("ledger.files", "rows_loaded") == [1, 1]
    assert rows.files == ("raw_tmall.items/2.csv", "raw_tmall.orders/1.csv")


def test_a_receiver_is_emptied_out_of_the_orders_of_another_person(warehouse: Warehouse) -> None:
    warehouse.load(
        1, "raw_tmall.orders",
        {"order_id_tmall": "1", "buyer_nick_key": OTHER_NICK, "buyer_nick_masked": "李**",
         "receiver_phone_key": PHONE, "receiver_phone_masked": "139****0000",
         "receiver_name_masked": "王*"},
    )  # fmt: skip
    rows = warehouse.forget(("phone", PHONE))
    assert (rows.removed, rows.emptied) == ({}, {"raw_tmall.orders": 1})
    [left] = warehouse.connection.execute(
        "select buyer_nick_key, buyer_nick_masked, receiver_phone_key, receiver_phone_masked, "
        "receiver_name_masked from raw_tmall.orders"
    ).fetchall()
    assert left == (OTHER_NICK, "李**", None, None, None)
    assert rows.files == ("raw_tmall.orders/1.csv",)


def test_an_equal_nick_on_another_platform_is_another_person(warehouse: Warehouse) -> None:
    warehouse.load(1, "raw_jd.orders", {"order_id_jd": "1", "buyer_account_key": NICK})
    assert warehouse.forget(("tmall_nick", NICK)).total == 0
    assert warehouse.forget(("jd_account", NICK)).removed == {"raw_jd.orders": 1}


def test_one_phone_of_a_list_is_taken_out_of_it(warehouse: Warehouse) -> None:
    warehouse.load(
        1, "raw_wecom.contacts",
        {"external_userid": "wm1", "follow_userid": "li", "remark_phones_keys": f"{PHONE},{NICK}"},
        {"external_userid": "wm2", "follow_userid": "li", "remark_phones_keys": PHONE},
    )  # fmt: skip
    assert warehouse.forget(("phone", PHONE)).emptied == {"raw_wecom.contacts": 2}
    assert warehouse.column("raw_wecom.contacts", "remark_phones_keys") == [NICK, None]


def test_a_number_is_taken_out_of_what_guides_noted_about_others(warehouse: Warehouse) -> None:
    noted = {"follow_userid": "li", "added_at": datetime(2026, 1, 1, 10)}
    warehouse.load(1, "raw_wecom.customers", {**noted, "remark_phones_keys": PHONE})
    assert warehouse.forget(("phone", PHONE)).emptied == {"raw_wecom.customers": 1}
    assert warehouse.column("raw_wecom.customers", "remark_phones_keys") == [None]


def test_a_contact_takes_its_line_of_the_nameless_customer_list_along(
    warehouse: Warehouse,
) -> None:
    added = [datetime(2026, 1, 1, 10), datetime(2026, 1, 1, 11)]
    warehouse.load(
        1, "raw_wecom.contacts",
        {"external_userid": "wm1", "follow_userid": "li", "added_at": added[0]},
    )  # fmt: skip
    warehouse.load(
        2, "raw_wecom.customers",
        *({"follow_userid": "li", "added_at": moment} for moment in added),
    )  # fmt: skip
    rows = warehouse.forget(("wecom_external_userid", "main:wm1"))
    assert rows.removed == {"raw_wecom.contacts": 1, "raw_wecom.customers": 1}
    rows = warehouse.forget(("wecom_follow_relation", f"main:li:{added[1]}:1"))
    assert rows.removed == {"raw_wecom.customers": 1}


def test_rejected_rows_lose_what_they_say_about_the_person(warehouse: Warehouse) -> None:
    warehouse.load(1, "raw_crm.members")
    warehouse.connection.executemany(
        "insert into ledger.quarantine (file_id, line_number, value, record) "
        "values ($1, $2, $3, $4)",
        [(1, 2, "x", '{"member_id_crm": "C1"}'), (1, 3, "y", '{"member_id_crm": "C2"}')],
    )
    assert warehouse.forget(("crm_member_id", "C1")).quarantined == 1
    assert warehouse.column("ledger.quarantine", "record") == ['{"member_id_crm": "C2"}', None]


def test_what_is_delivered_again_is_taken_out_again(warehouse: Warehouse) -> None:
    rows: list[dict[str, object]] = [
        {"openid": "oX1", "unionid": "uX1"},
        {"openid": "oX2", "unionid": "uX2"},
    ]
    decisions = erased(("unionid", "uX1"), ("wechat_openid", "main:oX1"), ("phone", PHONE))
    assert "uX1" not in repr(decisions), "only its keyed hash is written down"
    warehouse.load(1, "raw_official_account.followers", *rows)
    first = forget_again(warehouse.connection, warehouse.contracts, decisions, KEY)
    assert first.removed == {"raw_official_account.followers": 1}
    warehouse.load(2, "raw_official_account.followers", *rows, {"openid": "oX1"})
    second = forget_again(warehouse.connection, warehouse.contracts, decisions, KEY)
    assert second.removed == {"raw_official_account.followers": 2}
    assert warehouse.column("raw_official_account.followers", "openid") == ["oX2", "oX2"]
    third = forget_again(warehouse.connection, warehouse.contracts, decisions, KEY)
    assert third.total == 0
    assert warehouse.unbalanced() == 0


def test_a_decision_from_elsewhere_is_carried_out_on_all_files(warehouse: Warehouse) -> None:
    warehouse.load(1, "raw_crm.members", {"member_id_crm": "C1"}, {"member_id_crm": "C2"})
    one = erased(("crm_member_id", "C9"))
    assert forget_again(warehouse.connection, warehouse.contracts, one, KEY).total == 0
    two = erased(("crm_member_id", "C9"), ("crm_member_id", "C2"))
    rows = forget_again(warehouse.connection, warehouse.contracts, two, KEY)
    assert rows.removed == {"raw_crm.members": 1}
    assert warehouse.column("raw_crm.members", "member_id_crm") == ["C1"]


def test_the_contracts_name_every_column_that_identity_reads() -> None:
    """Else a forgotten person would come back with the next file."""
    folder = REPOSITORY / "dbt_project" / "models" / "intermediate" / "identity"
    text = (folder / "int_identity__sightings.sql").read_text("utf-8")
    listed = re.findall(r"\('\w+', '(\w+)', '(\w+)', (?:'([^']*)'|\"([^\"]*)\"), '", text)
    assert len(listed) > 40
    known = {
        (contract.contract, column.identifier_type, column.name)
        for table in personal_tables(_CONTRACTS)
        for contract in _CONTRACTS.by_raw_table[table.name]
        for column in table.identifiers
    }
    for source, identifier_type, plain, quoted in listed:
        names = re.findall(r"[a-z_]+", plain or quoted)
        assert identifier_type == "phone" or any(
            (source, identifier_type, name) in known for name in names
        ), f"{source}: {plain or quoted} needs `identifies: {identifier_type}` in its contract"
