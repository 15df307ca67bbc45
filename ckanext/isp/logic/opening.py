"""A restricted file that leaves, as long as somebody may have it."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from .. import gate, portal, wording
from ..policy.access import May
from ..services import files as store
from ..services.files import Part, State
from ..store.cipher import Damaged
from ..store.keys import NoKey
from ..store.place import Away
from . import restricted, save

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 1


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
    file, package, right, user = restricted.find(context, file_id)
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


def _whom(package: model.Package) -> str:
    owner = model.Group.get(package.owner_org) if package.owner_org else None
    return owner.display_name if owner else package.title or package.name
