"""Mails about notices leave here: each once, tried again only while no mail server has taken it."""

from __future__ import annotations

import contextlib
import logging
import smtplib
import socket
import time
import traceback
from collections.abc import Iterator
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import mailer
from ckan.lib.mailer import MailerException
from ckan.lib.redis import connect_to_redis

from . import notify
from .policy.notice import Notice, Post
from .services import letters, notices
from .services.letters import Letter
from .services.notices import Subject
from .wording import notice as words
from .wording.reminder import Mail

log = logging.getLogger(__name__)

ASKED_KEY = "ckanext-isp:mails-asked"
ASKED_SECONDS = 60
RUN_SECONDS = 120
# a mail that is leaving then has all the time that a server may take to answer
JOB_SECONDS = 600
# CKAN's mailer would wait for ever
ANSWER_SECONDS = 120.0
FOR_GOOD = 500

_SENDS = mailer._mail_recipient.__code__
_HANDS_OVER = smtplib.SMTP.data.__code__
_LEAVES = smtplib.SMTP.quit.__code__


class Came(NamedTuple):
    """How far a mail came.

    :param away: the server itself has to be looked at: other mails would fare no better
    """

    post: Post
    said: str | None = None
    away: bool = False


def ask() -> None:
    """Ask the worker to send what is due, once until it begins."""
    if letters.due(model.Session) and connect_to_redis().set(
        ASKED_KEY, "1", nx=True, ex=ASKED_SECONDS
    ):
        more = {"timeout": JOB_SECONDS}
        tk.enqueue_job(deliver, title="ISP: send mails about notices", rq_kwargs=more)


def deliver() -> dict[str, int]:
    """Send the mails that are due. A server that is away ends it: the rest waits.

    :returns: how many mails came how far
    """
    connect_to_redis().delete(ASKED_KEY)
    done: dict[str, int] = {}
    until = time.monotonic() + RUN_SECONDS
    while letter := letters.claim(model.Session):
        model.Session.commit()
        came = _send(letter)
        letters.came(model.Session, letter, came.post, came.said)
        model.Session.commit()
        done[came.post.value] = done.get(came.post.value, 0) + 1
        if came.away:
            break
        if time.monotonic() > until:
            ask()
            break
    model.Session.rollback()
    return done


def told(letter: Letter) -> Mail:
    """What a mail says, of datasets and requests as they are now."""
    if letter.daily:
        return words.digest(Notice(row.kind) for row in letter.notices)
    (row,) = letter.notices
    subject = notices.subjects(model.Session, [row.package_id]).get(row.package_id)
    state = notices.states(model.Session, [row]).get(row.about.get("request"))
    return words.mail(Notice(row.kind), row.about, _dataset(row, subject), state)


def _dataset(row: Any, subject: Subject | None) -> str:
    if row.package_id is None:
        return ""
    return words.dataset(*(subject or notices.UNKNOWN))


def _send(letter: Letter) -> Came:
    if not letter.address:
        return Came(Post.NONE)
    try:
        with notify.speaking(letter.language):
            mail = told(letter)
            # what it said was read: no lock is held while a server is waited for
            model.Session.rollback()
            with _patience():
                notify.mail(letter.address, letter.name, mail, _headers(letter))
    except Exception as error:
        came = judged(error)
        log.error("A mail about %s %s: %s", letter.key, came.post.value, came.said)
        return came
    return Came(Post.SENT)


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(ANSWER_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _headers(letter: Letter) -> dict[str, str]:
    host = str(tk.config.get("ckan.site_url") or "").partition("://")[2].partition("/")[0]
    return {
        "Message-ID": f"<{letter.key}@{host or 'localhost'}>",
        "Auto-Submitted": "auto-generated",
    }


def judged(error: BaseException) -> Came:
    """How far a mail came whose sending ended with an error.

    CKAN's mailer tells one error for all; what it went through says at which step it arose. From
    the moment that the text is handed over until the server answers nobody knows.
    """
    said = f"{type(error).__name__}: {error}"[:500]
    went_wrong = list(_behind(error))
    for one in went_wrong:
        if isinstance(one, smtplib.SMTPRecipientsRefused):
            codes = [code for code, _answer in one.recipients.values()]
            return Came(_refused(min(codes)), said)
        if isinstance(one, smtplib.SMTPDataError):
            return Came(_refused(one.smtp_code), said)
    if any(_HANDS_OVER in _through(one) for one in went_wrong):
        return Came(Post.UNSURE, said, away=True)
    sending = [one for one in went_wrong if _SENDS in _through(one)]
    if sending == [error] and _LEAVES in _through(error):
        return Came(Post.SENT, said)
    # what could not even be worded is no fault of the server
    return Came(Post.WAITING, said, away=bool(sending) or isinstance(error, MailerException))


def _refused(code: int) -> Post:
    return Post.FAILED if code >= FOR_GOOD else Post.WAITING


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _through(error: BaseException) -> set[Any]:
    """The functions that an error went through."""
    return {frame.f_code for frame, _line in traceback.walk_tb(error.__traceback__)}
