"""Sealing: the resources of a dataset become restricted files, and nothing of them stays.

Bytes are written to the store first; then, in one transaction, the file is kept and the resource's
row goes; then what lay outside of the database. A run that is interrupted leaves the dataset as
closed as it was, and the next one goes on.
"""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import mimetypes
import os
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import files as lib_files
from ckan.lib import uploader
from rq import Retry

from .. import config, gate, jobs, portal, wording
from ..model.tables import RestrictedFile as File
from ..services import datasets, sealing
from ..services import files as store
from ..services import unsealing as unsealed
from ..services.act import Act
from ..services.files import Fault, Given, State, Where
from ..store.cipher import Source
from ..store.place import Away, Place
from . import remains

log = logging.getLogger(__name__)

DOOR = "sealing"
ROWS = 10_000
LONGEST_SECONDS = 24 * 3600
# when a run that was killed, or could not reach the storage, is begun again
AGAIN_SECONDS = [0, 60, 600, 3600, 6 * 3600, 24 * 3600]


class Missing(Exception):
    """A resource whose file is not there: nothing can be kept of it."""


class Pieces(io.RawIOBase):
    """Pieces of bytes, read like a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces, self._held = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._held = piece
        part, self._held = self._held[: len(buffer)], self._held[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def ask(package_id: str, user_id: str | None) -> None:
    """Ask the worker to seal a dataset, where the portal has a key. Until then its people still see
    its resources."""
    _ask(seal, [package_id, user_id])


def ask_tightened() -> None:
    """Ask the worker to seal what a change of protocols has closed."""
    _ask(seal_tightened, [])


def _ask(job: Callable[..., Any], about: list[Any]) -> None:
    if not config.key_file():
        return
    again = Retry(max=len(AGAIN_SECONDS), interval=AGAIN_SECONDS)
    try:
        tk.enqueue_job(
            job,
            about,
            title="ISP: move resources into the store",
            rq_kwargs={"timeout": LONGEST_SECONDS, "retry": again},
        )
    except Exception:
        # `ckan isp store adopt` does the same; doctor says that it is waiting
        log.exception("The worker could not be asked to seal %s", about or "what was tightened")


def waiting() -> list[str]:
    """Ids of the datasets whose files may not be resources, or lie where those of resources do."""
    found = sealing.waiting(model.Session, gate.protocols(), gate.today(), config.places())
    left = [str(fault.package_id) for fault, _resource_id in in_the_clear()]
    return list(dict.fromkeys([*found, *left]))


def in_the_clear() -> list[tuple[Fault, str]]:
    """Restricted files of which something also lies where CKAN keeps resources, left by a run that
    was killed; each with the id of that resource."""
    without = unsealed.without_resource(model.Session)
    left = remains.left(resource_id for _fault, resource_id in without)
    return [(fault, resource_id) for fault, resource_id in without if resource_id in left]


def seal(package_id: str, user_id: str | None = None) -> tuple[int, int]:
    """Move the resources of a dataset into the restricted store, as long as they belong there.

    :param user_id: whose act it follows from; None for the portal itself
    :returns: how many were moved, and how many could not be
    """
    there, act = portal.store(), Act(user_id, DOOR, gate.cited())
    tried: list[dict[str, Any]] = []
    done = failed = 0
    goes_on = True
    while goes_on:
        with alone(package_id) as nobody_else:
            if not nobody_else:
                break
            finish(package_id)
            while resource := _next(package_id, tried):
                tried.append(sealing.mark(resource))
                try:
                    done += _seal(act, resource, there)
                except Missing:
                    model.Session.rollback()
                    failed += 1
                    log.exception("A resource of %s could not be sealed", package_id)
        # a run that found this one at work has left to it what came meanwhile
        goes_on = _next(package_id, tried) is not None
    jobs.wake()
    return done, failed


def seal_tightened() -> None:
    """The same for every dataset that a change of protocols has closed."""
    for package_id in sealing.tightened(model.Session):
        if belongs(package_id):
            seal(package_id)


def _next(package_id: str, tried: list[dict[str, Any]]) -> model.Resource | None:
    """A resource that belongs into the store, and was not tried as it is now."""
    for resource in sealing.resources(model.Session, package_id):
        if sealing.mark(resource) not in tried and belongs(package_id):
            return resource
    return None


@contextlib.contextmanager
def alone(package_id: str) -> Iterator[bool]:
    """Whether nobody else seals or unseals files of this dataset; nobody does until the end."""
    with model.meta.engine.connect() as connection:
        yield sealing.alone(connection, package_id)


@contextlib.contextmanager
def writing(package_id: str) -> Iterator[None]:
    """While rows of a table of this dataset are written.

    :raises ValidationError: where its tables are on their way into the store
    """
    with model.meta.engine.connect() as connection:
        sealing.writing(connection, package_id)
        if config.key_file() and belongs(package_id):
            package: Any = model.Package.get(package_id)
            level = datasets.whole(model.Session, package, config.places()).facts.level
            words = wording.level_and_class(level)
            raise tk.ValidationError({"resource_id": [wording.file.no_rows(words)]})
        yield


def belongs(package_id: str) -> bool:
    """Whether the resources of a dataset, as it is now, belong into the restricted store."""
    asked = (gate.protocols(), gate.today(), config.places())
    return sealing.belongs(model.Session, package_id, *asked)


def _seal(act: Act, resource: model.Resource, there: Place) -> bool:
    before, given = sealing.mark(resource), _given(resource)
    package_id = resource.package_id
    with model.meta.engine.connect() as connection:
        sealing.written(connection, package_id)
    source = _source(resource)
    where = Where(package_id, config.store(), before["id"])
    maker = act.user_id or tk.get_action("get_site_user")({"ignore_auth": True}, {})["id"]
    store.beginning(model.Session)
    ring = portal.ring()
    file = store.begin(model.Session, maker, where, given, ring)
    model.Session.commit()
    try:
        arrived = store.write(there, ring, file, source)
        # what it was made of goes next
        there.settle(file.id, range(arrived.segments))
    except Exception:
        # a storage that is full is not filled with halves
        _abandon(file, there)
        raise
    datasets.lock(model.Session, package_id)
    if not sealing.same(model.Session, before):
        # somebody changed it meanwhile: what they made of it is for the next run
        _abandon(file, there)
        return False
    store.keep(model.Session, act, file, arrived)
    sealing.take_out(model.Session, package_id, before["id"])
    model.Session.commit()
    remains.destroy([before["id"]])
    return True


def finish(package_id: str) -> None:
    """What an interrupted run left: half a file, what lay outside of the database, or the encrypted
    bytes of what is a resource again."""
    query = sa.select(File).where(File.package_id == package_id, File.resource_id.is_not(None))
    for file in model.Session.scalars(query).all():
        if file.state == State.ARRIVING.value:
            _abandon(file, portal.store(file.storage))
        elif file.state == State.UNSEALED.value and file.key:
            gone(file)
        elif model.Session.get(model.Resource, file.resource_id) is None:
            remains.destroy([str(file.resource_id)])


def _abandon(file: File, there: Place) -> None:
    model.Session.rollback()
    file_id = file.id
    model.Session.delete(file)
    model.Session.commit()
    with contextlib.suppress(Away):
        store.clear(there, file_id, None)


def gone(file: File) -> None:
    """Remove the encrypted bytes of a file that is a resource again, then its key. What cannot be
    reached now, ``ckan isp store verify --mend`` removes."""
    try:
        store.clear(portal.store(file.storage), file.id, file.segments)
    except Away:
        log.exception("Encrypted bytes of the unsealed file %s are left", file.id)
        return
    store.forget_key(model.Session, file)
    model.Session.commit()


def _given(resource: model.Resource) -> Given:
    link = resource.url_type not in ("upload", "datastore")
    format = resource.format or ""
    base = os.path.basename(resource.url or "") if resource.url_type == "upload" else ""
    name = base or resource.name or resource.id
    if link:
        name, format = f"{resource.name or resource.id}.url", "URL"
    elif resource.url_type == "datastore" and not name.endswith(".csv"):
        name, format = f"{name}.csv", "CSV"
    kind = mimetypes.guess_type(name)[0] or resource.mimetype or "application/octet-stream"
    told = [resource.name if resource.name != name else "", resource.description]
    return Given(name, format, kind, ". ".join(filter(None, told)) or None)


def _source(resource: model.Resource) -> Source:
    """What a resource holds: its file, its table, or where it leads."""
    if resource.url_type == "upload":
        return uploaded(resource.id)
    if resource.url_type == "datastore":
        return io.BufferedReader(Pieces(_table(resource.id)))
    return io.BytesIO(f"[InternetShortcut]\r\nURL={resource.url}\r\n".encode())


def uploaded(resource_id: str) -> Source:
    """The uploaded file of a resource.

    :raises Missing: where there is none
    """
    upload = uploader.get_resource_uploader({"id": resource_id, "url_type": "upload"})
    storage = getattr(upload, "storage", None)
    try:
        location = upload.get_path(resource_id)
        if storage is None:
            return open(location, "rb")
        stream = storage.stream(lib_files.FileData(location))
    except (OSError, TypeError, lib_files.exc.FilesError) as error:
        raise Missing(resource_id) from error
    return stream if hasattr(stream, "read") else io.BufferedReader(Pieces(iter(stream)))


def _table(resource_id: str) -> Iterator[bytes]:
    """A table of the DataStore as CSV.

    :raises Missing: where there is none, before anything is read of it
    """
    if not p.plugin_loaded("datastore"):
        raise Missing(resource_id)
    return _as_csv(resource_id, _page(resource_id, 0))


def _page(resource_id: str, offset: int) -> dict[str, Any]:
    asked = {"resource_id": resource_id, "limit": ROWS, "offset": offset, "sort": "_id"}
    try:
        return tk.get_action("datastore_search")({"ignore_auth": True, "user": ""}, asked)
    except tk.ObjectNotFound as error:
        raise Missing(resource_id) from error


def _as_csv(resource_id: str, found: dict[str, Any]) -> Iterator[bytes]:
    offset = 0
    while True:
        columns = [field["id"] for field in found["fields"] if field["id"] != "_id"]
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        if not offset:
            rows.writerow(columns)
        rows.writerows([record[name] for name in columns] for record in found["records"])
        yield text.getvalue().encode()
        if len(found["records"]) < ROWS:
            return
        offset += ROWS
        found = _page(resource_id, offset)
