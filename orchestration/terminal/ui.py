"""Dagster's UI and daemon on one home, as child processes that end together."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from threading import Thread

from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.killed_runs import report_killed_runs

_CODE = ("-m", "orchestration.definitions")
_STOPS = (signal.SIGINT, signal.SIGTERM)
_PATIENCE_SECONDS = 30.0
_STARTING_SECONDS = 120.0
GRAPH = "/asset-groups"
"""The page of the asset graph, a box for each layer: what a person wants to see first."""


class PortRefusedError(RuntimeError):
    """The address cannot be listened on; the message says what to do."""


def serve(home: Home, host: str, port: int, *, show: bool = False) -> int:
    """Run the webserver and the daemon until one of them ends or the person stops them.

    Parameters
    ----------
    home : Home
        The installation; its Dagster folder is made if absent.
    host : str
        Address to listen on.
    port : int
        Port to listen on.
    show : bool
        Whether to open the asset graph in the person's browser once the server answers.

    Returns
    -------
    int
        0 if stopped by the person, else the exit code of the one that ended.

    Raises
    ------
    PortRefusedError
        If the address cannot be listened on.
    """
    _refuse_taken_port(host, port)
    with open_instance(home) as instance:
        report_killed_runs(instance, home)
    webserver = ("dagster_webserver", *_CODE, "--host", host, "--port", str(port))
    daemon = ("dagster._daemon", "run", *_CODE)
    address = graph_address(host, port)
    print(f"Dagster's UI for {home.path}: {address} (stop with Ctrl-C)", flush=True)
    for number in _STOPS:
        signal.signal(number, _stop)
    children: list[subprocess.Popen[bytes]] = []
    try:
        children.extend(subprocess.Popen([sys.executable, "-m", *words]) for words in (webserver, daemon))
        if show:
            Thread(target=_show, args=[address], daemon=True).start()
        return _first_to_end(children)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(children)


def _refuse_taken_port(host: str, port: int) -> None:
    """Refuse an address before two processes are started that would trip over it one by one."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        remedy = "stop what listens there, or name another --port"
        if error.errno != errno.EADDRINUSE:
            remedy = "name another --host or --port"
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error
        raise PortRefusedError(f"{host}:{port} cannot be listened on ({why}); {remedy}") from error


def graph_address(host: str, port: int) -> str:
    """Return where a person on this machine finds the asset graph.

    Parameters
    ----------
    host : str
        Address that the server listens on; one that stands for all is reached on this machine's own.
    port : int
        Its port.
    """
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{reached}:{port}{GRAPH}"


def has_screen() -> bool:
    """Return whether a browser would open in a window: in the terminal it would stand in the way."""
    return sys.platform == "darwin" or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


def _show(address: str) -> None:
    """Wait until the server answers, and open the browser: before, it would show that nobody is there."""
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):
                webbrowser.open(address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)


def _stop(*_: object) -> None:
    # Raised here and not left to Python: a shell has what it starts in the background ignore Ctrl-C.
    raise KeyboardInterrupt


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for number in _STOPS:
        signal.signal(number, signal.SIG_IGN)
    for child in children:
        child.send_signal(signal.SIGINT)
    for child in children:
        try:
            child.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _first_to_end(children: list[subprocess.Popen[bytes]]) -> int:
    while True:
        for child in children:
            try:
                return child.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                continue
