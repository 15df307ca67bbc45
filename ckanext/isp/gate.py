"""The one way from CKAN to a verdict."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from ckan import authz, model
from flask import g, has_request_context

from . import config
from .documents.compile import Document
from .documents.together import together
from .documents.vocabulary import Vocabulary
from .policy import access
from .policy.access import May, Standing
from .policy.answers import PLACE
from .policy.decide import applying, decide
from .policy.facts import ACTIVE, DRAFT, ON_REQUEST, SENSITIVITY, TRUE, Facts
from .policy.protocol import Protocol
from .policy.scale import Exposure, Level
from .policy.verdict import Verdict
from .services import grants
from .services import protocols as kept_protocols

log = logging.getLogger(__name__)


def documents(*, hold: bool = False) -> tuple[Document, ...]:
    """The protocols that speak on this portal, with all that their documents say.

    Those in force, and the shipped template unless a version of its own is among them. Asked once
    per request.

    :param hold: ask again, and keep them in force until this transaction ends: for those who write
    :raises Unreadable: where one in force cannot be read; it is never left out
    """
    if not hold and has_request_context() and "isp_protocols" in g:
        return g.isp_protocols
    try:
        found = kept_protocols.in_force(model.Session, today(), hold=hold)
    except kept_protocols.Unreadable:
        log.critical("A protocol in force cannot be read. Run `ckan isp doctor`.", exc_info=True)
        raise
    spoken = kept_protocols.with_template(found)
    if has_request_context():
        g.isp_protocols = spoken
    return spoken


def protocols(*, hold: bool = False) -> tuple[Protocol, ...]:
    """The protocols that speak on this portal; which of them bind a dataset follows from it."""
    return tuple(document.protocol for document in documents(hold=hold))


def vocabulary() -> Vocabulary:
    """What can be asked and answered on this portal."""
    return together(documents())


def review_on(of: Verdict) -> dt.date | None:
    """When a classification is to be looked at again: the shortest that a protocol asks (R33)."""
    spoken = {finding.protocol.key for finding in of.findings}
    asked = [d.review_months for d in documents() if d.protocol.key in spoken]
    months = min((number for number in asked if number), default=None)
    return None if months is None else _months_on(today(), months)


def _months_on(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.month - 1 + months, 12)
    first = dt.date(day.year + year, month + 1, 1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def forget() -> None:
    """Ask anew which protocols are in force: something changed."""
    if has_request_context():
        g.pop("isp_protocols", None)


def today() -> dt.date:
    return dt.date.today()


def verdict(facts: Facts) -> Verdict:
    """How exposed a dataset may be on this portal today, and why."""
    return decide(protocols(), facts, today())


def cited(of: Verdict | None = None) -> Protocol:
    """The protocol to name in a sentence or a row of the record.

    :param of: a verdict; left out where none was asked for: then what applies to the whole portal
    """
    if of is not None and of.cited:
        return of.cited
    places = config.places()
    facts = Facts(None, known={PLACE: places} if places else {})
    return next(iter(applying(protocols(), facts, today())), protocols()[0])


def level_of(package: dict[str, Any]) -> Level | None:
    """The level that a dataset dict carries."""
    return Level.parse(package.get(SENSITIVITY))


def exposure_of(package: dict[str, Any]) -> Exposure:
    """The exposure that a dataset dict carries, read as the database reads it; never raises."""
    private = str(package.get("private")).lower() == TRUE
    on_request = str(package.get(ON_REQUEST)) in (TRUE, str(True))
    return Exposure.of(private, on_request)


def standing(user: Any, package: Any) -> Standing:
    """How somebody stands to a dataset now: asked of the database each time, never remembered.

    :param user: a row of CKAN's users; None for a visitor
    :param package: a row of CKAN's datasets
    """
    if user is None or user.state != ACTIVE:
        return Standing.ANYONE
    if user.sysadmin:
        return Standing.SYSADMIN
    for right, permission, capacities in _RIGHTS:
        if package.owner_org and authz.has_user_permission_for_group_or_org(
            package.owner_org, user.name, permission
        ):
            return right
        if authz.check_config_permission("allow_dataset_collaborators") and (
            authz.user_is_collaborator_on_dataset(user.id, package.id, list(capacities))
        ):
            return right
    return Standing.ANYONE if granted(user, package) is None else Standing.GRANTEE


def granted(user: Any, package: Any) -> grants.Files | None:
    """Which files of a dataset somebody was granted and holds now; None where nothing."""
    if user is None or user.state != ACTIVE:
        return None
    return grants.live(model.Session, user.id, package.id)


def may(user: Any, package: Any, what: May, file_id: str | None = None) -> Standing | None:
    """By which right somebody may do something with a dataset's files; None where they may not.

    :param package: a row of CKAN's datasets, as it is now
    :param file_id: the file that is meant: what was granted can be some of them
    """
    right = standing(user, package)
    if not allows(package, right, what):
        return None
    if right is Standing.GRANTEE and what is May.GET and file_id is not None:
        held = granted(user, package)
        return right if held is not None and file_id in held else None
    return right


def allows(package: Any, right: Standing, what: May) -> bool:
    """Whether somebody who stands so may do that with the files of a dataset, as it is now."""
    extras = package.extras if isinstance(package.extras, dict) else {}
    exposure = Exposure.of(package.private, extras.get(ON_REQUEST) == TRUE)
    if package.state != ACTIVE:
        # what is not published yet is seen by those who make it; what is deleted by nobody
        exposure = Exposure.MEMBERS
        if package.state != DRAFT or right < Standing.EDITOR:
            return False
    return access.may(exposure, right, what)


_RIGHTS = (
    (Standing.EDITOR, "update_dataset", ("editor", "admin")),
    (Standing.MEMBER, "read", ("member",)),
)
