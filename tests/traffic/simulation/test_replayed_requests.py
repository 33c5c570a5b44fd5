"""Lines of a log add up to the trace that they are drawn for, and say nothing of who was there."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.parsing.content import LineBlock
from traffic.parsing.weblog import FORMATS, WebLogReader
from traffic.simulation.replayed_requests import (
    AGENT,
    MAX_STEP_LINES,
    combined_lines,
    replayed_requests,
    request_pool,
)
from traffic.windowing.grid import request_windows

START = datetime(2025, 11, 17)
STEP = 120
ODD = (
    "/",
    '/a"b\\c d',
    "/caf\xe9/m\xfc.html",
    "/x\x1b[31m",
    "/%22kept%0A",
    "/search?q=alice@example.org",
    "/a#b'c",
)


def log(n: int = 2_000, seed: int = 1) -> pl.DataFrame:
    """A small log: few large files, many small ones, odd paths, and lines that are no requests."""
    rng = np.random.default_rng(seed)
    paths = [*ODD, *(f"/page/{number}.html" for number in range(50))]
    size = np.where(rng.random(n) < 0.1, 0, np.exp(rng.normal(8, 1.5, n))).astype(np.int64)
    requests = pl.DataFrame(
        {
            "host": [f"client-{number}.example" for number in rng.integers(0, 300, n)],
            "method": rng.choice(["GET", "POST"], n, p=[0.9, 0.1]),
            "path": [paths[number] for number in rng.integers(0, len(paths), n)],
            "protocol": rng.choice(["HTTP/1.1", "HTTP/2.0"], n),
            "status": rng.choice([200, 304, 404], n).astype(np.int16),
            "bytes_sent": size,
        }
    )
    nobody = requests.head(20).with_columns(method=pl.lit(None, pl.String), path=pl.lit("\\x16\\x03\\x01"))
    return pl.concat([requests, nobody, requests.head(5).with_columns(bytes_sent=pl.lit(None, pl.Int64))])


POOL = request_pool(log(), np.random.default_rng(4))


def lines_of(trace: list[int], of: str, pool: pl.DataFrame = POOL, at_once: int = 500) -> bytes:
    parts = replayed_requests(
        np.array(trace, float), START, STEP, pool, np.random.default_rng(7), of=of, lines_at_once=at_once
    )
    return b"".join(combined_lines(requests) for _, requests in parts)


def read_back(lines: bytes, n_steps: int) -> dict[str, list[int]]:
    """Sums by step, by the project's own parser and windows."""
    reader = WebLogReader(FORMATS["combined"], "UTC")
    (parsed,) = reader.read_blocks([LineBlock(lines, 1)])
    assert parsed.rejected.is_empty()
    assert parsed.requests["at_utc"].is_sorted()
    end = START + timedelta(seconds=n_steps * STEP - 1)
    coverage = pl.DataFrame({"first_utc": [START], "last_utc": [end]})
    windows = request_windows([parsed.requests], coverage, STEP, 3_600)
    return {name: grid.frame["value"].cast(pl.Int64).to_list() for name, grid in windows.items()}


def test_bytes_add_up_to_the_trace() -> None:
    trace = [50_000, 0, 7, 1_234_567, 1, 900_001, 0, 3]
    assert read_back(lines_of(trace, "bytes"), len(trace))["bytes"] == trace


def test_requests_add_up_to_the_trace() -> None:
    trace = [30, 0, 1, 800, 0, 2_000, 5, 1]
    assert read_back(lines_of(trace, "requests"), len(trace))["requests"] == trace


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=12),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=20),
    st.sampled_from(["bytes", "requests"]),
)
def test_any_trace_is_met_from_any_sizes(trace: list[int], sizes: list[int], of: str) -> None:
    if of == "requests":
        trace = [value % 500 for value in trace]
    pool = POOL.head(len(sizes)).with_columns(size=pl.Series(sizes, dtype=pl.Int64))
    parts = list(
        replayed_requests(np.array(trace, float), START, STEP, pool, np.random.default_rng(1), of=of)
    )
    requests = pl.concat([part for _, part in parts])
    assert parts[-1][0] == len(trace)
    step = (requests["at_utc"] - START).dt.total_seconds() // STEP
    weight = requests["size"] if of == "bytes" else pl.Series([1] * requests.height, dtype=pl.Int64)
    sums = np.bincount(step, weights=weight, minlength=len(trace)) if requests.height else [0] * len(trace)
    assert list(sums) == trace
    assert requests["at_utc"].is_sorted()
    assert requests["size"].min() is None or requests["size"].min() >= 0


def test_sizes_and_their_number_are_those_of_the_log() -> None:
    trace = [300_000] * 400
    parts = replayed_requests(np.array(trace, float), START, STEP, POOL, np.random.default_rng(3), of="bytes")
    requests = pl.concat([part for _, part in parts])
    size = POOL["size"].to_numpy()
    # Renewals within a step: the one that is cut is longer than the others (Feller 1971, section XI.3).
    expected = len(trace) * (trace[0] / size.mean() + np.mean(size**2.0) / (2 * size.mean() ** 2))
    assert requests.height == pytest.approx(expected, rel=0.05)
    for level in (0.25, 0.5, 0.75):
        assert requests["size"].quantile(level) == pytest.approx(POOL["size"].quantile(level), rel=0.1)
    asked = requests["request"].value_counts(normalize=True, sort=True).head(5)
    usual = dict(POOL["request"].value_counts(normalize=True).iter_rows())
    assert all(share == pytest.approx(usual[request], rel=0.3) for request, share in asked.iter_rows())


def test_nobody_can_be_told_from_the_lines() -> None:
    text = lines_of([400] * 10, "requests").decode("ascii")
    assert "client-" not in text
    assert "alice" not in text
    assert "?" not in text
    hosts = {line.split(" ", 1)[0] for line in text.splitlines()}
    assert all(re.fullmatch(r"10\.\d+\.\d+\.\d+", host) for host in hosts)
    assert len(hosts) > 250  # as many as there were, within what 4,000 draws show
    assert text.count(f'"-" "{AGENT}"') == len(text.splitlines())


def test_paths_are_kept_with_their_queries_or_not_at_all_on_request() -> None:
    rng = np.random.default_rng(4)
    kept = request_pool(log(), rng, has_queries=True)["request"]
    assert kept.str.contains("alice@example.org", literal=True).any()
    hidden = request_pool(log(), rng, has_real_paths=False)["request"]
    assert hidden.str.contains(r"^(GET|POST) /r/\d+ HTTP/[12]\.[01]$").all()
    # As many paths as before, once queries are dropped.
    assert hidden.str.split(" ").list.get(1).n_unique() == len(ODD) + 50


def test_odd_paths_become_what_a_client_would_send() -> None:
    asked = set(POOL["request"].str.split(" ").list.get(1))
    assert {"/a%22b%5Cc%20d", "/caf%C3%A9/m%C3%BC.html", "/x%1B[31m", "/%22kept%0A"} <= asked
    assert POOL["request"].str.contains(r'^[A-Z]+ [^ "\\\x00-\x20\x7f]+ HTTP/[0-9.]+$').all()


def test_the_same_seed_writes_the_same_lines_in_any_parts() -> None:
    trace = [400, 200, 300]
    assert lines_of(trace, "requests") == lines_of(trace, "requests")
    assert read_back(lines_of(trace, "requests", at_once=1), 3)["requests"] == trace


def test_a_log_with_nothing_to_replay_is_refused() -> None:
    empty = log().with_columns(method=pl.lit(None, pl.String))
    with pytest.raises(ValueError, match="nothing to replay"):
        request_pool(empty, np.random.default_rng(1))


def test_a_step_that_no_memory_could_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="smaller scale"):
        lines_of([MAX_STEP_LINES + 1], "requests")
    with pytest.raises(ValueError, match="smaller scale"):
        lines_of([10**14], "bytes")


def test_sizes_that_are_all_zero_leave_the_bytes_to_one_request() -> None:
    pool = POOL.with_columns(size=pl.lit(0, pl.Int64))
    assert read_back(lines_of([500, 0, 9], "bytes", pool), 3)["bytes"] == [500, 0, 9]
