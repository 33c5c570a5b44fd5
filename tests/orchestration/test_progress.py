"""What a terminal and a pipe get while a night runs."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# As Dagster does for as long as a step runs: what is written to standard error goes to a file.
RUN = """
import os, time
from types import SimpleNamespace
from orchestration.terminal.progress import Progress, own_console

def entry(kind, step):
    return SimpleNamespace(dagster_event=SimpleNamespace(event_type_value=kind, step_key=step))

steps = {"landing_files": 40.0, "raw__points_are_there": 20.0}
with own_console() as console, Progress(console).run("night 2025-11-17", list(steps), steps, then=2) as show:
    show(entry("STEP_START", "landing_files"))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    time.sleep(0.5)
    show(SimpleNamespace(dagster_event=None, level=30, user_message="a source is \\x1b[31mlate"))
    show(entry("STEP_SUCCESS", "landing_files"))
    show(entry("STEP_START", "raw__points_are_there"))
    time.sleep(0.5)
"""


def on_a_terminal(**environment: str) -> str:
    leader, follower = pty.openpty()
    own = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM", "FORCE_COLOR")
    }
    process = subprocess.Popen(
        [sys.executable, "-c", RUN],
        cwd=ROOT,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=own | {"TERM": "xterm", "COLUMNS": "140"} | environment,
    )
    os.close(follower)
    seen = b""
    try:
        while piece := os.read(leader, 65536):
            seen += piece
    except OSError:  # Linux' word for: nobody has it open any more
        pass
    finally:
        os.close(leader)
    assert process.wait() == 0, seen.decode()
    return seen.decode()


def test_a_terminal_shows_step_and_estimate_while_the_step_runs() -> None:
    seen = on_a_terminal()
    assert "about 1 min left, 3 min in all" in seen
    assert "landing_files" in seen
    assert "raw.points_are_there" in seen
    assert "about 5 s left" in seen  # the first step was much faster than before
    assert "\x1b[" in seen


def test_a_warning_is_shown_and_cannot_command_the_terminal() -> None:
    seen = on_a_terminal()
    assert "a source is " in seen
    assert "\x1b[31mlate" not in seen


def test_no_color_is_obeyed() -> None:
    coloured = [
        code for code in ("\x1b[31", "\x1b[32", "\x1b[33", "\x1b[35", "\x1b[36") if code in on_a_terminal()
    ]
    assert coloured
    assert not any(code in on_a_terminal(NO_COLOR="1") for code in coloured)


@pytest.mark.parametrize("terminal", ["xterm", "dumb"])
def test_a_pipe_gets_a_line_a_run_and_no_control_character(terminal: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"TERM": terminal},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0] == "night 2025-11-17 …"
    assert "\x1b" not in done.stderr + done.stdout
    assert "\r" not in done.stderr + done.stdout


def test_a_dumb_terminal_is_treated_as_a_pipe() -> None:
    assert "\x1b" not in on_a_terminal(TERM="dumb").replace("\\x1b", "")
