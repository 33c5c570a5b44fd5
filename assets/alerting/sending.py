"""Sending messages to channels: several attempts each, within a bounded time, and what became of them.

One attempt is ``webhook``'s and ``mail``'s; what is recorded, ``assets.alerts``'s.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from assets.alerting.mail import send_by_mail
from assets.alerting.message import Message
from assets.alerting.undeliverable import UndeliverableError
from assets.alerting.webhook import send_to_webhook
from assets.channel_table import Channel, SecretError


@dataclass(frozen=True)
class Patience:
    """How long a channel is tried.

    Parameters
    ----------
    attempts : int
        Most attempts.
    total_seconds : float
        After which a channel is given up, whatever it is doing, in seconds.
    first_wait_seconds, longest_wait_seconds : float
        Waits between attempts are drawn from zero to a bound that doubles, from the one to the other, in
        seconds.
    connect_seconds, read_seconds : float
        How long a server may take to be reached, and for each answer, in seconds.
    wait : callable
        Waits for a number of seconds.
    """

    attempts: int = 5
    total_seconds: float = 60.0
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 15.0
    connect_seconds: float = 5.0
    read_seconds: float = 10.0
    wait: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Job:
    """A message for a channel.

    Parameters
    ----------
    channel : Channel
        Where to.
    message : Message
        What.
    is_last_try : bool
        Whether it has been given up before: one attempt, no more.
    """

    channel: Channel
    message: Message
    is_last_try: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a message.

    Parameters
    ----------
    channel : str
        Name of the channel.
    is_sent : bool
        Whether it was taken.
    n_attempts : int
        Attempts made.
    error : str or None
        Why not, or who of several was refused.
    """

    channel: str
    is_sent: bool
    n_attempts: int
    error: str | None


def send_all(jobs: Sequence[Job], home: Path, patience: Patience) -> Iterator[Outcome]:
    """Send messages to several channels side by side.

    Parameters
    ----------
    jobs : sequence of Job
        At most one for each channel.
    home : Path
        The folder that files of secrets are relative to.
    patience : Patience
        How long each channel is tried.

    Yields
    ------
    Outcome
        One for each job, as they end; all of them within ``total_seconds``.
    """
    done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    for job in jobs:
        # Daemons: a server that lets its answer drip must hold neither the night nor the end of its process.
        threading.Thread(target=lambda one=job: done.put(send(one, home, patience)), daemon=True).start()
    waiting = {job.channel.name for job in jobs}
    deadline = time.monotonic() + patience.total_seconds
    while waiting:
        try:
            outcome = done.get(timeout=max(deadline - time.monotonic(), 0.0))
        except queue.Empty:
            break
        waiting.discard(outcome.channel)
        yield outcome
    for name in sorted(waiting):
        yield Outcome(name, False, 1, f"it was not done after {patience.total_seconds:g} s, and given up")


def send(job: Job, home: Path, patience: Patience) -> Outcome:
    """Send one message, with as many attempts as patience allows; never raises.

    Parameters
    ----------
    job : Job
        The message and its channel.
    home : Path
        The folder that files of secrets are relative to.
    patience : Patience
        How long the channel is tried.
    """
    channel = job.channel
    retrying = Retrying(
        stop=stop_after_attempt(1 if job.is_last_try else patience.attempts)
        | stop_before_delay(patience.total_seconds),
        wait=_Wait(patience),
        retry=retry_if_exception(lambda error: isinstance(error, UndeliverableError) and error.is_transient),
        sleep=patience.wait,
        reraise=True,
    )
    try:
        secret = channel.secret(home)
        remark = retrying(_attempt, channel, secret, job.message, patience)
    except SecretError as error:
        return Outcome(channel.name, False, 1, str(error))
    except UndeliverableError as error:
        return Outcome(channel.name, False, retrying.statistics["attempt_number"], str(error))
    except Exception as error:  # a fault of ours: its words may hold anything
        return Outcome(channel.name, False, 1, f"it could not be sent ({type(error).__name__})")
    return Outcome(channel.name, True, retrying.statistics["attempt_number"], remark)


def _attempt(channel: Channel, secret: str | None, message: Message, patience: Patience) -> str | None:
    if channel.kind == "email":
        return send_by_mail(channel, secret, message, patience.read_seconds)
    send_to_webhook(secret or "", message, patience.connect_seconds, patience.read_seconds)
    return None


class _Wait(wait_random_exponential):
    """Exponential waits with full jitter, and never shorter than the server asked for."""

    def __init__(self, patience: Patience) -> None:
        super().__init__(multiplier=patience.first_wait_seconds, max=patience.longest_wait_seconds)

    def __call__(self, retry_state: RetryCallState) -> float:
        """Return how long to wait, in seconds."""
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.retry_after_seconds if isinstance(error, UndeliverableError) else 0.0
        return max(super().__call__(retry_state), asked)
