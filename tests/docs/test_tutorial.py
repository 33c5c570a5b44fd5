"""The tutorial runs as it stands, in an empty folder, against a stranger's log of four weeks.

What needs a network (the installation) is there already, and what stays open (the UI) is only parsed. The
chapters on the night's page and on alerts run where the code has them.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.cli import main
from traffic.simulation.span import LAST_DAY
from traffic.simulation.weblog import simulate_weblog_day
from traffic.simulation.weblog_content import WEBSITES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
DAYS = 28
LOG_FOLDER = "/var/log/nginx"
STAYS_OPEN = "diurnal ui"
_BLOCK = re.compile(r"^## (?P<chapter>.*)$|^```(?P<info>\w+.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its chapter, language, the file it is, and its text."""

    chapter: str
    language: str
    title: str
    text: str


def blocks() -> list[Block]:
    found, chapter = [], ""
    for match in _BLOCK.finditer(PAGE):
        if match["chapter"]:
            chapter = match["chapter"]
            continue
        language, _, rest = match["info"].partition(" ")
        title = re.search(r'title="([^"]*)"', rest)
        found.append(Block(chapter, language, title[1] if title else "", match["text"]))
    return found


def script(logs: Path, port: int) -> str:
    """Return the page as one script of bash, a mark before each block."""
    lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    for number, block in enumerate(blocks()):
        if block.chapter == "Install":
            continue
        text = block.text.replace(LOG_FOLDER, str(logs)).replace("8099", str(port))
        lines.append(f"echo '=== {number}'")
        if block.language == "sh" and not text.startswith(STAYS_OPEN):
            lines.append(text)
        elif block.title:
            file, _, below = block.title.partition(", ")
            lines.append(f"cat {'>>' if below else '>'} {file} <<'END_OF_FILE'\n{text}END_OF_FILE")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four weeks of a combined log, rotated daily."""
    folder = tmp_path_factory.mktemp("nginx")
    for back in range(DAYS):
        day: date = LAST_DAY - timedelta(days=back)
        log = simulate_weblog_day(WEBSITES[0], day, seed=7, is_compressed=back > 1)
        ending = {0: "", 1: ".1"}.get(back, f".{back}.gz")
        (folder / f"access.log{ending}").write_bytes(log.content)
    return folder


@pytest.fixture(scope="module")
def shown(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """What each block wrote, by its place on the page."""
    folder = tmp_path_factory.mktemp("stranger")
    (folder / "bin").mkdir()
    command = folder / "bin" / "diurnal"
    command.write_text(f"#!{sys.executable}\nfrom orchestration.cli import main\nmain()\n", encoding="utf-8")
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("DIURNAL", "DAGSTER"))}
    done = subprocess.run(
        ["bash", "-c", script(logs, port)],
        cwd=folder,
        env=own | {"PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "\x1b" not in done.stdout + done.stderr  # pipes: nothing moves, nothing is coloured
    parts = re.split(r"^=== (\d+)\n", done.stdout, flags=re.MULTILINE)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def output_of(shown: dict[int, str], words: str, chapter: str = "") -> str:
    place = next(
        number
        for number, block in enumerate(blocks())
        if block.language == "sh" and words in block.text and block.chapter.startswith(chapter)
    )
    return shown[place]


@pytest.mark.pipeline
def test_the_guess_is_the_entry_that_the_page_shows(shown: dict[int, str], logs: Path) -> None:
    said = output_of(shown, "--guess")
    entry = next(block.text for block in blocks() if block.text.startswith("# 1,000 of"))
    for line in entry.splitlines()[1:]:
        assert line.replace(LOG_FOLDER, str(logs)) in said
    assert "no other format reads any" in said


@pytest.mark.pipeline
def test_every_file_of_the_rotation_is_found(shown: dict[int, str]) -> None:
    assert f"{DAYS} files match" in output_of(shown, "diurnal sources --home", "Say what to read")
    assert f"{DAYS} new" in output_of(shown, "diurnal sources --home", "Say what to read")


@pytest.mark.pipeline
def test_the_night_ends_with_the_tables_that_the_page_shows(shown: dict[int, str]) -> None:
    said = output_of(shown, "diurnal nightly", "Run the night")
    for first in (" source ", " series "):
        heading = next(line for line in PAGE.splitlines() if line.startswith(first))
        assert any(line.split() == heading.split() for line in said.splitlines())
    assert re.search(r"www/bytes +\w+ +[\d.]+ \w?byte", said)
    assert "www/requests" in said


@pytest.mark.pipeline
def test_the_questions_are_answered(shown: dict[int, str]) -> None:
    said = output_of(shown, "diurnal sql")
    assert "www/bytes" in said
    assert "expected_peak" in said
    assert "the request's closing quote is missing" in said or "reason" in said


@pytest.mark.pipeline
def test_the_page_of_the_night_is_there(shown: dict[int, str]) -> None:
    assert "latest.html" in output_of(shown, "latest.html")


@pytest.mark.pipeline
def test_the_alert_is_heard(shown: dict[int, str]) -> None:
    said = output_of(shown, "cat heard.txt")
    assert "a test of the channel me" in said
    assert "www/bytes" in said.splitlines()[-1]


def test_what_stays_open_parses() -> None:
    open_ones = [block.text for block in blocks() if block.text.startswith(STAYS_OPEN)]
    assert open_ones
    for text in open_ones:
        _, name, *rest = shlex.split(text)
        main.commands[name].make_context(name, rest)
