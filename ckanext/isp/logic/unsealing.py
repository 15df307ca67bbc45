"""Unsealing: one restricted file of an open level becomes a resource again, because somebody asks.

The bytes are written where the portal keeps uploads and read back; then, in one transaction, the
resource appears and the restricted file is gone; then its encrypted bytes and its key go. Whatever
interrupts it leaves a restricted file or a whole resource, and the next run, of this or of sealing,
or ``ckan isp store verify --mend``, removes what is left of the other.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import files as lib_files
from ckan.lib import uploader
from ckan.logic import fresh_context
from ckan.types import Context
from werkzeug.datastructures import FileStorage

from .. import config, gate, jobs, portal, wording
from ..model.tables import RestrictedFile as File
from ..policy.decide import decide
from ..policy.scale import Enforcement, Exposure, Level, Storage
from ..policy.verdict import Verdict
from ..services import datasets, lowering, unsealing
from ..services import files as store
from ..services.files import Fault, Part
from ..store.cipher import Damaged
from ..store.keys import NoKey
from ..store.place import Away, force
from . import remains, restricted, save, sealing

log = logging.getLogger(__name__)

MEGABYTE = 1 << 20


def unseal(context: Context, file_id: str) -> dict[str, Any]:
    """Turn a restricted file into a resource of its dataset. It commits.

    :returns: the resource
    :raises ValidationError: where it stays restricted, and why
    """
    package_id = restricted.found(context, file_id).package_id
    tk.check_access("isp_file_unseal", context, {"id": package_id})
    with sealing.alone(package_id) as nobody_else:
        if not nobody_else:
            raise tk.ValidationError({"file": [wording.file.being_moved()]})
        sealing.finish(package_id)
        resource_id = _unseal(context, file_id)
    if sealing.belongs(package_id):
        # raised since: whoever was to seal it may have found it taken
        sealing.ask(package_id, save.user_id(context))
    jobs.wake()
    return _told_to_all(context, resource_id)


def why_not(package: model.Package) -> str | None:
    """Why the files of a dataset stay restricted; None where they can be resources."""
    try:
        _lets(package, hold=False)
    except tk.ValidationError as error:
        return str(error.error_dict["file"][0])
    return None


def left() -> list[Fault]:
    """Files that lie in the clear beside the store, of interrupted runs; not of those under way."""
    found = []
    for fault, _resource_id in sealing.in_the_clear():
        with sealing.alone(str(fault.package_id)) as nobody_else:
            if nobody_else:
                found.append(fault)
    return found


def mend(fault: Fault) -> bool:
    """Remove what lies in the clear of a restricted file.

    :returns: whether it could: not while somebody is at the dataset's files
    """
    with sealing.alone(str(fault.package_id)) as nobody_else:
        if nobody_else:
            sealing.finish(str(fault.package_id))
        return nobody_else


def _unseal(context: Context, file_id: str) -> str:
    file = _still_restricted(context, file_id)
    _lets(model.Package.get(file.package_id))
    resource_id = unsealing.settle_on(model.Session, file)
    model.Session.commit()
    with _nothing_in_the_clear(resource_id):
        url = _write(file, resource_id)
        package = datasets.lock(model.Session, file.package_id)
        file = _still_restricted(context, file_id)
        verdict, approval = _lets(package)
        act = save.door(context, "isp_file_unseal", verdict)
        unsealing.unseal(model.Session, act, file, package, url, approval)
        model.Session.commit()
    sealing.gone(file)
    return resource_id


def _still_restricted(context: Context, file_id: str) -> File:
    """The file, locked, while somebody may unseal it: asked anew of the rows as they are."""
    file = restricted.found(context, file_id, lock=True)
    tk.check_access("isp_file_unseal", context, {"id": file.package_id})
    if file.replaced_by:
        raise tk.ObjectNotFound(wording.file.no_such_file())
    return file


def _lets(package: model.Package | None, *, hold: bool = True) -> tuple[Verdict, int | None]:
    """What the protocols in force say of a dataset, and the approval of its lowering, where its
    files can be resources.

    :param hold: keep these protocols in force until the commit
    :raises ValidationError: where they stay restricted
    """
    if package is None:
        raise tk.ObjectNotFound(wording.file.no_such_file())
    stored = datasets.whole(model.Session, package, config.places())
    facts = replace(stored.facts, holds_resources=True)
    verdict = decide(gate.protocols(hold=hold), facts, gate.today())
    approval = lowering.rests_on(model.Session, package.id, Level.LOW)
    said = _against(package, verdict, stored.facts.level, stored.exposure, approval)
    if said:
        raise tk.ValidationError({"file": [said]})
    return verdict, approval


def _against(
    package: model.Package,
    verdict: Verdict,
    level: Level | None,
    exposure: Exposure,
    approval: int | None,
) -> str | None:
    if level is None:
        return wording.file.classify_first()
    words, by = wording.level_and_class(level), wording.protocol(gate.cited(verdict))
    propose = tk.url_for("isp.lowering_propose", id=package.name, _external=True)
    if level is not Level.LOW:
        return wording.file.stays_by_level(words, by, propose)
    if verdict.storage is not Storage.RESOURCE:
        return wording.file.stays_by_protocol(words, by)
    if verdict.binding(level) is Enforcement.BLOCK and approval is None:
        proposed = wording.level_and_class(verdict.proposed)
        return wording.file.stays_by_answers(proposed, wording.cited(verdict))
    if exposure is Exposure.ON_REQUEST:
        return wording.file.stays_on_request(words, by)
    if not verdict.allows(exposure):
        return wording.file.stays_by_protocol(words, by)
    return None


class _Plain(sealing.Pieces):
    """A restricted file, decrypted as it is read, from wherever in it."""

    def __init__(self, read: Callable[[int], Iterator[bytes]], size: int) -> None:
        super().__init__(read(0))
        self._read, self._size, self._at = read, size, 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        begins = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        wanted = min(max(begins + offset, 0), self._size)
        if wanted != self._at:
            self._at, self._held = wanted, b""
            self._pieces = self._read(wanted) if wanted < self._size else iter(())
        return self._at

    def readinto(self, buffer: Any) -> int:
        read = super().readinto(buffer)
        self._at += read
        return read


def _write(file: File, resource_id: str) -> str:
    """Write a file where the portal keeps uploads, and read it back.

    :returns: the name that the portal gives it
    """
    remains.remove_file(resource_id)
    size, digest = file.size or 0, file.digest
    try:
        there, ring = portal.store(file.storage), portal.ring()
        plain = _Plain(lambda at: store.read(there, ring, file, Part(at, size - 1)), size)
        stream = io.BufferedReader(plain, MEGABYTE)
        upload = FileStorage(stream, filename=file.name, content_type=file.media_type)
        told: dict[str, Any] = {"id": resource_id, "url_type": "upload", "upload": upload}
        keeper = uploader.get_resource_uploader(told)
        keeper.upload(resource_id, size // MEGABYTE + 2)
    except (Away, NoKey, Damaged) as error:
        log.exception("Restricted file %s cannot be read", file.id)
        raise tk.ValidationError({"file": [wording.file.unreadable()]}) from error
    except tk.ValidationError as error:
        why = "; ".join(str(one) for said in error.error_dict.values() for one in said)
        raise tk.ValidationError({"file": [wording.file.not_taken(why)]}) from error
    except (OSError, lib_files.exc.FilesError) as error:
        log.exception("Restricted file %s could not be written as a resource", file.id)
        raise tk.ValidationError({"file": [wording.file.not_written()]}) from error
    if _arrived(resource_id) != digest:
        log.error("Restricted file %s did not arrive whole as a resource", file.id)
        raise tk.ValidationError({"file": [wording.file.not_written()]})
    return str(told.get("url") or file.name)


def _arrived(resource_id: str) -> str | None:
    """The SHA-256 of the uploaded file of a resource, which is on disk for good then."""
    try:
        stream: Any = sealing.uploaded(resource_id)
    except sealing.Missing:
        return None
    digest = hashlib.sha256()
    with contextlib.closing(stream):
        while piece := stream.read(MEGABYTE):
            digest.update(piece)
        with contextlib.suppress(OSError, AttributeError):
            os.fsync(stream.fileno())
            force(os.path.dirname(stream.name))
    return digest.hexdigest()


@contextlib.contextmanager
def _nothing_in_the_clear(resource_id: str) -> Iterator[None]:
    """Leave no byte in the clear of a file that did not become a resource."""
    try:
        yield
    except BaseException:
        model.Session.rollback()
        if model.Session.get(model.Resource, resource_id) is None:
            remains.remove_file(resource_id)
        raise


def _told_to_all(context: Context, resource_id: str) -> dict[str, Any]:
    """The new resource, told to the plugins that do something with one: views, loaders."""
    inside = fresh_context(context, ignore_auth=True)
    resource: dict[str, Any] = tk.get_action("resource_show")(inside, {"id": resource_id})
    try:
        tk.get_action("resource_create_default_resource_views")(
            fresh_context(context, ignore_auth=True), {"resource": resource}
        )
        for plugin in p.PluginImplementations(p.IResourceController):
            plugin.after_resource_create(fresh_context(context), resource)
    except Exception:
        # the resource is there, whatever they make of it
        log.exception("A plugin failed over the new resource %s", resource_id)
        model.Session.rollback()
    return resource
