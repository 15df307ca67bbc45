"""Work that is done after the commit, or once a day, by the portal's worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.mailer import MailerException
from ckan.lib.redis import connect_to_redis
from ckan.lib.search.common import make_connection
from ckan.logic import index_remove_package, index_update_package
from sqlalchemy import event
from sqlalchemy.orm import Session

from . import config, gate, notify, portal, post
from .services import chain as chained
from .services import (
    ending,
    forgetting,
    outbox,
    protocol_change,
    protocols,
    reminder,
    telling,
)
from .services.act import ACTED, Act
from .services.protocol_plan import Stopped
from .services.protocols import Kept
from .services.reminder import Reminder
from .wording import reminder as words

log = logging.getLogger(__name__)

WAKE_KEY = "ckanext-isp:outbox-woken"
WAKE_SECONDS = 5
CHAIN_KEY = "ckanext-isp:chain-woken"
DAY_KEY = "ckanext-isp:reminded"
DAY_SECONDS = 24 * 3600
LOOK_SECONDS = 600


MAILS_SECONDS = 60


def wake() -> None:
    """Ask the worker for what follows a commit: telling the index what changed, at most once every
    few seconds, and sending the mails that are due."""
    try:
        if connect_to_redis().set(WAKE_KEY, "1", nx=True, ex=WAKE_SECONDS):
            tk.enqueue_job(drain_outbox, title="ISP: tell the search index what changed")
            tk.enqueue_job(tend, title="ISP: end what is over")
    except Exception:
        # searches leave these datasets out until somebody drains the outbox
        log.exception("The worker could not be asked to update the index")
    send_mails()


def send_mails() -> None:
    """Ask the worker to send the mails that are due."""
    try:
        post.ask()
    except Exception:
        # they wait, and `ckan isp notice send` from cron does the same
        log.exception("The worker could not be asked to send mails")


def drain_outbox(progress: Callable[[int], None] | None = None) -> int:
    """Make the index say what the database says, batch by batch.

    :param progress: told after each batch how many changes it held
    :returns: how many changes were dealt with
    """
    done = 0
    failed: set[str] = set()
    while batch := outbox.drain(model.Session, reindex, settle, failed):
        model.Session.commit()
        done += batch
        if progress:
            progress(batch)
    return done


def listen() -> None:
    """Have what is recorded chained soon after it is committed, whoever committed it."""
    if not event.contains(Session, "after_commit", _committed):
        event.listen(Session, "after_commit", _committed)


def _committed(session: Session) -> None:
    if session.info.pop(ACTED, False):
        wake_chain()


def wake_chain() -> None:
    """Ask the worker to chain what was recorded; at most once every few seconds."""
    try:
        if connect_to_redis().set(CHAIN_KEY, "1", nx=True, ex=WAKE_SECONDS):
            tk.enqueue_job(chain, title="ISP: chain what was recorded")
    except Exception:
        # doctor tells of what waits for long
        log.exception("The worker could not be asked to chain the record")


def chain(progress: Callable[[int], None] | None = None, *, whole: bool = False) -> int:
    """Chain what is on record and not chained yet, batch by batch.

    :param progress: told after each batch how many events it held
    :param whole: look at every event, and not only near the last that is chained
    :returns: how many events were chained
    """
    done, after = 0, 0 if whole else chained.near(model.Session)
    while batch := chained.link(model.Session, after):
        model.Session.commit()
        done, after = done + batch.events, batch.last
        if progress:
            progress(batch.events)
    model.Session.commit()
    return done


def chain_all() -> int:
    """The same, for events that were committed late."""
    return chain(whole=True)


def forget_older() -> int:
    """Erase what was written in requests that are long over, old notices, and from the record who
    people are of whom nothing was recorded for long.

    :returns: how many people; none where the portal keeps them
    """
    said, told = config.request_days(), config.notice_days()
    if said > 0:
        forgetting.forget_older_requests(model.Session, said)
    if told > 0:
        forgetting.forget_older_notices(model.Session, told)
    days = config.person_days()
    done = forgetting.forget_older(model.Session, Act(None, "worker"), days) if days > 0 else 0
    model.Session.commit()
    return done


def reindex(package_id: str) -> bool:
    """Make the index say of a dataset what the database says, once ``settle`` was called.

    :returns: whether it could; searches leave the dataset out until it can
    """
    try:
        if model.Session.get(model.Package, package_id) is None:
            index_remove_package(package_id)
        else:
            index_update_package({"user": "", "ignore_auth": True}, package_id, defer_commit=True)
    except Exception:
        # one dataset that cannot be indexed must not keep the others from it
        log.exception("Dataset %s could not be indexed", package_id)
        return False
    return True


def settle() -> bool:
    """Have the index take in what it was told of several datasets: that takes it longer than to
    hear of them.

    :returns: whether it could
    """
    try:
        if tk.config["ckan.search.solr_commit"]:
            make_connection().commit()
    except Exception:
        log.exception("The index did not take in what it was told")
        return False
    return True


_looked = 0.0
_looked_for_mails = 0.0


def each_minute() -> None:
    """Mails that nobody has taken are tried again, and those of the day leave, as visits come."""
    global _looked_for_mails
    if _looked_for_mails and time.monotonic() - _looked_for_mails < MAILS_SECONDS:
        return
    _looked_for_mails = time.monotonic()
    send_mails()


def each_day() -> bool:
    """Ask the worker for the work of the day: once a day, whichever process asks first.

    :returns: whether it was this one
    """
    global _looked
    if _looked and time.monotonic() - _looked < LOOK_SECONDS:
        return False
    _looked = time.monotonic()
    # what SQL wrote has woken nobody
    wake_chain()
    try:
        if connect_to_redis().set(DAY_KEY, "1", nx=True, ex=DAY_SECONDS):
            tk.enqueue_job(begin_today, title="ISP: begin what was activated ahead")
            tk.enqueue_job(tend, title="ISP: end what is over")
            tk.enqueue_job(tell_of_days, title="ISP: tell people of requests that are due")
            tk.enqueue_job(remind, title="ISP: remind people of what is due")
            tk.enqueue_job(forget_older, title="ISP: forget people of whom the record is old")
            tk.enqueue_job(chain_all, title="ISP: chain what was recorded late")
            return True
    except Exception:
        # `ckan isp protocol begin` and `ckan isp remind` from cron do the same
        log.exception("The worker could not be asked for the work of the day")
    return False


def begin_today() -> None:
    """The same as ``begin``; where somebody is changing the protocols, a later visit asks again."""
    try:
        begin()
    except Stopped:
        model.Session.rollback()
        connect_to_redis().delete(DAY_KEY)
        raise


def begin(door: str = "worker") -> list[tuple[Kept, dict[str, Any]]]:
    """Tighten the catalogue for versions of protocols whose first day has come.

    :returns: these versions, each with what changed
    :raises Stopped: where somebody is changing the protocols
    """
    act = Act(None, door)
    begun = protocol_change.begin(model.Session, act, portal.world(), portal.holding)
    model.Session.commit()
    wake()
    return begun


def tend(door: str = "worker") -> dict[str, int]:
    """End grants that are over, close requests for what is open or gone, and tell of it.

    A grant gives nothing from the moment in which it is over, whether this ran or not.

    :returns: how many were ``ended``, ``closed`` and found ``suspended``
    """
    acts = {
        "ended": ending.expire,
        "closed": ending.close_pointless,
        "suspended": ending.suspended,
    }
    done = dict.fromkeys(acts, 0)
    world = portal.world_of_requests()
    for what, act in acts.items():
        while found := act(model.Session, door, world):
            model.Session.commit()
            done[what] += len(found)
        model.Session.rollback()
    send_mails()
    return done


def tell_of_days() -> int:
    """Tell people of requests that a day has come: an answer overdue, an end near, destruction due.

    :returns: how many notices
    """
    world = portal.world_of_requests()
    told = telling.of_time(model.Session, world.offices, world.today)
    model.Session.commit()
    send_mails()
    return told


def reminders() -> dict[str, list[Reminder]]:
    """What people are to be told today and have not been, by reader."""
    today = gate.today()
    named = (model.User.get(name) for name in sorted(config.focal_points()))
    focal_points = {user.id: user.email or "" for user in named if user and user.is_active}
    kept = protocols.in_force(model.Session, today)
    return reminder.pending(model.Session, kept, focal_points, today)


def remind() -> dict[str, int]:
    """Send reminders, each once, to each reader on their own.

    What cannot be sent is tried again by the next run.

    :returns: how many mails were ``sent``, and how many ``failed``
    """
    done = {"sent": 0, "failed": 0}
    for reader, found in reminders().items():
        claimed = reminder.claim(model.Session, found)
        model.Session.commit()
        for group in _mails(claimed):
            good = _send(reader, group)
            (reminder.sent if good else reminder.give_back)(model.Session, group)
            model.Session.commit()
            done["sent" if good else "failed"] += 1
    return done


def _mails(of: list[Reminder]) -> list[list[Reminder]]:
    """Datasets in one mail; each protocol in its own."""
    datasets = [one for one in of if one.kind == reminder.CLASSIFICATION]
    others = [[one] for one in of if one.kind != reminder.CLASSIFICATION]
    return [*([datasets] if datasets else []), *others]


def _send(reader: str, of: list[Reminder]) -> bool:
    user: Any = model.User.get(reader)
    address = user.email if user else reader
    try:
        if not address:
            raise MailerException(f"{user.name} has no mail address")
        with notify.speaking(of[0].language):
            notify.mail(address, user.display_name if user else "", told(of))
    except (MailerException, OSError) as error:
        log.error("No reminder could be sent to %s: %s", user.name if user else reader, error)
        return False
    return True


def told(of: list[Reminder]) -> words.Mail:
    """What a mail says of reminders of one kind."""
    first, today = of[0], gate.today()
    if first.protocol is None:
        overdue = sum(one.on < today for one in of)
        return words.classifications(overdue, len(of) - overdue)
    say = words.end if first.kind == reminder.END else words.review
    return say(first.protocol, first.on, today)
