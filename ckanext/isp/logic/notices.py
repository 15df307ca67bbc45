"""What actions about notices share: who reads, and what a notice says to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ..policy.notice import Need, Notice, asks
from ..policy.request import State
from ..services import notices
from ..services.notices import UNKNOWN, Subject
from ..wording import notice as words
from . import fresh, people


def reader(context: Context) -> Any:
    """The user of a context, whose notices they are.

    :raises NotAuthorized: where there is none
    """
    user = people.who(context)
    if user is None:
        raise tk.NotAuthorized()
    return user


def path(user_id: str, notice_id: int) -> str:
    """Where one of somebody's notices leads.

    :raises ObjectNotFound: where it is not theirs
    """
    row = notices.find(model.Session, user_id, notice_id)
    if row is None:
        raise tk.ObjectNotFound()
    return words.path(Notice(row.kind), row.about)


def told(context: Context, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Notices as scripts and pages read them."""
    about = {row.package_id for row in rows if row.package_id}
    subjects = notices.subjects(model.Session, about)
    seen, states = fresh.seen(context, about), notices.states(model.Session, rows)
    return [
        _told(row, subjects.get(row.package_id), row.package_id in seen, _state(row, states))
        for row in rows
    ]


def _state(row: Any, states: Mapping[int, State]) -> State | None:
    return states.get(row.about.get("request"))


def _told(row: Any, subject: Subject | None, seen: bool, state: State | None) -> dict[str, Any]:
    """A notice as its request is now, with the title of its dataset for those who see that."""
    kind = Notice(row.kind)
    unnamed = words.dataset(*(subject or UNKNOWN)) if row.package_id and not seen else ""
    mail = words.mail(kind, row.about, unnamed, state)
    title = subject.title if subject and seen else None
    return {
        "id": row.id,
        "kind": kind.value,
        "needs": (kind.need if asks(kind, state) else Need.KNOW).value,
        "subject": mail.subject,
        "lines": list(mail.lines),
        "dataset": {"id": row.package_id, "title": title} if row.package_id else None,
        "link": mail.link,
        "path": mail.path,
        "made_at": row.made_at.isoformat(),
        "read_at": row.read_at.isoformat() if row.read_at else None,
    }
