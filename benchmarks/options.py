"""What a run of the benchmark is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from pipelines.settings import Settings


@dataclass(frozen=True)
class Options:
    """Sizes, places and repeats."""

    work: Path
    """Folder for inputs and warehouses; what a section writes there it removes."""
    peers: Path
    """Python of the environment that holds the peers."""
    repeats: int
    rows: tuple[int, ...]
    """(a): raw rows of each full refresh."""
    loader_mb: float
    """(b): size of the Tmall and Douyin order files, as clean UTF-8."""
    format_mb: float
    """(b): size of the file of every other format."""
    formats: tuple[str, ...]
    """(b): only these contracts; empty means all."""
    edges: int
    """(c)"""
    conversions: int
    """(d)"""
    history_customers: int
    """(f): people of the simulated brand."""
    history_days: int
    """(f): its days, with the last one."""
    history_copies: int
    """(f): how many times its people are there."""
    history_visits: tuple[int, ...]
    """(f): store visits of each member, one history for each."""
    console: Console

    @property
    def has_peers(self) -> bool:
        """Whether the peers' environment is there."""
        return self.peers.exists()

    def say(self, text: str) -> None:
        """Tell what is being done now."""
        self.console.print(f"[dim]… {text}[/]")


NO_PEERS = "the peers are not installed: `make bench` installs them"


def data_folder(options: Options, name: str) -> Settings:
    """Settings of a warehouse of its own below the work folder."""
    return Settings(data=options.work / name)
