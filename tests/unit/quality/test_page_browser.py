"""Page in a browser: nothing runs, nothing is asked for, no complaint in the console."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ecrm_core.quality import LANGUAGES
from tests.unit.quality.reports import hostile, report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium here (on Debian: apt-get install chromium)"
)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--no-first-run",
         "--enable-logging=stderr", "--virtual-time-budget=2000"]  # fmt: skip


class Host:
    """A server on this machine that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.name = f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def host() -> Iterator[Host]:
    found = Host()
    thread = Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


def browse(source: str, folder: Path, *extra: str) -> tuple[str, list[str]]:
    """Open the page; return its document after loading, and what the console says."""
    path = folder / "page.html"
    path.write_text(source, encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    run = subprocess.run(
        [str(CHROMIUM), *FLAGS, profile, *extra, path.as_uri()],
        capture_output=True, check=True, text=True, timeout=120,
    )  # fmt: skip
    return run.stdout, re.findall(r"CONSOLE[:(].*", run.stderr)


def test_hostile_names_stay_text_and_nothing_is_asked_for(host: Host, tmp_path: Path) -> None:
    held = report(host=host.name)
    title = hostile(host.name)
    source = held.to_html(title=title, former=report(host=host.name, people=5), reveal=True)
    document, console = browse(source, tmp_path, "--dump-dom")
    assert console == []
    assert host.asked == []
    assert "<script" not in document
    assert "<img" not in document
    assert "<title>taken</title>" not in document
    # The browser read what was written: it closed nothing on its own account.
    assert document.count("<table>") == source.count("<table>") >= 10
    assert document.count("<section") == source.count("<section")


def test_the_test_sees_a_page_that_runs_a_script_and_calls_a_host(
    host: Host, tmp_path: Path
) -> None:
    source = f"<!DOCTYPE html><title>x</title><p>{hostile(host.name)}</p><script>none()</script>"
    document, console = browse(source, tmp_path, "--dump-dom")
    assert "<title>taken</title>" in document
    assert host.asked
    assert any("none is not defined" in line for line in console)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_drawn_in_every_language(language: str, tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    size = "--window-size=900,1400"
    _, console = browse(
        report().to_html(language=language), tmp_path, f"--screenshot={picture}", size
    )
    assert console == []
    assert picture.stat().st_size > 20_000  # a blank one has some 5 kB
