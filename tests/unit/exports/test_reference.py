"""docs/exports.md says what the contracts say."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.exports.contract_files import SHIPPED, Contracts
from pipelines.exports.headers import normalise_header
from pipelines.exports.reference import reference
from pipelines.settings import REPOSITORY


def test_the_page_is_up_to_date() -> None:
    page = (REPOSITORY / "docs/exports.md").read_text("utf-8")
    assert page == reference(), "docs/exports.md is stale: run `make docs`"


def test_every_contract_has_a_section_with_every_header(contracts: Contracts) -> None:
    sections = {text.partition("\n")[0]: text for text in reference().split("\n## ")[1:]}
    assert sections.keys() == contracts.by_name.keys()
    for contract in contracts:
        section = sections[contract.contract]
        headers = [header for column in contract.columns for header in column.headers]
        for header in (*headers, *contract.not_loaded, *contract.dropped):
            assert header in section, (contract.contract, header)


def test_every_contract_says_where_the_export_is_found() -> None:
    for path in SHIPPED.glob("*.yml"):
        assert path.read_text("utf-8").startswith("# "), path.name
        assert f"\ncontract: {path.stem}\n" in path.read_text("utf-8"), path.name


def test_every_known_header_of_the_platforms_is_on_the_page(
    shared: Path, contracts: Contracts
) -> None:
    """Of all 45 formats. Tag groups of a WeCom corporation are its own: a pattern takes them."""
    formats = json.loads((shared / "exports/headers.json").read_text("utf-8"))
    page = normalise_header(reference())
    missing = {
        (name, header)
        for name, headers in formats.items()
        for header in headers
        if normalise_header(header) not in page
    }
    tag_groups = contracts["wecom_customers"].collector
    assert {h for name, h in missing if name != "wecom_customer_list" or not tag_groups(h)} == set()
