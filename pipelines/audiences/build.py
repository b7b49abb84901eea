"""Building audience packages: a segment, those of it who agreed, their ids, files, the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from pipelines.audiences import files
from pipelines.audiences.definition import Audience, Target
from pipelines.audiences.errors import AudienceError
from pipelines.audiences.formats import PHONE, Format, find_format, load_formats, nearest
from pipelines.audiences.ledger import Ledger, Package, open_ledger, reading_ledger
from pipelines.audiences.maker import Maker
from pipelines.audiences.overlap import EarlierPeople, Overlap
from pipelines.audiences.people import (
    check_account,
    consent_channel,
    erased_customers,
    identifiers_now,
    not_allowed,
    select_customers,
)
from pipelines.audiences.plain_phones import PlainPhones, plain_phones
from pipelines.exports.contract_files import load_contracts
from pipelines.identity.correct.decision_file import decisions_file, read_decisions
from pipelines.privacy.keys import load_or_create_key
from pipelines.publishing.reader import SnapshotConnection, connect
from pipelines.settings import Settings
from pipelines.warehouse import reading_warehouse

SUPPRESSED = "suppressed"
NO_IDENTIFIER = "no_identifier"
OVER_LIMIT = "over_limit"


@dataclass(frozen=True)
class Draft:
    """A package for one platform before it is written."""

    upload: Format
    account: str | None
    channel: str
    """Of `customer_consents`, which agreed."""
    out: dict[str, int]
    """People of the segment who are left out, by reason."""
    lost: dict[str, int]
    """People who agreed and whose id could not be made, by reason."""
    lines: pl.DataFrame
    """customer_id, identifier_key, line."""
    overlaps: list[Overlap]

    @property
    def people(self) -> int:
        """Customers in the package."""
        return self.lines["customer_id"].n_unique()

    @property
    def ids(self) -> int:
        """Lines of the file."""
        return self.lines.height


@dataclass(frozen=True)
class Built:
    """What `siyu audience build` made, or would make."""

    audience: Audience
    snapshot_version: str
    selected: int
    """People in the segment."""
    drafts: list[Draft]
    files_read: int
    files_gone: tuple[str, ...]
    problems: list[str] = field(default_factory=list)
    """Limits of platforms that are not kept; with any, nothing is written."""
    packages: list[Package] = field(default_factory=list)
    """As the ledger has them; none in a dry run."""


def build(
    settings: Settings,
    audience: Audience,
    maker: Maker,
    *,
    only: Sequence[str] = (),
    dry_run: bool = False,
) -> Built:
    """Build the packages of a segment, all of its platforms' or `only` these formats.

    Nothing is written unless every package keeps its platform's limits (`Built.problems`).

    Raises:
        AudienceError: the definition cannot be built; the message says why and what to do.
    """
    chosen = _choices(audience, only)
    key = load_or_create_key(settings)
    with connect(settings, follow=False) as snapshot, reading_ledger(settings) as ledger:
        for choice in chosen:
            check_account(snapshot, choice.upload, choice.target.account)
        version, customers = snapshot.version, select_customers(snapshot, audience)
        earlier = EarlierPeople(ledger, snapshot, key)
        erased = erased_customers(snapshot, read_decisions(decisions_file(settings)), key)
        for choice in chosen:
            suppressed = earlier.suppressed(audience.suppress, choice.upload.platform, maker.day)
            choice.choose(snapshot, customers, (erased, suppressed), audience.limit, key)
        phones = _read_phones(settings, chosen, key)
        drafts = [choice.draft(phones, earlier) for choice in chosen]
        first = ledger.next_id if ledger else 1
        handed_over = ledger.handed_over() if ledger else []
    built = Built(audience, version, len(customers), drafts, phones.files_read, phones.files_gone)
    contents = [
        files.content(files.stem(audience.audience, draft.upload, maker.day, number),
                      draft.upload, draft.lines["line"])
        for number, draft in enumerate(drafts, start=first)
    ]  # fmt: skip
    built.problems.extend(_problems(built, contents, maker, handed_over))
    if not dry_run and not built.problems:
        built.packages.extend(_write(settings, built, contents, maker, key))
    return built


def lines_of(upload: Format, identifiers: pl.DataFrame, phones: PlainPhones) -> pl.DataFrame:
    """customer_id, identifier_key, line of the identifiers whose line is known."""
    if upload.hash is None:
        lines = identifiers.with_columns(line=pl.col("issued_id"))
    else:
        hashes = phones.hashes.select("identifier_key", line=pl.col(upload.hash))
        lines = identifiers.join(hashes, on="identifier_key")
    return lines.select("customer_id", "identifier_key", "line").drop_nulls().unique("line")


@dataclass
class _Choice:
    """Who of a segment goes into one package."""

    target: Target
    upload: Format
    channel: str
    out: dict[str, int] = field(default_factory=dict)
    identifiers: pl.DataFrame = field(default_factory=pl.DataFrame)

    def choose(
        self,
        snapshot: SnapshotConnection,
        customers: pl.Series,
        left_out: tuple[Sequence[int], set[int]],
        limit: int | None,
        key: bytes,
    ) -> None:
        """Keep those who agreed, were not left out and hold the kind of id; the first `limit`."""
        erased, suppressed = left_out
        people = customers.alias("customer_id").to_frame().with_row_index("place")
        judged = people.join(
            not_allowed(snapshot, self.channel, erased), on="customer_id", how="left"
        )
        held = identifiers_now(snapshot, self.upload.identifier_type, key, self.target.account)
        judged = judged.with_columns(
            reason=pl.coalesce(
                "reason",
                pl.when(pl.col("customer_id").is_in(list(suppressed))).then(pl.lit(SUPPRESSED)),
                pl.when(~pl.col("customer_id").is_in(held["customer_id"].unique().to_list()))
                .then(pl.lit(NO_IDENTIFIER)),
            )
        ).sort("place")  # fmt: skip
        kept = judged.filter(pl.col("reason").is_null())["customer_id"]
        counts = judged.drop_nulls("reason").group_by("reason").len().sort("reason")
        self.out = dict(counts.iter_rows())
        if limit is not None and len(kept) > limit:
            self.out[OVER_LIMIT] = len(kept) - limit
            kept = kept.head(limit)
        self.identifiers = held.join(kept.to_frame(), on="customer_id", how="semi")

    def draft(self, phones: PlainPhones, earlier: EarlierPeople) -> Draft:
        """With the lines of the file."""
        lines = lines_of(self.upload, self.identifiers, phones)
        missing = self.identifiers.join(lines, on="customer_id", how="anti")
        reasons = missing.unique("customer_id", keep="first", maintain_order=True).select(
            pl.col("identifier_key").replace_strict(phones.lost, default="", return_dtype=pl.String)
        )["identifier_key"]
        overlaps = earlier.overlaps(lines["customer_id"].unique()) if lines.height else []
        return Draft(
            self.upload, self.target.account, self.channel, self.out,
            dict(Counter(reasons.to_list())), lines, overlaps,
        )  # fmt: skip


def _choices(audience: Audience, only: Sequence[str]) -> list[_Choice]:
    formats = load_formats()
    defined = [target.format for target in audience.platforms]
    for name in only:
        find_format(formats, name)
        if name not in defined:
            raise AudienceError(
                f"segment {audience.audience} is not defined for {name}; "
                f"{nearest(name, defined)}, or add it under platforms"
            )
    choices = []
    for target in audience.platforms:
        if not only or target.format in only:
            upload = find_format(formats, target.format)
            choices.append(_Choice(target, upload, consent_channel(audience.purpose, upload)))
    return choices


def _read_phones(settings: Settings, chosen: Sequence[_Choice], key: bytes) -> PlainPhones:
    """Plain hashes for all packages together, so that every file is read once."""
    keys = [
        each
        for choice in chosen
        if choice.upload.identifier_type == PHONE
        for each in choice.identifiers["identifier_key"]
    ]
    if not keys:
        return PlainPhones()
    contracts = load_contracts(settings)
    with reading_warehouse(settings, "siyu audience build") as warehouse:
        return plain_phones(warehouse, keys, settings.landing_folder, contracts, key)


def _problems(
    built: Built, contents: Sequence[files.Content], maker: Maker, earlier: Sequence[Package]
) -> list[str]:
    """One line per limit that is not kept."""
    pushes = Counter(p.format for p in earlier if p.built_date.year == maker.day.year)
    name = upload_name(built.audience, maker)
    return [
        f"{draft.upload.name}: {problem}"
        for draft, made in zip(built.drafts, contents, strict=True)
        for problem in limit_problems(
            draft.upload, draft.ids, len(made.data), name, pushes[draft.upload.name]
        )
    ]


def upload_name(audience: Audience, maker: Maker) -> str:
    """What to call the package on the platform."""
    return f"{audience.label_zh}_{maker.day:%Y%m%d}"


def limit_problems(
    upload: Format, ids: int, file_bytes: int, name: str, pushes: int
) -> Iterator[str]:
    """What the platform would refuse, and the remedy."""
    if not ids:
        yield "nobody is left; who is out, and why, stands above. Remedy: take more people"
    elif upload.min_ids and ids < upload.min_ids:
        yield (
            f"{ids:,} ids, the platform takes at least {upload.min_ids:,}. Remedy: take more people"
        )
    if upload.max_ids and ids > upload.max_ids:
        yield (
            f"{ids:,} ids, the platform takes at most {upload.max_ids:,}. Remedy: set `limit`, or "
            "cut the segment in two"
        )
    if upload.max_file_bytes and file_bytes > upload.max_file_bytes:
        yield (
            f"a file of {file_bytes / 2**20:.0f} MB, the platform takes at most "
            f"{upload.max_file_bytes / 2**20:.0f} MB. Remedy: set `limit`, or cut the segment"
        )
    if upload.name_max_characters and len(name) > upload.name_max_characters:
        yield (
            f"the name {name} has {len(name)} characters, the platform takes at most "
            f"{upload.name_max_characters}. Remedy: shorten label_zh"
        )
    if upload.pushes_per_year and pushes >= upload.pushes_per_year:
        yield f"{pushes:,} pushes this year, the platform takes at most {upload.pushes_per_year:,}"


def _write(
    settings: Settings,
    built: Built,
    contents: Sequence[files.Content],
    maker: Maker,
    key: bytes,
) -> list[Package]:
    packages = []
    with handing_over(settings, contents) as ledger:
        for draft, made in zip(built.drafts, contents, strict=True):
            package = Package(
                package_id=ledger.next_id,
                audience=built.audience.audience,
                label_zh=built.audience.label_zh,
                purpose=built.audience.purpose,
                platform=draft.upload.platform,
                format=draft.upload.name,
                account=draft.account,
                consent_channel=draft.channel,
                snapshot_version=built.snapshot_version,
                built_at=maker.at_utc,
                built_date=maker.day,
                built_by=maker.name,
                note=maker.note,
                people=draft.people,
                ids=draft.ids,
                file_name=made.name,
                file_bytes=len(made.data),
                file_sha256=made.sha256,
            )
            check_number(package)
            ledger.add_package(package, members(draft.upload, draft.lines, key))
            packages.append(package)
    return packages


def members(upload: Format, lines: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """Lines of a package as the ledger holds them."""
    return lines.select(
        "customer_id",
        pl.lit(upload.identifier_type).alias("identifier_type"),
        "identifier_key",
        line_key=files.line_keys(lines["line"], key),
    )


@contextmanager
def handing_over(
    settings: Settings, new: Iterable[files.Content], rewritten: Iterable[files.Content] = ()
) -> Iterator[Ledger]:
    """The ledger, to note files in it: they appear when all of it is noted, or none does."""
    with (
        open_ledger(settings) as ledger,
        files.writing(settings, new, rewritten),
        ledger.transaction(),
    ):
        yield ledger


def check_number(package: Package) -> None:
    """The file's name holds the number that the ledger gives. Raises AudienceError."""
    if f"__p{package.package_id}." not in package.file_name:
        raise AudienceError(
            "another process built a package at the same time. Nothing was written; try again"
        )
