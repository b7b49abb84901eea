"""A running `siyu dashboard`, and copies of a version under other names, for tests in a browser."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from dashboard.pages import PAGES
from pipelines.publishing import layout
from tests.siyu_process import SiyuProcess

READY = """([title, figures]) => document.querySelector("h1")?.innerText === title
    && document.querySelectorAll(".head").length === figures
    && document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning"
    && !document.querySelector("p.state[role=status]")
    && !document.querySelector("[data-stale=true], [data-testid=stSkeleton]")
    && [...document.querySelectorAll(".chart")].every(chart =>
        chart.querySelector("canvas") && chart.matches("[role=img]"))"""


class Server:
    """`siyu dashboard` on a free port of this machine, once it answers."""

    def __init__(self, siyu: SiyuProcess) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        self._process = siyu.start("dashboard", "--port", str(self.port))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.1)
        self.stop()
        raise AssertionError("siyu dashboard did not start")

    def _answers(self) -> bool:
        """The port takes connections a second before; then they wait."""
        asking = HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(asking), suppress(OSError):
            asking.request("GET", "/_stcore/health")
            return asking.getresponse().status == 200
        return False

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()


def wait_for(page: Any, key: str, language: str = "zh") -> None:
    """Until every figure of a page stands there in a language."""
    [shown] = [one for one in PAGES if one.key == key]
    title = shown.title.zh if language == "zh" else shown.title.en
    page.wait_for_function(READY, arg=[title, len(shown.makers)], polling=50, timeout=60_000)


def publish_copy(source: SiyuProcess, siyu: SiyuProcess, version: str) -> str:
    """The newest version of `source` under another name, as the newest of `siyu`."""
    settings = source.settings
    newest = layout.current_version(settings)
    assert newest
    folder = layout.versions_folder(siyu.settings) / version
    shutil.copytree(layout.versions_folder(settings) / newest, folder)
    manifest = folder / layout.MANIFEST_NAME
    manifest.chmod(0o644)
    content = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**content, "version": version}), "utf-8")
    link = siyu.settings.serving_folder / layout.LINK_NAME
    link.unlink(missing_ok=True)
    link.symlink_to(Path("versions") / version)
    return version
