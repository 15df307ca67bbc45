"""Segments, keys and spools: what lies on disk is nobody's to read or to rearrange."""

from __future__ import annotations

import io
import stat
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.isp.store import keys, spool
from ckanext.isp.store.cipher import Cipher, Damaged, cut, new_key
from ckanext.isp.store.table import Table

CANARY = b"Amina, 34, Darrel well, blue door"


@given(data=st.binary(max_size=200), segment=st.integers(1, 40))
def test_a_file_comes_back_from_its_segments(data: bytes, segment: int) -> None:
    cipher = Cipher(new_key(), "one")
    parts = list(cut(io.BytesIO(data), segment))
    assert [last for _part, last in parts] == [False] * (len(parts) - 1) + [True]
    sealed = [cipher.seal(n, part, last=last) for n, (part, last) in enumerate(parts)]
    opened = [cipher.open(n, s, last=n == len(sealed) - 1) for n, s in enumerate(sealed)]
    assert b"".join(opened) == data
    assert all(len(part) == segment for part, _last in parts[:-1])


def test_a_source_that_gives_little_at_a_time_fills_segments() -> None:
    source = mock.Mock(read=io.BytesIO(b"abcdefg").read)
    source.read = lambda size, read=source.read: read(min(size, 2))
    assert list(cut(source, 3)) == [(b"abc", False), (b"def", False), (b"g", True)]


def test_no_segment_can_take_another_place() -> None:
    key = new_key()
    sealed = bytes(Cipher(key, "one").seal(1, CANARY, last=False))
    assert CANARY not in sealed
    assert Cipher(key, "one").open(1, sealed, last=False) == CANARY
    for cipher, number, last, bytes_there in (
        (Cipher(key, "one"), 2, False, sealed),
        (Cipher(key, "one"), 1, True, sealed),
        (Cipher(key, "two"), 1, False, sealed),
        (Cipher(new_key(), "one"), 1, False, sealed),
        (Cipher(key, "one"), 1, False, sealed[:-1]),
        (Cipher(key, "one"), 1, False, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (Cipher(key, "one"), 1, False, b""),
    ):
        with pytest.raises(Damaged):
            cipher.open(number, bytes_there, last=last)


def test_a_new_key_is_used_and_the_old_one_still_opens(tmp_path: Path) -> None:
    path, key = str(tmp_path / "keys"), new_key()
    first = keys.add(path)
    wrapped = keys.read(path).wrap(key)
    second = keys.add(path)
    ring = keys.read(path)
    assert ring.names == [second, first]
    assert ring.unwrap(wrapped) == key
    assert not keys.drop(path, second), "the one in use stays"
    assert keys.drop(path, first)
    with pytest.raises(keys.NoKey):
        keys.read(path).unwrap(wrapped)
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "\n\n", "not a key", "é"])
def test_a_file_without_keys_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys").write_text(text)
    with pytest.raises(keys.NoKey):
        keys.read(str(tmp_path / "keys"))
    with pytest.raises(keys.NoKey):
        keys.read(str(tmp_path / "missing"))
    with pytest.raises(keys.NoKey):
        keys.read("")


@pytest.mark.parametrize("size", [0, 10, spool.PIECE, spool.IN_MEMORY, 3 * spool.PIECE + 7])
def test_a_spool_gives_back_what_was_written_and_keeps_none_of_it_in_the_clear(size: int) -> None:
    data = (CANARY * (size // len(CANARY) + 1))[:size]
    one = spool.Spool()
    for begin in range(0, size, 1000):
        one.write(data[begin : begin + 1000])
    on_disk = b""
    if one._file is not None:
        one._file.seek(0)
        on_disk = one._file.read()
    assert (len(on_disk) > 0) is (size > spool.IN_MEMORY)
    assert CANARY not in on_disk
    one.seek(0)
    assert one.readall() == data
    assert one.seek(-5, io.SEEK_END) == max(0, size - 5)


def test_a_spool_that_finds_no_room_lets_the_upload_pass_and_tells_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    file, data = spool.opened(), bytes(spool.PIECE)
    for _ in range(5):
        assert file.write(data) == len(data)
    assert file.tell() == 5 * len(data)
    file.seek(0)
    with pytest.raises(OSError, match="missing"):
        file.read(1)
    file.close()


@given(places=st.lists(st.integers(0, 3 * spool.PIECE), max_size=5))
def test_a_spool_is_read_anywhere(places: list[int]) -> None:
    data = bytes(range(256)) * (3 * spool.PIECE // 256)
    with spool.opened() as one:
        one.write(data)
        for place in places:
            one.seek(place)
            assert one.read(300) == data[place : place + 300]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_table_that_is_no_text_in_utf8_has_no_columns(encoding: str) -> None:
    passing = Table("CSV")
    passing.pass_by("name,age\nAmina,34\n".encode(encoding))
    assert passing.told() == (None, None)
