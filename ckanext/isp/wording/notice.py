"""What notices say: what is needed in the subject, a sentence, one link. No name of a person, and
of a dataset only what everybody may read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk

from ..policy.notice import Mails, Named, Notice, Place, asks
from ..policy.request import State
from .reminder import Mail, day
from .request import state as state_words

_ = tk._

_OF_ASKERS = frozenset(
    {
        Notice.REQUEST_RETURNED,
        Notice.REQUEST_APPROVED,
        Notice.GRANT_ENDING,
        Notice.DESTRUCTION_DUE,
    }
)
# how many subjects the mail of the day lists
LISTED = 20


class Words(NamedTuple):
    """A notice in words.

    :param link: one action word and its object
    :param until: instead of the sentence, where a day is known
    :param past: instead of the subject, once it asks for nothing any more
    """

    subject: str
    sentence: str
    link: str
    until: str = ""
    past: str = ""


def path(of: Notice, about: Mapping[str, Any]) -> str:
    """Where a notice leads, on this portal."""
    return f"/isp/request/{about['request']}" if of.place is Place.REQUEST else "/isp/access"


def words(of: Notice, about: Mapping[str, Any], state: State | None = None) -> Words:
    """A notice in the reader's language, with its day where it has one.

    :param state: of its request now
    """
    said = _WORDS[of]()
    if state and not asks(of, state):
        return _past(of, said, state)
    on = about.get("on")
    if not on or not said.until:
        return said
    until = said.until.format(day=day(dt.date.fromisoformat(on)))
    return said._replace(sentence=until)


def _past(of: Notice, said: Words, state: State) -> Words:
    """What is left to say once it was done. How far a request is, only its requester is told."""
    sentence = _("Since then it was dealt with: nothing is left to do about this.")
    if of in _OF_ASKERS:
        sentence = _('Since then: your request is "{state}" now.').format(state=state_words(state))
    link = _("See your access") if of.place is Place.ACCESS else _("See the request")
    return Words(said.past or said.subject, sentence, link)


def mail(of: Notice, about: Mapping[str, Any], dataset: str, state: State | None = None) -> Mail:
    """A mail about one notice.

    :param dataset: a sentence about the dataset, or nothing
    :param state: of its request now
    """
    said = words(of, about, state)
    lines = tuple(line for line in (said.sentence, dataset) if line)
    return Mail(said.subject, lines, said.link, path(of, about))


def digest(of: Iterable[Notice]) -> Mail:
    """The mail of the day: what each notice says in its subject, and no more."""
    subjects = [_WORDS[one]().subject for one in of]
    more = len(subjects) - LISTED
    lines = [f"– {subject}" for subject in subjects[:LISTED]]
    if more > 0:
        lines.append(_("And {count} more.").format(count=more))
    return Mail(
        _("Notices of the day: {count}").format(count=len(subjects)),
        (_("There is nothing that you have to do. This is what happened:"), *lines),
        _("Open your notices"),
        "/isp/notices",
    )


def dataset(named: Named, title: str, organization: str) -> str:
    """What a mail says of the dataset that a notice is about."""
    if named is Named.TITLE:
        return _("Dataset: “{title}”.").format(title=title)
    if named is Named.ORGANIZATION:
        return _("It is about a dataset of {organization}.").format(organization=organization)
    return _("Which dataset it is about is told on the portal only.")


def mails(of: Mails) -> tuple[str, str]:
    """How somebody wants to be told by mail, and what that means."""
    return {
        Mails.AT_ONCE: (_("At once"), _("A mail for each notice.")),
        Mails.DAILY: (
            _("Once a day"),
            _("One mail each morning. What you have to do is mailed at once."),
        ),
        Mails.NEVER: (
            _("Not by mail"),
            _("Notices stand on this page only. What you have to do is mailed all the same."),
        ),
    }[of]


_WORDS: dict[Notice, Callable[[], Words]] = {
    Notice.REQUEST_SUBMITTED: lambda: Words(
        _("A request for data waits for you"),
        _("Somebody asks for data that you decide about. Read what they ask, then answer."),
        _("Read the request"),
        past=_("A request for data came"),
    ),
    Notice.REQUEST_RETURNED: lambda: Words(
        _("Your request for data needs more from you"),
        _("Something is missing for a decision. Add it, and send the request again."),
        _("Complete the request"),
        past=_("Your request for data was returned"),
    ),
    Notice.REQUEST_ANSWERED: lambda: Words(
        _("A request for data was completed and waits for you"),
        _("What you asked for has been added. Read it, then decide."),
        _("Read the request"),
        past=_("A request for data was completed"),
    ),
    Notice.REQUEST_SAID: lambda: Words(
        _("There is a message about a request for data"),
        _("Somebody wrote to you about it. Read it, and answer if it asks something."),
        _("Read the message"),
    ),
    Notice.REQUEST_CONSULTED: lambda: Words(
        _("Your advice on a request for data is needed"),
        _("Those who decide ask for your advice first. You see what you need for it."),
        _("Give advice"),
        past=_("Your advice on a request for data was asked for"),
    ),
    Notice.REQUEST_ADVISED: lambda: Words(
        _("Advice on a request for data has come: decide"),
        _("Those who were consulted have answered. The decision is yours."),
        _("Read the advice"),
        past=_("Advice on a request for data came"),
    ),
    Notice.REQUEST_APPROVED: lambda: Words(
        _("Your request for data was approved: accept the terms"),
        _("Your access begins once you have read the terms and accepted them."),
        _("Read the terms"),
        past=_("Your request for data was approved"),
    ),
    Notice.REQUEST_DECLINED: lambda: Words(
        _("Your request for data was declined"),
        _("The reason is given beside it."),
        _("Read the reason"),
    ),
    Notice.REQUEST_WITHDRAWN: lambda: Words(
        _("A request for data was withdrawn"),
        _("There is nothing left to decide about it."),
        _("See the request"),
    ),
    Notice.REQUEST_OVERDUE: lambda: Words(
        _("A request for data is overdue: answer it"),
        _("It has waited for longer than this portal promises. Nothing is approved by time."),
        _("Answer the request"),
        past=_("A request for data was overdue"),
    ),
    Notice.REQUEST_DEPUTY: lambda: Words(
        _("A request for data waits for you as a deputy"),
        _("Those who were to decide have not answered in time. You can decide now."),
        _("Read the request"),
        past=_("A request for data waited for you as a deputy"),
    ),
    Notice.GRANT_BEGUN: lambda: Words(
        _("Your access to data has begun"),
        _("You can fetch the data now, under the terms that you accepted."),
        _("See your access"),
        _("You can fetch the data since {day}, under the terms that you accepted."),
    ),
    Notice.GRANT_ENDING: lambda: Words(
        _("Your access to data ends soon"),
        _("If you need the data for longer, ask for it before then."),
        _("See your access"),
        _("It ends on {day}. If you need the data for longer, ask for it before then."),
        past=_("Your access to data was to end soon"),
    ),
    Notice.GRANT_ENDED: lambda: Words(
        _("Your access to data has ended"),
        _("What you still hold is to be destroyed as agreed. Then say so on the portal."),
        _("See what is due"),
    ),
    Notice.GRANT_REVOKED: lambda: Words(
        _("Stop using data: your access was withdrawn"),
        _("Do not use or pass on what you hold. The portal tells why, and what to do now."),
        _("See what is due"),
    ),
    Notice.GRANT_SUSPENDED: lambda: Words(
        _("Your access to data is paused"),
        _("The data is protected more than before. Those who decide will look at it again."),
        _("See your access"),
    ),
    Notice.GRANT_TO_RECONFIRM: lambda: Words(
        _("Access to data was paused: reconfirm or revoke it"),
        _("The dataset changed after access was granted. Nothing is given until you decide."),
        _("Look at it again"),
        past=_("Access to data was paused"),
    ),
    Notice.GRANT_EXTENDED: lambda: Words(
        _("Your access to data lasts longer"),
        _("You asked for longer, and it was agreed to."),
        _("See your access"),
    ),
    Notice.GRANT_NOT_EXTENDED: lambda: Words(
        _("Your access to data ends as it was agreed"),
        _("You asked for longer, and it was not agreed to. The reason is given beside it."),
        _("See your access"),
    ),
    Notice.GRANT_RECONFIRMED: lambda: Words(
        _("Your access to data goes on"),
        _("Those who decide have confirmed it."),
        _("See your access"),
    ),
    Notice.EXTENSION_ASKED: lambda: Words(
        _("Somebody asks to keep data for longer: decide"),
        _("Their access ends on the day that was agreed unless you extend it."),
        _("Answer the request"),
    ),
    Notice.DESTRUCTION_DUE: lambda: Words(
        _("Destroy the data that you hold, and say so"),
        _("Tell on the portal how and when it was destroyed, and what of it you passed on."),
        _("Attest the destruction"),
        _("It is to be destroyed by {day}. Then tell on the portal how and when that was done."),
        past=_("The data that you held was to be destroyed"),
    ),
    Notice.DESTRUCTION_OVERDUE: lambda: Words(
        _("The destruction of shared data is overdue"),
        _("The day that was agreed has passed, and nobody has attested it."),
        _("See what is missing"),
        _("It was to be destroyed by {day}, and nobody has attested it."),
        past=_("The destruction of shared data was overdue"),
    ),
    Notice.DESTRUCTION_ATTESTED: lambda: Words(
        _("Data that was shared has been destroyed"),
        _("Whoever held it attests how and when."),
        _("Read the attestation"),
    ),
    Notice.ONWARD_REPORTED: lambda: Words(
        _("Data that was shared went further: read the report"),
        _("Whoever holds it reports that others have received it too."),
        _("Read the report"),
    ),
}
