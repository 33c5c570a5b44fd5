"""Dagster's UI and daemon on one home, as child processes that end together."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys

from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.killed_runs import report_killed_runs

_CODE = ("-m", "orchestration.definitions")
_STOPS = (signal.SIGINT, signal.SIGTERM)
_PATIENCE_SECONDS = 30.0


class PortRefusedError(RuntimeError):
    """The address cannot be listened on; the message says what to do."""


def serve(home: Home, host: str, port: int) -> int:
    """Run the webserver and the daemon until one of them ends or the person stops them.

    Parameters
    ----------
    home : Home
        The installation; its Dagster folder is made if absent.
    host : str
        Address to listen on.
    port : int
        Port to listen on.

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
    print(f"Dagster's UI for {home.path}: http://{host}:{port} (stop with Ctrl-C)", flush=True)
    for number in _STOPS:
        signal.signal(number, _stop)
    children: list[subprocess.Popen[bytes]] = []
    try:
        children.extend(subprocess.Popen([sys.executable, "-m", *words]) for words in (webserver, daemon))
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
