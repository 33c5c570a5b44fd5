"""Contents and their beginnings are identified however they are cut into chunks."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from traffic.parsing.content_identity import HEAD_BYTES, Beginning, after, beginnings, identify

CHUNKS = st.lists(st.binary(max_size=12) | st.sampled_from([b"\n", b"a\nb", b"\n\n"]), max_size=12)


@given(CHUNKS)
def test_a_content_has_one_identity(chunks):
    content = b"".join(chunks)
    identity = identify(chunks)
    assert identity == identify([content])
    assert identity.file_id == hashlib.sha256(content).hexdigest()
    assert identity.n_bytes == len(content)


def test_the_head_is_of_the_first_bytes_alone():
    first, second = (b"x" * HEAD_BYTES + end for end in (b"a", b"bb"))
    assert identify([first]).head_id == identify([second[:5], second[5:]]).head_id
    assert identify([first]).file_id != identify([second]).file_id
    assert identify([first]).head_id != identify([first[1:]]).head_id


@given(CHUNKS, st.lists(st.integers(0, 80), max_size=6))
def test_beginnings_are_those_of_the_plain_rule(chunks, lengths):
    content = b"".join(chunks)
    expected = []
    for length in sorted(set(lengths)):
        start = content[:length]
        # Of a content without any byte there is nothing to cut.
        if length <= len(content) and content:
            line_bytes = start.rfind(b"\n") + 1
            identity = hashlib.sha256(start).hexdigest()
            expected.append(Beginning(identity, length, start.count(b"\n"), line_bytes))
    if not any(chunks):
        return
    assert beginnings(chunks, lengths) == expected


@given(CHUNKS, st.integers(0, 100))
def test_what_follows_a_beginning(chunks, n_bytes):
    rest = list(after(chunks, n_bytes))
    assert b"".join(rest) == b"".join(chunks)[n_bytes:]
    assert all(rest) or n_bytes == 0


def test_no_more_is_read_than_the_longest_beginning_needs():
    def chunks():
        yield b"ab\n"
        raise AssertionError("read on")

    assert [start.n_bytes for start in beginnings(chunks(), [1, 3])] == [1, 3]
