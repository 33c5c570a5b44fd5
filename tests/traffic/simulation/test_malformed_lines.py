"""Malformed lines are malformed whatever is drawn, and never more than one line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traffic.simulation.malformed_lines import BREAKS, draw_malformed_lines
from traffic.simulation.weblog_content import ODD_REQUESTS

GOOD_LINES = [
    f'192.0.2.1 - - [13/Nov/2025:10:00:00 +0100] "{request}" 200 512{rest}'
    for request in ("GET / HTTP/1.1", *ODD_REQUESTS)
    for rest in ("", ' "-" "curl/7.54.0"')
]


def test_the_material_is_good(read_access_line):
    assert [line for line in GOOD_LINES if read_access_line(line.encode("latin-1")) is None] == []


@given(seed=st.integers(min_value=0, max_value=2**63))
def test_no_malformed_line_can_be_read(seed, read_access_line):
    for line in draw_malformed_lines(np.random.default_rng(seed), GOOD_LINES):
        text = line.text.encode("latin-1")
        assert read_access_line(text) is None
        assert b"\n" not in text
        assert text.strip() != b""
        assert not text.startswith(b"#")


@given(seed=st.integers(min_value=0, max_value=2**63))
def test_every_kind_is_drawn(seed):
    drawn = draw_malformed_lines(np.random.default_rng(seed), GOOD_LINES[:1])
    assert {line.kind for line in drawn} == set(BREAKS)


def test_a_lost_front_leaves_the_orphan_tail_of_real_logs():
    line = '192.0.2.1 - - [13/Nov/2025:10:00:00 +0100] "GET / HTTP/1.1" 200 512 "-" "curl/7.54.0"'
    assert BREAKS["front cut"](np.random.default_rng(1), line) == ' "curl/7.54.0"'


def test_a_day_without_lines_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="this day has none"):
        draw_malformed_lines(np.random.default_rng(1), [])
