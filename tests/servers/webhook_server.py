"""A webhook on this machine that answers as it is told and keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET_PATH = "/services/T0SECRET0/B0SECRET0/hush-hush-hush?token=very%20secret"
SECRETS = ("T0SECRET0", "B0SECRET0", "hush-hush-hush", "very%20secret", "very secret")


@dataclass(frozen=True)
class Answer:
    """What a request is answered with."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = "ok"
    hangs: bool = False
    drips: bool = False


@dataclass
class WebhookServer:
    """Answers in order; the last one is given again and again."""

    port: int
    answers: list[Answer] = field(default_factory=lambda: [Answer()])
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{SECRET_PATH}"

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.requests]

    @property
    def texts(self) -> list[str]:
        return [payload["text"] for payload in self.payloads]

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        state: WebhookServer = self.server.state  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        state.requests.append((self.path, dict(self.headers), body))
        answer = state.next_answer()
        if answer.hangs:
            state.closing.wait()
            return
        if answer.drips:
            self.wfile.write(b"HTTP/1.0 ")
            while not state.closing.wait(0.02):
                self.wfile.write(b"2")
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body.encode())

    def do_GET(self) -> None:
        state: WebhookServer = self.server.state  # type: ignore[attr-defined]
        state.requests.append((self.path, dict(self.headers), b"{}"))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that was given up has closed its end: that is no fault here."""


@contextmanager
def webhook_server() -> Iterator[WebhookServer]:
    """Serve on a free port until the block ends."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        state = WebhookServer(server.server_address[1])
        server.state = state  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            state.closing.set()
            server.shutdown()
            thread.join()
