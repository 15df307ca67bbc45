"""Files in the restricted store, as actions and the download door share them."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import logging
import mimetypes
import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.helpers import unified_resource_format
from ckan.logic import fresh_context
from ckan.types import Context
from sqlalchemy.orm.exc import StaleDataError

from .. import config, gate, notify, portal, wording
from ..model.tables import RestrictedFile as File
from ..policy.access import May, Standing, keeps_files
from ..policy.facts import SENSITIVITY, Stored
from ..policy.scale import Described, Exposure, Level, Storage
from ..policy.verdict import Verdict
from ..services import datasets
from ..services import files as store
from ..services.files import Given, Part, State
from ..services.grants import Files
from ..store.cipher import Damaged, Source
from ..store.keys import NoKey, Ring
from ..store.place import Away, Place
from . import people, save

log = logging.getLogger(__name__)

ANYTHING = "application/octet-stream"
LOOK_AGAIN_SECONDS = 1
RESTRICTED = "kept_restricted"


class NotNow(tk.ValidationError):
    """The storage of restricted files cannot be reached: later they can be read."""


class Taken(Exception):
    """A right that ended while a file was streamed."""


class Sent(NamedTuple):
    """What a file is called that leaves."""

    id: str
    package_id: str
    name: str
    media_type: str
    size: int


class Found(NamedTuple):
    """A file that somebody may know of, and how they stand to its dataset."""

    file: File
    package: model.Package
    right: Standing
    user: Any


class View(NamedTuple):
    """How somebody reads the files of a dataset.

    :param right: by which they have them; None where they have none
    :param held: those that they were granted, where it is by a grant
    :param described: what they are told of files that they may not have
    """

    right: Standing | None
    held: Files | None
    described: frozenset[Described]

    def right_to(self, file: File) -> Standing | None:
        """By which right they have a file; None where they may not."""
        return self.right if self.held is None or file.id in self.held else None


class Opened(NamedTuple):
    """A file that somebody receives.

    :param part: the bytes that are sent
    :param whole: whether that is all of it
    :param bytes: read as they are asked for; ends early where the right does
    """

    file: Sent
    part: Part
    whole: bool
    bytes: Iterator[bytes]


def place() -> Place:
    """Where restricted files lie.

    :raises ValidationError: where that cannot be reached
    """
    try:
        return portal.store()
    except Away as error:
        log.exception("The storage of restricted files cannot be reached")
        raise tk.ValidationError({"upload": [wording.file.storage_away()]}) from error


def ring() -> Ring:
    """The portal's keys.

    :raises ValidationError: where there are none
    """
    try:
        return portal.ring()
    except NoKey as error:
        raise tk.ValidationError({"upload": [wording.file.no_key()]}) from error


def take_in(context: Context, data_dict: dict[str, Any], replaced: File | None = None) -> File:
    """Take a file into the store. It commits: once before the bytes come, once after.

    Whether the dataset takes it is asked before and, of the row as it then is, after.

    :param replaced: the file in whose place it stands
    """
    package = model.Package.get(data_dict["id"])
    _accepts(package)
    source, given = _given(data_dict)
    there = place()
    store.beginning(model.Session)
    locks = ring()
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
    clear(gone)
    return file


def _replace(context: Context, package: model.Package, old: File, new: File) -> list[File]:
    """Let a file stand where another stood, and destroy the versions that are too many (R70).

    :returns: those; ``clear`` their bytes after the commit
    """
    store.replace(model.Session, old, new)
    _stored, verdict = _verdict(package)
    if verdict.versions is None:
        return []
    too_many = store.earlier(model.Session, new)[verdict.versions :]
    why = wording.file.newer_version(wording.protocol(gate.cited(verdict)), verdict.versions)
    return destroy(context, too_many, "isp_file_create", why)


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
    shown = told(file, how(reader(context), package))
    return {**shown, "package_id": package.id, "url_type": "isp", "isp_restricted": True}


def opened(
    context: Context, file_id: str, asked: Callable[[int], Part | None] | None = None
) -> Opened:
    """A file for somebody who may have it; put on record before the first byte leaves.

    :param asked: which part is wanted, of so many bytes; all of it where left out, or None comes
    :raises ObjectNotFound: where there is none, or they may not know of it
    :raises NotAuthorized: where they may know of it, and not have it
    :raises NotNow: where the storage is away
    """
    looked = time.monotonic()
    file, package, right, user = _find(context, file_id)
    if gate.may(user, package, May.GET, file.id) is None:
        raise tk.NotAuthorized(wording.file.not_yours(_whom(package)))
    size = file.size or 0
    part = (asked(size) if asked else None) or Part(0, size - 1)
    whole = part.length == size
    act = save.door(context, "isp_file_download")
    try:
        there = portal.store(file.storage)
        data = store.read(there, portal.ring(), file, part)
        # the first bytes are read while the database writes
        store.downloaded(model.Session, act, file, right.slug, part)
        first = next(data, b"")
    except (Away, NoKey, Damaged) as error:
        model.Session.rollback()
        log.exception("Restricted file %s cannot be read", file_id)
        refusal = NotNow if isinstance(error, Away) else tk.ValidationError
        raise refusal({"file": [wording.file.unreadable()]}) from error
    told = Sent(file.id, file.package_id, file.name, file.media_type, size)
    model.Session.commit()
    user_id = user.id if user else None
    sent = itertools.chain([first], data)
    return Opened(told, part, whole, _while_allowed(sent, user_id, told, looked))


def found(context: Context, file_id: Any, *, lock: bool = False) -> File:
    """A file that can be read, for those who may know of it.

    :raises ObjectNotFound: for all others
    """
    return _find(context, file_id, lock=lock).file


def to_change(context: Context, file_id: Any) -> File:
    """A file that somebody may change, locked until the commit.

    :raises NotAuthorized: for those who only find it
    """
    tk.check_access("isp_file_create", context, {"id": found(context, file_id).package_id})
    return found(context, file_id, lock=True)


def how(user: Any, package: model.Package) -> View:
    """How somebody reads the files of a dataset."""
    right = gate.may(user, package, May.GET)
    held = gate.granted(user, package) if right is Standing.GRANTEE else None
    if right is not None and held is None:
        return View(right, None, frozenset(Described))
    return View(right, held, _verdict(package)[1].describes)


def told(file: File, view: View) -> dict[str, Any]:
    """A file as pages and scripts read it."""
    right = view.right_to(file)
    described = view.described if right is None else frozenset(Described)
    shown = {what.value: getattr(file, what.value) for what in Described if what in described}
    if right is None and file.name_withheld:
        shown.pop(Described.NAME.value, None)
    mine: dict[str, Any] = {"added_by": None, "by_which_right": None, "url": None}
    if right is not None:
        mine = {
            "added_by": people.name(file.created_by) if right > Standing.GRANTEE else None,
            "by_which_right": wording.file.right(right),
            "url": tk.h.url_for("isp_file.download", id=file.id, qualified=True),
            "name_withheld": file.name_withheld,
        }
    return {
        **dict.fromkeys([what.value for what in Described]),
        **shown,
        **mine,
        "id": file.id,
        "dataset": file.package_id,
        "added_at": file.created_at.isoformat(),
        "may_have": right is not None,
    }


def reader(context: Context) -> Any:
    """The row of the user of a context, as it is now."""
    return model.User.get(context.get("user")) if context.get("user") else None


def destroy(context: Context, wanted: Iterable[File], action: str, reason: str) -> list[File]:
    """Destroy the keys of files, and put that on record; ``clear`` their bytes after the commit."""
    act = dataclasses.replace(save.door(context, action), reason=reason)
    gone = []
    for file in wanted:
        store.destroy(model.Session, act, file)
        gone.append(file)
    return gone


def clear(of: Iterable[File]) -> None:
    """Remove the bytes of files whose keys are gone. What cannot be reached now stays unreadable,
    and ``ckan isp store verify --mend`` removes it."""
    for file in of:
        try:
            store.clear(portal.store(file.storage), file.id, file.segments)
        except Away:
            log.exception("Bytes of the destroyed file %s are left", file.id)


def _find(context: Context, file_id: Any, *, lock: bool = False) -> Found:
    file = store.find(model.Session, file_id, lock=lock) if isinstance(file_id, str) else None
    package = model.Package.get(file.package_id) if file else None
    if file is not None and package is not None and file.state == State.KEPT.value:
        user = reader(context)
        right = gate.standing(user, package)
        if gate.allows(package, right, May.FIND):
            return Found(file, package, right, user)
    raise tk.ObjectNotFound(wording.file.no_such_file())


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
    stored, verdict = _verdict(package)
    where = stored.facts.level, stored.exposure, verdict.storage
    return package.state != "deleted" and keeps_files(*where)


def _verdict(package: model.Package) -> tuple[Stored, Verdict]:
    stored = datasets.whole(model.Session, package, config.places())
    return stored, gate.verdict(stored.facts)


def _accepts(package: model.Package) -> None:
    """Whether a dataset takes restricted files.

    :raises ValidationError: where it does not, with what to do instead
    """
    if package.state == "deleted":
        raise tk.ObjectNotFound()
    stored, verdict = _verdict(package)
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


def _while_allowed(
    data: Iterator[bytes], user_id: str | None, file: Sent, looked: float
) -> Iterator[bytes]:
    """The bytes, as long as somebody may have them: a right that ends, ends running downloads.

    :param looked: when the right was asked for last
    """
    file_id, package_id = file.id, file.package_id
    model.Session.close()
    for more in data:
        now = time.monotonic()
        if now - looked >= LOOK_AGAIN_SECONDS:
            if not _allowed_now(user_id, package_id, file_id):
                log.warning(
                    "The download of restricted file %s was ended: the right to it", file_id
                )
                raise Taken
            looked = now
        yield more


def _allowed_now(user_id: str | None, package_id: str, file_id: str) -> bool:
    try:
        file, package = store.find(model.Session, file_id), model.Package.get(package_id)
        user = model.User.get(user_id) if user_id else None
        if file is None or package is None or file.state != State.KEPT.value:
            return False
        return gate.may(user, package, May.GET, file_id) is not None
    finally:
        model.Session.close()


def _level(package: model.Package) -> Level | None:
    extras = package.extras if isinstance(package.extras, dict) else {}
    return Level.parse(extras.get(SENSITIVITY))


def _whom(package: model.Package) -> str:
    owner = model.Group.get(package.owner_org) if package.owner_org else None
    return owner.display_name if owner else package.title or package.name
