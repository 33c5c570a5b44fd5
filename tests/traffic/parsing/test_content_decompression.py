"""Content is told apart by its first bytes, and damage is never taken for the end of a file."""

from __future__ import annotations

import bz2
import gzip
import io
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.parsing.content import UnreadableContentError, decompressed_chunks

PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "zstd": zstandard.ZstdCompressor().compress}
# Long enough for several of the small bites in which frames are taken, packed or not.
TEXT = b"".join(b"host%d - - line %d of a log\n" % (n * 7919 % 1000, n) for n in range(5000))


def unpack(content: bytes) -> bytes:
    return b"".join(decompressed_chunks(io.BytesIO(content)))


@pytest.fixture(params=PACKERS, ids=str)
def pack(request):
    return PACKERS[request.param]


@pytest.mark.parametrize("content", [b"", b"\n", b"B", b"BZ", b"\x1f", b"\x28\xb5", b"plain\n", TEXT])
def test_plain_content_passes_through(content):
    assert unpack(content) == content


@pytest.mark.parametrize("content", [b"BZhost.example - -\n", b"BZh9.example - -\n", b"BZh"])
def test_text_that_begins_like_a_packed_file_stays_text(content):
    assert unpack(content) == content


@pytest.mark.parametrize("content", [b"", b"x", TEXT], ids=["empty", "one byte", "many lines"])
def test_packed_content_comes_back(pack, content):
    assert unpack(pack(content)) == content


def test_several_members_in_one_file_are_one_content(pack):
    members = [b"first\n", b"", TEXT, b"last"]
    assert unpack(b"".join(map(pack, members))) == b"".join(members)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=6), st.sampled_from(sorted(PACKERS)))
def test_members_add_up(members, packer):
    assert unpack(b"".join(map(PACKERS[packer], members))) == b"".join(members)


@pytest.mark.parametrize("lost", [1, 3, 8, 100])
def test_content_that_ends_early_is_refused(pack, lost):
    packed = pack(TEXT)
    with pytest.raises(UnreadableContentError, match="damaged or ends early"):
        unpack(packed[:-lost])


@pytest.mark.parametrize("kept", [11, 14, 20])
def test_a_later_member_that_ends_early_is_refused(pack, kept):
    second = pack(b"the second member\n" * 40)
    with pytest.raises(UnreadableContentError, match="damaged or ends early"):
        unpack(pack(b"the first member\n") + second[:kept])


@pytest.mark.parametrize("member", [0, 1])
def test_damaged_content_is_refused(member):
    # Zstandard's command line writes a checksum; its library does not unless asked to.
    checked = zstandard.ZstdCompressor(write_checksum=True).compress
    for pack in (gzip.compress, bz2.compress, checked):
        parts = [pack(b"first\n" * 20), pack(b"second\n" * 20)]
        damaged = bytearray(parts[member])
        damaged[len(damaged) // 2] ^= 0xFF
        parts[member] = bytes(damaged)
        with pytest.raises(UnreadableContentError, match="damaged"):
            unpack(b"".join(parts))


def test_garbage_behind_a_member_is_refused(pack):
    with pytest.raises(UnreadableContentError, match="damaged"):
        unpack(pack(b"first\n") + b"and some text that is not packed\n")


def test_zeros_behind_a_gzip_member_are_padding():
    assert unpack(gzip.compress(b"first\n") + bytes(512)) == b"first\n"


@pytest.mark.parametrize("kind", range(16))
def test_skippable_frames_of_parallel_compressors_are_skipped(kind):
    pack = PACKERS["zstd"]
    skippable = bytes([0x50 + kind]) + b"\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"\x01\x02\x03\x04"
    assert (
        unpack(skippable + pack(b"first\n") + skippable + pack(b"second\n") + skippable) == b"first\nsecond\n"
    )


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\x1f\x8b\x08", b"BZh91AY&SY", b"\x28\xb5\x2f\xfd"]))
def test_any_bytes_are_read_or_refused(content, magic):
    with suppress(UnreadableContentError):
        assert unpack(magic + content) == content


def test_content_packed_to_next_to_nothing_comes_in_bounded_pieces():
    packed = PACKERS["zstd"](bytes(200 << 20))
    sizes = [len(piece) for piece in decompressed_chunks(io.BytesIO(packed))]
    assert sum(sizes) == 200 << 20
    assert max(sizes) <= 128 << 20


def test_pieces_are_never_empty(pack):
    packed = b"".join(map(pack, [b"", b"a", b"", TEXT, b""]))
    assert all(decompressed_chunks(io.BytesIO(packed)))


def test_an_error_of_the_disk_is_not_called_damage():
    class FailingFile(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 0:
                raise OSError(5, "Input/output error")
            return super().read(size)

    stream = FailingFile(TEXT)
    with pytest.raises(OSError, match="Input/output error"):
        list(decompressed_chunks(stream))
