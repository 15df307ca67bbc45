"""Files in the restricted store: how they come, how they are read, and how they end."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import RestrictedFile as File
from ..policy.event import Event
from ..store import cipher
from ..store.cipher import Bytes, Cipher, Damaged
from ..store.keys import Ring
from ..store.place import Away, Missing, Place
from ..store.table import Table
from . import grants, record
from .act import Act

# segments that are encrypted and written beside the one that is read
AHEAD = 2
# keys that are wrapped anew in one transaction
AT_ONCE = 500


class State(Enum):
    """How far a file is: only one that is kept can be read; one that is unsealed is a resource."""

    ARRIVING = "arriving"
    KEPT = "kept"
    DESTROYED = "destroyed"
    UNSEALED = "unsealed"


class Given(NamedTuple):
    """What a file is called, and what somebody says of it."""

    name: str
    format: str
    media_type: str
    description: str | None = None
    name_withheld: bool = False


class Where(NamedTuple):
    """The dataset of a file, and the storage that it lies in."""

    package_id: str
    storage: str
    resource_id: str | None = None


class TooLarge(Exception):
    """There are more bytes than may come."""


@dataclass(frozen=True)
class Arrived:
    """What became known of a file while it came."""

    size: int
    digest: str
    segments: int
    columns: list[str] | None
    rows: int | None


@dataclass(frozen=True)
class Part:
    """Which bytes of a file are read, both ends included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def beginning(session: Session) -> None:
    """Let no key be dropped until the commit: the portal's keys are read after it."""
    session.execute(_BEGINNING)


def dropping(session: Session) -> None:
    """Let no file begin until the commit, and wait for those that do."""
    session.execute(_DROPPING)


def begin(session: Session, user_id: str, where: Where, given: Given, ring: Ring) -> File:
    """Make room for a file. It cannot be read before all of it has come.

    :param ring: the portal's keys as they are since ``beginning``; the first of them wraps the new
        file's own
    """
    row = File(
        id=str(uuid.uuid4()),
        package_id=where.package_id,
        segment=cipher.SEGMENT,
        storage=where.storage,
        resource_id=where.resource_id,
        key=ring.wrap(cipher.new_key()),
        key_id=ring.current,
        state=State.ARRIVING.value,
        created_by=user_id,
        **given._asdict(),
    )
    session.add(row)
    session.flush()
    return row


def write(
    place: Place, ring: Ring, file: File, source: cipher.Source, most: int | None = None
) -> Arrived:
    """Take in the bytes of a file, a segment at a time. Touches no row.

    :param most: bytes that may come
    :raises Away: where the storage does not take them
    :raises TooLarge: where more come
    """
    assert file.key
    lock = Cipher(ring.unwrap(file.key), file.id)
    file_id, digest, table, size, number = file.id, hashlib.sha256(), Table(file.format), 0, 0

    # at most so many are encrypted, or wait to be, at a time
    rooms = [memoryview(bytearray(file.segment + cipher.MORE)) for _ in range(AHEAD + 1)]

    def put(number: int, data: bytes, last: bool) -> None:
        room = rooms[number % len(rooms)]
        place.put(file_id, number, lock.seal(number, data, last=last, room=room))

    with ThreadPoolExecutor(AHEAD) as beside:
        # what was read is encrypted and written while the next is read and hashed
        under_way: deque[Future[None]] = deque()
        for number, (data, last) in enumerate(cipher.cut(source, file.segment)):
            size += len(data)
            if most is not None and size > most:
                raise TooLarge
            under_way.append(beside.submit(put, number, data, last))
            digest.update(data)
            table.pass_by(data)
            if len(under_way) > AHEAD:
                under_way.popleft().result()
        for waiting in under_way:
            waiting.result()
    columns, rows = table.told()
    return Arrived(size, digest.hexdigest(), number + 1, columns, rows)


def keep(session: Session, act: Act, file: File, arrived: Arrived) -> None:
    """Make a file that has come whole one that can be read."""
    file.size, file.digest, file.segments = arrived.size, arrived.digest, arrived.segments
    file.columns, file.rows = arrived.columns, arrived.rows
    file.state, file.kept_at = State.KEPT.value, sa.func.clock_timestamp()
    told: dict[str, Any] = {"file": file.id, "size": arrived.size}
    if file.resource_id:
        told["resource"] = file.resource_id
        # those who decided about grants did not know of it
        grants.suspend_all(session, file.package_id, "sealed")
    kind = Event.FILE_SEALED if file.resource_id else Event.FILE_KEPT
    record.add(session, kind, act, package_id=file.package_id, details=told)


def replace(session: Session, old: File, new: File) -> None:
    """Let one file stand where another stood; the old one is no longer shown, and not gone."""
    old.replaced_by = new.id
    session.flush()


def earlier(session: Session, file: File) -> list[File]:
    """The versions in whose place a file stands that can still be read, the latest first."""
    found, of = [], [file.id]
    while of:
        query = sa.select(File).where(File.replaced_by.in_(of)).order_by(File.created_at.desc())
        before = list(session.scalars(query.with_for_update()))
        found += [one for one in before if one.key is not None]
        of = [one.id for one in before]
    return found


def change(session: Session, act: Act, file: File, values: dict[str, Any]) -> None:
    """Describe a file otherwise. The record tells what was changed, not from what to what."""
    for name, value in values.items():
        setattr(file, name, value)
    told = {"file": file.id, "changed": sorted(values)}
    record.add(session, Event.FILE_CHANGED, act, package_id=file.package_id, details=told)


def destroy(session: Session, act: Act, file: File) -> None:
    """Destroy the key of a file: what lies of it in any storage can no longer be read by anybody.

    Cryptographic erase, in the words of NIST SP 800-88; older dumps of the database hold the key,
    wrapped, until the portal's is changed. What tells of its content goes too; that
    there was a file, and who destroyed it and why, stays on record.
    """
    told = {
        "file": file.id,
        "size": file.size,
        "method": "cryptographic erase",
        "not_reached": [
            "downloaded copies",
            f"dumps of the database while key {file.key_id} is kept",
        ],
    }
    file.key = file.key_id = file.columns = file.rows = file.digest = file.description = None
    file.name, file.name_withheld = file.format or "file", True
    file.state, file.destroyed_at = State.DESTROYED.value, sa.func.clock_timestamp()
    record.add(session, Event.FILE_DESTROYED, act, package_id=file.package_id, details=told)


def downloaded(session: Session, act: Act, file: File, right: str, part: Part) -> None:
    """Put on record who received which bytes, and by which right."""
    told = {"file": file.id, "right": right, "bytes": part.length}
    if part.length != file.size:
        told["range"] = f"{part.first}-{part.last}"
    record.add(session, Event.FILE_DOWNLOADED, act, package_id=file.package_id, details=told)


def find(session: Session, file_id: str, *, lock: bool = False) -> File | None:
    """A file by its id, whatever its state."""
    query = sa.select(File).where(File.id == file_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def listed(session: Session, package_id: str) -> list[File]:
    """The files of a dataset that can be read, the first that came first."""
    query = sa.select(File).where(
        File.package_id == package_id,
        File.state == State.KEPT.value,
        File.replaced_by.is_(None),
    )
    return list(session.scalars(query.order_by(File.created_at, File.id)))


def all_of(session: Session, package_id: str) -> list[File]:
    """Every file of a dataset that has a key, versions and half-come ones included."""
    query = sa.select(File).where(File.package_id == package_id, File.key.is_not(None))
    return list(session.scalars(query))


def read(place: Place, ring: Ring, file: File, part: Part) -> Iterator[bytes]:
    """The bytes of a part of a file, a segment at a time; no more than those it lies in are read.

    The key is opened at once; the row is not looked at again.

    :raises NoKey: where the portal's keys do not open it
    """
    assert file.key
    assert file.segments
    lock = Cipher(ring.unwrap(file.key), file.id)
    return _segments(place, lock, file.id, file.segment, file.segments, part)


def clear(place: Place, file_id: str, segments: int | None) -> None:
    """Remove what lies in the storage of a file.

    :param segments: how many; None where it never came whole: those that are there
    """
    if segments is not None:
        place.clear(file_id, range(segments))
        return
    place.clear(file_id, [one.number for one in place.lying(file_id)])


def rewrap(session: Session, ring: Ring, *, in_use: bool = False) -> int:
    """Wrap keys that an older portal key wraps under the one in use; files stay as they are.

    :param in_use: wait for the files that somebody else is about to change, rather than pass by
    :returns: how many were; call it, and commit, until there is none
    """
    rows = session.scalars(
        sa.select(File)
        .where(File.key.is_not(None), File.key_id != ring.current)
        .order_by(File.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=not in_use)
    ).all()
    for row in rows:
        assert row.key
        row.key, row.key_id = ring.wrap(ring.unwrap(row.key)), ring.current
    return len(rows)


def elsewhere(session: Session, storage: str) -> list[str]:
    """Ids of the files that lie in another storage than that of this name."""
    query = sa.select(File.id).where(File.key.is_not(None), File.storage != storage)
    return list(session.scalars(query.order_by(File.id)))


def move(session: Session, file: File, source: Place, target: Place, storage: str) -> int:
    """Copy the segments of a file that is kept to another storage, and let it lie there.

    They stay encrypted, and what was copied before an interruption is copied again. The old ones
    are for ``clear`` once that is committed.

    :param file: locked
    :param storage: the name of the target
    :returns: how many segments
    """
    for number in range(file.segments or 0):
        target.put(file.id, number, source.get(file.id, number))
    file.storage = storage
    session.flush()
    return file.segments or 0


def mend(session: Session, place: Place, fault: Fault) -> bool:
    """Remove what is left of files that are no more; what is damaged nobody can mend.

    :returns: whether it could
    """
    if fault.what not in MENDED:
        return False
    if fault.what == "half" and not _forget(session, fault.file_id):
        # it has come whole since
        return False
    clear(place, fault.file_id, None)
    if fault.what == "left" and (file := find(session, fault.file_id, lock=True)):
        forget_key(session, file)
    return True


def _forget(session: Session, file_id: str) -> bool:
    """Remove the row of a file that never came whole; it stays locked until the commit."""
    half = sa.delete(File).where(File.id == file_id, File.state == State.ARRIVING.value)
    gone: Any = session.execute(half.execution_options(synchronize_session=False))
    return bool(gone.rowcount)


def forget_key(session: Session, file: File) -> None:
    """Destroy the key of a file that nobody reads from the store any more."""
    file.key = file.key_id = None
    file.destroyed_at = file.destroyed_at or sa.func.clock_timestamp()
    session.flush()


def by_key(session: Session) -> dict[str, int]:
    """How many files each of the portal's keys opens."""
    counted = sa.select(File.key_id, sa.func.count()).where(File.key.is_not(None))
    return {str(key): count for key, count in session.execute(counted.group_by(File.key_id))}


class Fault(NamedTuple):
    """Something that verifying found.

    :param what: ``damaged``, ``unreadable``, ``half`` (never came whole), ``left`` (bytes or key of
        a file that is gone), ``stray`` (bytes of no file), ``homeless`` (its dataset is gone)
    """

    what: str
    file_id: str
    package_id: str | None = None


# what mending removes
MENDED = frozenset({"half", "left", "stray"})


def lie_in(session: Session, storage: str) -> bool:
    """Whether files that can be read lie in the storage of that name."""
    kept = sa.select(File.id).where(
        File.storage == storage, File.key.is_not(None), File.state == State.KEPT.value
    )
    return session.scalar(sa.select(kept.exists())) or False


def storages_beside(session: Session, storage: str) -> list[str]:
    """Other storages that files lie in, which were moved there or came while it was in use."""
    query = sa.select(File.storage).where(File.storage != storage).distinct()
    return sorted(session.scalars(query))


def faults(
    session: Session,
    place: Place,
    ring: Ring,
    storage: str,
    *,
    hashes: bool = True,
    half_after: dt.timedelta = dt.timedelta(days=1),
    looked: Callable[[File], None] | None = None,
) -> Iterator[Fault]:
    """Whether every row has its bytes, and all bytes their row.

    :param storage: the name of the place
    :param hashes: read every byte, and compare; otherwise only whether they are there
    :param half_after: how long a file may take to come
    :param looked: told of each file that was looked at
    :raises Away: where the storage cannot be reached: then nothing is known of what lies in it
    """
    lying: dict[str, set[int]] = {}
    for one in place.lying():
        lying.setdefault(one.file_id, set()).add(one.number)
    known = set(session.scalars(sa.select(File.id).where(File.storage != storage)))
    now: dt.datetime = session.scalars(sa.select(sa.func.now())).one()
    here = sa.select(File).where(File.storage == storage).order_by(File.id)
    for file in session.scalars(here):
        known.add(file.id)
        there = lying.get(file.id, set())
        if fault := _fault(session, place, ring, file, there, now - half_after, hashes=hashes):
            yield Fault(fault, file.id, file.package_id)
        if looked:
            looked(file)
    for file_id in sorted(set(lying) - known):
        yield Fault("stray", file_id)


def _fault(
    session: Session,
    place: Place,
    ring: Ring,
    file: File,
    there: Iterable[int],
    too_old: dt.datetime,
    *,
    hashes: bool,
) -> str | None:
    if file.state in (State.DESTROYED.value, State.UNSEALED.value):
        return "left" if there or file.key else None
    if file.state == State.ARRIVING.value:
        return "half" if file.created_at < too_old else None
    if session.scalar(_GONE, {"id": file.package_id}):
        return "homeless"
    assert file.segments is not None
    assert file.size is not None
    if set(there) != set(range(file.segments)):
        return "damaged"
    if not hashes:
        return None
    try:
        digest = hashlib.sha256()
        for data in read(place, ring, file, Part(0, file.size - 1)):
            digest.update(data)
    except (Damaged, Missing):
        return "damaged"
    except Away:
        raise
    except Exception:  # a key that none of the portal's keys opens
        return "unreadable"
    return None if digest.hexdigest() == file.digest else "damaged"


_BEGINNING = sa.text("LOCK TABLE isp_file IN ROW EXCLUSIVE MODE")
_DROPPING = sa.text("LOCK TABLE isp_file IN SHARE MODE")
_GONE = sa.text("SELECT NOT EXISTS (SELECT FROM package WHERE id = :id)")


def _segments(
    place: Place, lock: Cipher, file_id: str, segment: int, segments: int, part: Part
) -> Iterator[bytes]:
    if part.length <= 0:
        # the one segment of an empty file, so that a damaged one is noticed
        lock.open(0, place.get(file_id, 0), last=True)
        return iter(())
    numbers = range(part.first // segment, part.last // segment + 1)
    sealed = place.each(file_id, numbers, segment + cipher.MORE)
    return _opened(lock, segments, part, segment, zip(numbers, sealed, strict=True))


def _opened(
    lock: Cipher, segments: int, part: Part, segment: int, sealed: Iterable[tuple[int, Bytes]]
) -> Iterator[bytes]:
    for number, lying in sealed:
        data = lock.open(number, lying, last=number == segments - 1)
        begins = number * segment
        first, end = max(part.first - begins, 0), part.last - begins + 1
        yield data if first == 0 and end >= len(data) else data[first:end]
