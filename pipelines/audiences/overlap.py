"""How much of a package was handed over before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipelines.audiences.definition import Suppression
from pipelines.audiences.formats import load_formats
from pipelines.audiences.ledger import Ledger, Package
from pipelines.audiences.people import identifiers_now
from pipelines.publishing.reader import SnapshotConnection


@dataclass(frozen=True)
class Overlap:
    """People of a new package who are in an earlier one."""

    package: Package
    people: int
    share: float
    """Of the new package's people, 1 = all."""


class EarlierPeople:
    """Customers in earlier packages, as identity has it now: merged and split ones follow."""

    def __init__(self, ledger: Ledger | None, snapshot: SnapshotConnection, key: bytes) -> None:
        self.packages = ledger.live_packages() if ledger else []
        self._members = (
            ledger.members([package.package_id for package in self.packages]) if ledger else None
        )
        self._snapshot, self._key = snapshot, key
        self._held: dict[str, pl.DataFrame] = {}

    def customers(self, packages: Sequence[Package]) -> dict[int, pl.Series]:
        """customer_id of the people in each package, by package_id."""
        if self._members is None:
            return {}
        found = {}
        for package in packages:
            members = self._members.filter(pl.col("package_id") == package.package_id)
            bound = members.join(self._holders(package), on="identifier_key", suffix="_now")
            found[package.package_id] = bound["customer_id_now"].unique()
        return found

    def overlaps(self, customers: pl.Series) -> list[Overlap]:
        """With each earlier package, the newest first; packages that share nobody are left out."""
        found = []
        for package_id, earlier in self.customers(self.packages).items():
            people = int(customers.is_in(earlier.to_list()).sum())
            package = next(p for p in self.packages if p.package_id == package_id)
            if people:
                found.append(Overlap(package, people, people / len(customers)))
        return sorted(found, key=lambda overlap: -overlap.package.package_id)

    def suppressed(self, rule: Suppression | None, platform: str, today: date) -> set[int]:
        """Customers whom a segment leaves out because of earlier packages on the platform."""
        if rule is None:
            return set()
        packages = [
            package
            for package in self.packages
            if package.platform == platform
            and (rule.audiences == "all" or package.audience in rule.audiences)
            and (rule.days is None or package.built_date > today - timedelta(days=rule.days))
        ]
        return {c for customers in self.customers(packages).values() for c in customers}

    def _holders(self, package: Package) -> pl.DataFrame:
        """Who holds the identifiers of a package's kind now."""
        kind = load_formats()[package.format].identifier_type
        if kind not in self._held:
            self._held[kind] = identifiers_now(self._snapshot, kind, self._key).select(
                "customer_id", "identifier_key"
            )
        return self._held[kind]
