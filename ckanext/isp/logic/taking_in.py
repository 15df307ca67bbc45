"""Taking files into the restricted store, sent as such or as a resource."""

from __future__ import annotations

import contextlib
import logging
import mimetypes
import os
from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.helpers import unified_resource_format
from ckan.logic import fresh_context
from ckan.types import Context
from sqlalchemy.orm.exc import StaleDataError

from .. import config, gate, notify, portal, wording
from ..model.tables import RestrictedFile as File
from ..policy.access import keeps_files
from ..policy.facts import SENSITIVITY
from ..policy.scale import Exposure, Level, Storage
from ..services import datasets
from ..services import files as store
from ..services.files import Given, State
from ..store.cipher import Source
from ..store.keys import NoKey, Ring
from ..store.place import Away, Place
from . import restricted, save

log = logging.getLogger(__name__)

ANYTHING = "application/octet-stream"
RESTRICTED = "kept_restricted"


def take_in(context: Context, data_dict: dict[str, Any], replaced: File | None = None) -> File:
    """Take a file into the store. It commits: once before the bytes come, once after.

    Whether the dataset takes it is asked before and, of the row as it then is, after.

    :param replaced: the file in whose place it stands
    """
    package = model.Package.get(data_dict["id"])
    _accepts(package)
    source, given = _given(data_dict)
    there = _place()
    store.beginning(model.Session)
    locks = _ring()
    where = store.Where(package.id, config.store())
    file = store.begin(model.Session, save.user_id(context) or "", where, given, locks)
    model.Session.commit()
    try:
        with _nothing_left(there, file):
            arrived = store.write(there, locks, file, source, config.most_bytes())
            _still_accepts(context, package.id)
            store.keep(model.Session, save.door(context, "isp_file_create"), file, arrived)
            gone = _replace(context, package, replaced, file) if replaced is not None else []
            model.Session.commit()
    except store.TooLarge:
        most = config.most_bytes() // 1_000_000
        raise tk.ValidationError({"upload": [wording.file.too_large(most)]}) from None
    except ConnectionError:
        # who was sending it has gone
        raise
    except (Away, OSError, StaleDataError) as error:
        log.exception("A restricted file could not be written")
        raise tk.ValidationError({"upload": [wording.file.storage_away()]}) from error
    restricted.clear(gone)
    return file


def divert(context: Context, data_dict: dict[str, Any]) -> dict[str, Any] | None:
    """What scripts send as a resource, kept as a restricted file where the dataset takes those.

    :returns: what ``isp_file_show`` tells, and what scripts read of a resource; None where it is
        for CKAN itself
    :raises ValidationError: for a link, which could not be withdrawn once it is known
    """
    if not config.key_file():
        return None
    old = _replaced(data_dict.get("id"))
    named = model.Package.get(data_dict.get("package_id"))
    plain = None if old else _plain(data_dict.get("id"), named)
    held = old or plain
    package = model.Package.get(held.package_id) if held else named
    if package is None or not _takes_no_resources(package):
        return None
    if old is None:
        tk.check_access("resource_create", context, {**data_dict, "package_id": package.id})
    tk.check_access("isp_file_create", context, {"id": package.id})
    if not data_dict.get("upload"):
        if plain or (old is None and not data_dict.get("url")):
            return None
        words = wording.level_and_class(_level(package))
        raise tk.ValidationError({"url": [wording.file.no_links(words)]})
    shown = take_in_resource(context, package, data_dict, old)
    notices = [{"code": RESTRICTED, "message": wording.file.kept_restricted()}]
    notify.tell(context, notices)
    return {**shown, notify.NOTICES: notices}


def take_in_resource(
    context: Context, package: model.Package, resource: dict[str, Any], old: File | None = None
) -> dict[str, Any]:
    """Take the upload of what somebody sent as a resource into the store.

    :returns: what ``isp_file_show`` tells, and what scripts read of a resource
    """
    given = {"id": package.id, "upload": resource["upload"], "format": resource.get("format")}
    given["description"] = resource.get("description") or resource.get("name")
    file = take_in(context, given, old)
    plain = _plain(resource.get("id"), package)
    if plain is not None:
        # it stands in the place of a resource that is not sealed yet
        tk.get_action("resource_delete")(fresh_context(context), {"id": plain.id})
    shown = restricted.told(file, restricted.how(restricted.reader(context), package))
    return {**shown, "package_id": package.id, "url_type": "isp", "isp_restricted": True}


def _replace(context: Context, package: model.Package, old: File, new: File) -> list[File]:
    """Let a file stand where another stood, and destroy the versions that are too many (R70).

    :returns: those; ``clear`` their bytes after the commit
    """
    store.replace(model.Session, old, new)
    _stored, verdict = restricted.verdict(package)
    if verdict.versions is None:
        return []
    too_many = store.earlier(model.Session, new)[verdict.versions :]
    why = wording.file.newer_version(wording.protocol(gate.cited(verdict)), verdict.versions)
    return restricted.destroy(context, too_many, "isp_file_create", why)


def _replaced(reference: Any) -> File | None:
    """The restricted file of that id, where a script takes it for a resource."""
    file = store.find(model.Session, reference) if isinstance(reference, str) else None
    return file if file and file.state == State.KEPT.value else None


def _plain(reference: Any, package: model.Package | None) -> model.Resource | None:
    """CKAN's resource of that id, of that dataset where one is named."""
    found = model.Resource.get(reference) if reference and isinstance(reference, str) else None
    return found if found and package in (None, found.package) else None


def _takes_no_resources(package: model.Package) -> bool:
    """Whether files of a dataset are restricted: by its level, or since it is on request."""
    stored, verdict = restricted.verdict(package)
    where = stored.facts.level, stored.exposure, verdict.storage
    return package.state != "deleted" and keeps_files(*where)


def _accepts(package: model.Package) -> None:
    """Whether a dataset takes restricted files.

    :raises ValidationError: where it does not, with what to do instead
    """
    if package.state == "deleted":
        raise tk.ObjectNotFound()
    stored, verdict = restricted.verdict(package)
    level = stored.facts.level
    if level is None:
        raise tk.ValidationError({"upload": [wording.file.classify_first()]})
    words = wording.level_and_class(level)
    if verdict.storage is Storage.NONE:
        by = wording.protocol(gate.cited(verdict))
        raise tk.ValidationError({"upload": [wording.file.metadata_only(words, by)]})
    if stored.exposure is Exposure.OPEN:
        raise tk.ValidationError({"upload": [wording.file.open_data(words)]})


def _still_accepts(context: Context, package_id: str) -> None:
    """Asked again of the row as it is now, which stays as it is until the commit."""
    package = datasets.lock(model.Session, package_id)
    if package is None:
        raise tk.ObjectNotFound()
    tk.check_access("isp_file_create", context, {"id": package_id})
    _accepts(package)


def _given(data_dict: dict[str, Any]) -> tuple[Source, Given]:
    upload = data_dict.get("upload")
    source: Any = getattr(upload, "stream", upload)
    if not hasattr(source, "read"):
        raise tk.ValidationError({"upload": [wording.file.no_file()]})
    name = os.path.basename(
        (data_dict.get("name") or getattr(upload, "filename", "") or "").strip()
    )
    if not name:
        raise tk.ValidationError({"name": [wording.file.no_name()]})
    ending = os.path.splitext(name)[1].lstrip(".")
    given = Given(
        name=name,
        format=unified_resource_format(data_dict.get("format") or ending) or "",
        media_type=mimetypes.guess_type(name)[0] or ANYTHING,
        description=data_dict.get("description") or None,
        name_withheld=bool(data_dict.get("name_withheld")),
    )
    return source, given


@contextlib.contextmanager
def _nothing_left(there: Place, file: File) -> Iterator[None]:
    """Leave nothing of a file that could not be kept."""
    file_id = file.id
    try:
        yield
    except BaseException:
        model.Session.rollback()
        model.Session.query(File).filter_by(id=file_id, state=State.ARRIVING.value).delete()
        model.Session.commit()
        with contextlib.suppress(Away):
            store.clear(there, file_id, None)
        raise


def _place() -> Place:
    """Where restricted files lie.

    :raises ValidationError: where that cannot be reached
    """
    try:
        return portal.store()
    except Away as error:
        log.exception("The storage of restricted files cannot be reached")
        raise tk.ValidationError({"upload": [wording.file.storage_away()]}) from error


def _ring() -> Ring:
    """The portal's keys.

    :raises ValidationError: where there are none
    """
    try:
        return portal.ring()
    except NoKey as error:
        raise tk.ValidationError({"upload": [wording.file.no_key()]}) from error


def _level(package: model.Package) -> Level | None:
    extras = package.extras if isinstance(package.extras, dict) else {}
    return Level.parse(extras.get(SENSITIVITY))
