"""Where ``diurnal ui`` opens: on the asset graph, in a browser where there is a screen to show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.terminal import ui


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:3000/asset-groups"),
        ("0.0.0.0", "http://127.0.0.1:3000/asset-groups"),
        ("::", "http://[::1]:3000/asset-groups"),
        ("fe80::1", "http://[fe80::1]:3000/asset-groups"),
        ("noc.example.net", "http://noc.example.net:3000/asset-groups"),
    ],
)
def test_the_graph_is_reached_on_an_address_that_a_browser_can_open(host: str, address: str) -> None:
    assert ui.graph_address(host, 3000) == address


@pytest.mark.parametrize(
    ("words", "shown"),
    [([], False), (["--no-open"], False), (["--open"], True)],
    ids=["no terminal", "refused", "asked for"],
)
def test_a_browser_is_opened_when_asked_for_and_never_unasked_without_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], shown: bool
) -> None:
    served: list[Any] = []

    def serve(home: Any, host: str, port: int, *, show: bool) -> int:
        served.append(show)
        return 0

    monkeypatch.setattr(ui, "serve", serve)
    monkeypatch.setenv("DISPLAY", ":0")
    ended = CliRunner().invoke(main, ["ui", "--home", str(tmp_path), *words])
    assert ended.exit_code == 0, ended.output
    assert served == [shown]


def test_a_display_is_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not ui.has_screen()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert ui.has_screen()
