from __future__ import annotations

from assets.work_done import blocks_told, part, tell, watched
from traffic.parsing.content import LineBlock


def test_parts_are_told_as_shares_of_the_whole() -> None:
    told: list[float] = []
    with watched(told.append):
        tell(0.0)
        with part(0.0, 0.25):
            tell(0.5)
        with part(0.25, 1.0):
            with part(0.0, 0.5):
                pass
            tell(1.0)
    assert told == [0.0, 0.125, 0.25, 0.625, 1.0, 1.0]


def test_without_someone_who_looks_on_nobody_is_told() -> None:
    told: list[float] = []
    with watched(told.append):
        pass
    tell(0.5)
    with part(0.0, 1.0):
        tell(0.5)
    assert told == []


def test_blocks_pass_unchanged_and_tell_their_bytes() -> None:
    told: list[float] = []
    blocks = [LineBlock(b"a\n" * 10, 1), LineBlock(b"b\n" * 30, 11)]
    with watched(told.append):
        assert list(blocks_told(iter(blocks), n_bytes=80)) == blocks
    assert told == [0.25, 1.0]
