"""Looking after segments and packages: what is wrong, who is in what, and what is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.audiences.definition import Audience, audiences_folder, find_audience
from pipelines.audiences.errors import AudienceError
from pipelines.audiences.files import state_of
from pipelines.audiences.formats import find_format, load_formats
from pipelines.audiences.ledger import (
    CLOSED,
    NEVER_UPLOADED,
    Event,
    Package,
    find_package,
    ledger_path,
    open_ledger,
    reading_ledger,
)
from pipelines.audiences.maker import Maker
from pipelines.audiences.people import check_account, consent_channel, select_customers
from pipelines.audiences.withdraw import due_withdrawals
from pipelines.identity.correct.decisions import Decision
from pipelines.privacy.keys import load_or_create_key
from pipelines.privacy.tombstones import PREFIX
from pipelines.publishing.reader import SnapshotConnection, connect
from pipelines.settings import Settings


def packages_holding(settings: Settings, tombstones: Sequence[Decision]) -> list[Package]:
    """Packages that platforms may hold with somebody who is forgotten by these decisions."""
    keys = [stone.a.identifier_value.removeprefix(PREFIX) for stone in tombstones if stone.a]
    with reading_ledger(settings) as ledger:
        return ledger.holding(keys) if ledger else []


def close(settings: Settings, package_id: int, maker: Maker, *, never_uploaded: bool) -> Package:
    """Note that no platform holds a package (any more), and delete its file.

    Raises:
        AudienceError: there is no such package, or it is over already.
    """
    with reading_ledger(settings) as ledger:
        package = find_package(ledger, package_id)
        live = ledger.live_packages() if ledger else []
    if package not in live:
        raise AudienceError(
            f"package {package_id} is over already: siyu audience show {package_id}"
        )
    event = NEVER_UPLOADED if never_uploaded else CLOSED
    with open_ledger(settings) as ledger, ledger.transaction():
        ledger.add_event(Event(package_id, event, maker.at_utc, maker.name, maker.note))
    (settings.audiences_folder / package.file_name).unlink(missing_ok=True)
    return package


def problems(settings: Settings) -> Iterator[str]:
    """One line per thing that an operator should mend."""
    with connect(settings, follow=False) as snapshot:
        for path in sorted(audiences_folder(settings).glob("*.yml")):
            try:
                check_definition(settings, snapshot, find_audience(settings, path.stem))
            except AudienceError as error:
                yield f"{path.name}: {error}"
    yield from _file_problems(settings)
    _, due = due_withdrawals(settings, load_or_create_key(settings))
    for withdrawal in due:
        package = withdrawal.package
        yield (
            f"package {package.package_id} ({package.audience}, {package.format}) holds "
            f"{withdrawal.ids:,} ids that must go. Remedy: siyu audience withdraw"
        )


def check_definition(settings: Settings, snapshot: SnapshotConnection, audience: Audience) -> int:
    """How many people a segment has now. Raises AudienceError when it cannot be built."""
    formats = load_formats()
    for target in audience.platforms:
        upload = find_format(formats, target.format)
        consent_channel(audience.purpose, upload)
        check_account(snapshot, upload, target.account)
    if audience.suppress and audience.suppress.audiences != "all":
        for name in audience.suppress.audiences:
            find_audience(settings, name)
    return len(select_customers(snapshot, audience))


def _file_problems(settings: Settings) -> Iterator[str]:
    folder = settings.audiences_folder
    with reading_ledger(settings) as ledger:
        packages = ledger.packages() if ledger else []
        events = ledger.events() if ledger else []
        live = ledger.live_packages() if ledger else []
    for package in live:
        state = state_of(settings, package.file_name, package.file_sha256)
        if state != "present":
            yield (
                f"package {package.package_id}: {package.file_name} is {state}. Remedy: restore it "
                "from the backup; without it withdrawing makes its lines again from data/landing"
            )
    known = {package.file_name for package in packages} | {event.file_name for event in events}
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        of_ledger = path.name.startswith(ledger_path(settings).name)
        if path.is_file() and not of_ledger and path.name not in known:
            yield (
                f"{path} is not in the ledger. Remedy: delete it; nobody who is in it could be "
                "taken back"
            )
