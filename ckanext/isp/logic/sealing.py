"""Sealing: the resources of a dataset become restricted files, and nothing of them stays.

Bytes are written to the store first; then, in one transaction, the file is kept and the resource's
row goes; then what lay outside of the database. A run that is interrupted leaves the dataset as
closed as it was, and the next one goes on.
"""

from __future__ import annotations

import csv
import io
import logging
import mimetypes
import os
from collections.abc import Iterator
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import files as lib_files
from ckan.lib import uploader

from .. import config, gate, jobs, portal
from ..model.tables import RestrictedFile as File
from ..services import datasets, sealing
from ..services import files as store
from ..services.act import Act
from ..services.files import Given, State, Where
from ..store.cipher import Source
from ..store.keys import Ring
from ..store.place import Place
from . import remains

log = logging.getLogger(__name__)

DOOR = "sealing"
ROWS = 10_000


class Missing(Exception):
    """A resource whose file is not there: nothing can be kept of it."""


class _Read(io.RawIOBase):
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
    if not config.key_file():
        return
    try:
        tk.enqueue_job(seal, [package_id, user_id], title="ISP: move resources into the store")
    except Exception:
        # `ckan isp store adopt` does the same; doctor says that it is waiting
        log.exception("The worker could not be asked to seal %s", package_id)


def waiting() -> list[str]:
    """Ids of the datasets whose files may not be resources."""
    return sealing.waiting(model.Session, gate.protocols(), gate.today(), config.places())


def seal(package_id: str, user_id: str | None = None) -> tuple[int, int]:
    """Move the resources of a dataset into the restricted store, as long as they belong there.

    :param user_id: whose act it follows from; None for the portal itself
    :returns: how many were moved, and how many could not be
    """
    there, ring = portal.store(), portal.ring()
    act = Act(user_id, DOOR, gate.cited())
    done = failed = 0
    with model.meta.engine.connect() as connection:
        if not sealing.alone(connection, package_id):
            return 0, 0
        _finish(package_id, there)
        for resource in list(sealing.resources(model.Session, package_id)):
            if not _belongs(package_id):
                break
            try:
                done += _seal(act, resource, there, ring)
            except Missing:
                model.Session.rollback()
                failed += 1
                log.exception("Resource %s of %s could not be sealed", resource.id, package_id)
    jobs.wake()
    return done, failed


def _belongs(package_id: str) -> bool:
    asked = (gate.protocols(), gate.today(), config.places())
    return sealing.belongs(model.Session, package_id, *asked)


def _seal(act: Act, resource: model.Resource, there: Place, ring: Ring) -> bool:
    before, given = sealing.mark(resource), _given(resource)
    package_id, source = resource.package_id, _source(resource)
    where = Where(package_id, config.store(), before["id"])
    maker = act.user_id or tk.get_action("get_site_user")({"ignore_auth": True}, {})["id"]
    file = store.begin(model.Session, maker, where, given, ring)
    model.Session.commit()
    arrived = store.write(there, ring, file, source)
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


def _finish(package_id: str, there: Place) -> None:
    """What an interrupted run left: half a file, or what lay outside of the database."""
    query = sa.select(File).where(File.package_id == package_id, File.resource_id.is_not(None))
    for file in model.Session.scalars(query).all():
        if file.state == State.ARRIVING.value:
            _abandon(file, there)
        elif model.Session.get(model.Resource, file.resource_id) is None:
            remains.destroy([str(file.resource_id)])


def _abandon(file: File, there: Place) -> None:
    file_id = file.id
    model.Session.delete(file)
    model.Session.commit()
    store.clear(there, file_id, None)


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
        return _uploaded(resource.id)
    if resource.url_type == "datastore":
        return io.BufferedReader(_Read(_table(resource.id)))
    return io.BytesIO(f"[InternetShortcut]\r\nURL={resource.url}\r\n".encode())


def _uploaded(resource_id: str) -> Source:
    upload = uploader.get_resource_uploader({"id": resource_id, "url_type": "upload"})
    storage = getattr(upload, "storage", None)
    try:
        location = upload.get_path(resource_id)
        if storage is None:
            return open(location, "rb")
        stream = storage.stream(lib_files.FileData(location))
    except (OSError, TypeError, lib_files.exc.FilesError) as error:
        raise Missing(resource_id) from error
    return stream if hasattr(stream, "read") else io.BufferedReader(_Read(iter(stream)))


def _table(resource_id: str) -> Iterator[bytes]:
    """A table of the DataStore as CSV."""
    if not p.plugin_loaded("datastore"):
        raise Missing(resource_id)
    offset = 0
    while True:
        asked = {"resource_id": resource_id, "limit": ROWS, "offset": offset, "sort": "_id"}
        try:
            found = tk.get_action("datastore_search")({"ignore_auth": True, "user": ""}, asked)
        except tk.ObjectNotFound as error:
            raise Missing(resource_id) from error
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
