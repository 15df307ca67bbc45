"""The words that people read, complete against the enums of the core, in every language.

Levels, classes, audiences and methods are the template's own words (requirements R37-R40).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk
from flask import has_request_context

from ..documents import library
from ..policy.event import Event
from ..policy.protocol import Protocol, Words
from ..policy.save import Notice, Refusal, Settlement
from ..policy.scale import Exposure, Level
from ..policy.verdict import Code, Reason, Verdict
from . import answers as answers
from . import asking as asking
from . import case as case
from . import delivery as delivery
from . import exposed as exposed
from . import file as file
from . import hdx as hdx
from . import log as log
from . import places as places
from . import request as request
from . import review as review
from . import reviewing as reviewing

_ = tk._

FIELD_OF = {
    Refusal.LOWERING: "sensitivity",
    Refusal.BELOW_ANSWERS: "sensitivity",
    Refusal.UNLISTED: "sensitivity",
    Refusal.REASON: "isp_reason",
    Refusal.CLASSIFY_FIRST: "sensitivity",
    Refusal.TOO_OPEN: "private",
    Refusal.RESOURCES_ON_REQUEST: "is_requestdata_type",
    Refusal.UPLOAD_ON_REQUEST: "upload",
    Refusal.NEEDS_ORGANISATION: "owner_org",
}


class LevelWords(NamedTuple):
    """A level as the template words it."""

    name: str
    classification: str
    definition: str
    audience: str
    methods: tuple[str, ...]


def level(of: Level) -> LevelWords:
    """The template's words for a level, in the reader's language."""
    rule = library.template().protocol.rules(of)[0]
    said = {name: pick(words) for name, words in rule.words.items()}
    methods = tuple(pick(method.name) for method in rule.methods)
    return LevelWords(**said, methods=methods)


def pick(words: Words) -> str:
    """A text in the reader's language; else in a near one, in English, or in its first."""
    return picked(words)[1]


def picked(words: Words) -> tuple[str, str]:
    """The language that ``pick`` takes, and the text in it; empty where there is none."""
    wanted = language()
    near = wanted.partition("_")[0]
    found = next((x for x in (wanted, near, "en", *words) if x in words), "")
    return found, words.get(found, "")


def level_and_class(of: Level | None) -> str:
    """How a level is named at first mention: "High (Confidential)"."""
    if of is None:
        return _("Not classified")
    words = level(of)
    return f"{short(of)} ({words.classification})"


def short(of: Level) -> str:
    """The level's name without the word sensitivity."""
    return {
        Level.LOW: _("Low or No"),
        Level.MODERATE: _("Moderate"),
        Level.HIGH: _("High"),
        Level.SEVERE: _("Severe"),
    }[of]


def classification(of: Level | None) -> str:
    """The one word of a badge."""
    return level(of).classification if of else _("Not classified")


def exposure(of: Exposure) -> str:
    """An exposure as a visitor understands it."""
    return {
        Exposure.OPEN: _("Open"),
        Exposure.ON_REQUEST: _("On request"),
        Exposure.MEMBERS: _("Members only"),
    }[of]


def exposure_meaning(of: Exposure) -> str:
    """What an exposure means for those who look for the data."""
    return {
        Exposure.OPEN: _("Everyone finds it and can download it."),
        Exposure.ON_REQUEST: _("Everyone finds the description; the data is given on request."),
        Exposure.MEMBERS: _("Only members of its organization see it."),
    }[of]


def language() -> str:
    """The reader's language; the portal's own where nobody reads a page (worker, command)."""
    spoken = tk.h.lang() if has_request_context() else None
    return spoken or tk.config["ckan.locale_default"]


def protocol(of: Protocol) -> str:
    """A protocol by title and version."""
    return f"{title(of)}, {of.version}"


def title(of: Protocol) -> str:
    """The title of a protocol in the reader's language, or in English."""
    return pick(of.title)


def advice() -> dict[str, str]:
    """The sentences of the form's advice, filled in while a level is chosen."""
    return {
        "allowed": _("{level}: {exposures}."),
        "either": _("{some} or {last}"),
        "preset": _("“{exposure}” is chosen below for now."),
        "left": _("Choose below; left unchosen, it becomes “{exposure}”."),
        "why_not": _("Not possible. {reason}."),
        "first": _("Choose the sensitivity first."),
        "second": _("Save it as {proposed}, and propose {chosen} to a second person"),
    }


def field_labels() -> dict[str, str]:
    """The plugin's fields as an error summary names them."""
    exposed = _("Who can see it")
    return {
        "sensitivity": _("Sensitivity"),
        "private": exposed,
        "is_requestdata_type": exposed,
        "owner_org": _("Organization"),
        "isp_answers": _("What the data is"),
        "isp_reason": _("Reason"),
    }


def state(of: str) -> str:
    """The state of a proposal to lower a level."""
    return {
        "pending": _("Waits for a second person"),
        "approved": _("Approved, not used yet"),
        "used": _("Approved, and lowered"),
        "refused": _("Refused: the level stays"),
        "expired": _("Approved, but not used in time"),
    }[of]


def refusal(settled: Settlement, asked: Level | None, by: Protocol, propose_url: str) -> str:
    """Why a save was refused, and the one thing to do next.

    :param asked: the level that the save asked for
    :param by: the protocol to cite
    :param propose_url: where a lowering is proposed
    """
    assert settled.refusal
    return _REFUSALS[settled.refusal]().format(
        level=level_and_class(settled.level),
        asked=level_and_class(asked),
        protocol=protocol(by),
        way=_way_forward(settled),
        url=propose_url,
        proposed=level_and_class(settled.verdict.proposed),
        cited=cited(settled.verdict),
    )


def cited(verdict: Verdict) -> str:
    """The protocols and rows that give the level of a verdict's answers."""
    said = []
    for finding in verdict.deciding():
        rule = finding.rule
        rows = [row for row in finding.rows if rule and finding.protocol.levels[row.rank] is rule]
        name = protocol(finding.protocol)
        numbers = ", ".join(dict.fromkeys(str(row.number) for row in rows if row.number))
        row = _("{protocol}, row {rows}").format(protocol=name, rows=numbers)
        said.append(row if numbers else name)
    return "; ".join(said)


def notices(settled: Settlement, by: Protocol) -> list[dict[str, str]]:
    """What was done beside what was asked: a code for scripts, a sentence for people."""
    return [
        {
            "code": notice.value,
            "message": _NOTICES[notice]().format(
                level=level_and_class(settled.level),
                protocol=protocol(by),
                exposure=exposure(settled.exposure),
                proposed=level_and_class(settled.verdict.proposed),
                cited=cited(settled.verdict),
            ),
        }
        for notice in settled.notices
    ]


def reasons(of: Iterable[Reason]) -> list[dict[str, Any]]:
    """The reasons of a verdict, as scripts and people read them."""
    return [
        {
            "code": reason.code.value,
            "allows": sorted(exposure.slug for exposure in reason.allows),
            "protocol": reason.protocol.key if reason.protocol else None,
            "version": reason.protocol.version if reason.protocol else None,
            "message": _reason(reason),
        }
        for reason in of
    ]


def event(told: Mapping[str, Any]) -> str:
    """A row of the record as a sentence; one of a kind that nobody knows by its name."""
    if told["kind"] not in {kind.value for kind in Event}:
        return str(told["kind"])
    return _EVENTS[Event(told["kind"])]().format(
        before=level_and_class(Level.parse(told.get("level_before"))),
        after=level_and_class(Level.parse(told.get("level_after"))),
        exposure=_exposure_named(told.get("exposure_after")),
    )


def event_kind(of: Event) -> str:
    """What all rows of a kind say, with a sign for what differs."""
    return _EVENTS[of]().format(before="…", after="…", exposure="…")


def _exposure_named(slug: str | None) -> str:
    return exposure(Exposure[slug.upper()]) if slug else ""


def floor(rule: str) -> tuple[str, str]:
    """The field and the sentence for a constraint of the database guard."""
    field, words = _FLOOR.get(rule, ("private", _floor_level))
    return field, words()


def violation(rule: str) -> str:
    """What stands against the guard in a dataset, in a few words.

    :param rule: the constraint that the row breaks
    """
    return {
        "isp_guard_owner": _("strictly confidential, and no organization answers for it"),
        "isp_guard_resources": _("on request, and holds files"),
        "isp_guard_level": _("more open than its level allows"),
        "isp_guard_unclassified": _("public, and not classified"),
    }[rule]


def bad_level(slugs: Iterable[str]) -> str:
    return _("Choose one of: {slugs}.").format(slugs=", ".join(slugs))


def bad_lower_level(levels: Iterable[Level]) -> str:
    words = [level_and_class(level) for level in levels]
    if not words:
        return _("No level is lower than the one that this dataset has.")
    return _("Choose a lower level: {levels}.").format(levels=", ".join(words))


def contradictory() -> str:
    return _("This was sent twice with different values: send it once.")


def bad_flag() -> str:
    return _("Send true or false.")


def foreign_resource_id() -> str:
    return _(
        "No resource with this id belongs to this dataset. "
        "Leave the id out: the portal gives a new one."
    )


def needs_owner(of: Level | None) -> str:
    return _("This dataset is {level} and not open, so it needs an organization.").format(
        level=level_and_class(of)
    )


def already_decided(state: str) -> str:
    states = {
        "refused": _("This proposal was refused already."),
        "expired": _("The approval of this proposal has expired; propose it anew."),
    }
    return states.get(state) or _("This proposal was approved already.")


def already_proposed() -> str:
    return _("This has been proposed already and waits for a second person.")


def list_of_ids() -> str:
    return _("Send a list of dataset ids.")


def group_foreign() -> str:
    return _("You cannot add a dataset that you do not see.")


def unknown_type(kind: str) -> str:
    return _(
        "This portal has no datasets of the type “{type}”, and no pages for them. "
        "Leave the type out, or ask your administrator to declare it."
    ).format(type=kind)


def not_a_text() -> str:
    return _("Send a text.")


def not_a_file() -> str:
    return _("Send a file: CSV or XLSX.")


def not_an_id() -> str:
    return _("Send its number.")


def name_a_protocol() -> str:
    return _("Say which protocol: send its id or its key.")


def no_such_protocol() -> str:
    return _("There is no such protocol on this portal.")


def no_such_proposal() -> str:
    return _("There is no such proposal.")


def nothing_to_undo() -> str:
    return _("Name an approved proposal to undo, or the protocol that was activated or retired.")


def shipped_stays() -> str:
    return _(
        "This is the template that every portal keeps where no other protocol covers a dataset. "
        "To change it, load a version of your own with the same key."
    )


def say_why() -> str:
    return _("Say why.")


def holding_title() -> str:
    return _("Datasets to be looked at")


def unreadable(key: str, version: str) -> str:
    return _(
        "This release cannot read the protocol {key}, {version}. "
        "Load it anew, in the format of this release, and activate it."
    ).format(key=key, version=version)


def at_line(line: int, problem: str) -> str:
    return _("Line {line}: {problem}").format(line=line, problem=problem) if line else problem


def not_here() -> str:
    return _("Relationships between datasets cannot be saved here.")


def _reason(of: Reason) -> str:
    words = _REASONS[of.code]().format(level=level_and_class(of.level))
    if of.protocol is None:
        return words
    return _("{reason} under {protocol}").format(reason=words, protocol=protocol(of.protocol))


def _way_forward(settled: Settlement) -> str:
    if settled.verdict.allows(Exposure.ON_REQUEST):
        return _("You can offer it on request, or keep it visible to members of its organization.")
    return _("You can keep it visible to members of its organization.")


def _floor_level() -> str:
    return _("The level of this dataset does not allow it to be this open.")


_REFUSALS = {
    Refusal.LOWERING: lambda: _(
        "The level stays {level}: under {protocol} it is lowered to {asked} only when a second "
        "person approves. Propose it with a reason: {url}"
    ),
    Refusal.BELOW_ANSWERS: lambda: _(
        "With these answers it is at least {proposed} under {cited}. Save it at that level, or "
        "propose {asked} with a reason: a second person then decides. {url}"
    ),
    Refusal.UNLISTED: lambda: _(
        "No protocol in force lists such data ({protocol}). Choose its sensitivity yourself, and "
        "say why."
    ),
    Refusal.REASON: lambda: _(
        "With these answers it is {proposed} under {cited}, which advises and does not bind. Say "
        "why it is {asked}."
    ),
    Refusal.CLASSIFY_FIRST: lambda: _(
        "This dataset is not classified yet, so under {protocol} it stays visible to members of "
        "its organization only. Choose its sensitivity; the same save can publish it then."
    ),
    Refusal.TOO_OPEN: lambda: _(
        "This dataset cannot be opened like this: it is {level} under {protocol}. {way}"
    ),
    Refusal.RESOURCES_ON_REQUEST: lambda: _(
        "A dataset on request holds no files, for everyone could open them ({level} under "
        "{protocol}). Remove the files first, or keep it visible to members of its organization."
    ),
    Refusal.UPLOAD_ON_REQUEST: lambda: _(
        "This dataset is on request ({level} under {protocol}), so everyone could open a file "
        "added to it. Make it visible to members only first, then add the file."
    ),
    Refusal.NEEDS_ORGANISATION: lambda: _(
        "Choose an organization. Without one a dataset can only be Low (Public) and open "
        "({protocol}); this one is {level}."
    ),
}

_NOTICES = {
    Notice.HELD: lambda: _(
        "Saved, and visible to members of its organization only: it is not classified yet "
        "({protocol}). Choose its sensitivity to share it."
    ),
    Notice.NARROWED: lambda: _(
        "Saved as {level}. From now on: {exposure}, as {protocol} asks for this level."
    ),
    Notice.RESOURCES_KEPT_CLOSED: lambda: _(
        "Saved as {level}, and visible to members of its organization only, for it holds files "
        "({protocol}). Without files it can be offered on request."
    ),
    Notice.CAME_BACK_CLOSED: lambda: _(
        "Restored with its level, {level}, and visible to members of its organization only "
        "({protocol}). Look at it before you share it again."
    ),
    Notice.MOVED_TO_HOLDING: lambda: _(
        "It had no organization, and under {protocol} it may not be open: the portal's holding "
        "organization keeps it until an administrator finds its owner."
    ),
    Notice.BELOW_ANSWERS: lambda: _(
        "Saved as {level}. The answers give {proposed} under {cited}, which advises and does not "
        "bind: say why it is lower."
    ),
    Notice.ABOVE_ANSWERS: lambda: _(
        "Saved as {level}, which is stricter than what the answers give: {proposed}. Data that "
        "can be shared should be."
    ),
    Notice.STILL_TO_CLASSIFY: lambda: _(
        "Saved as it was: open, but not classified yet. Choose its sensitivity before the portal "
        "keeps {protocol} for all its data; until then it would be closed."
    ),
}

_REASONS = {
    Code.UNCLASSIFIED: lambda: _("Not classified yet: visible to members of its organization only"),
    Code.NOT_PUBLISHED: lambda: _("A draft or deleted: shown to nobody else"),
    Code.EXEMPT: lambda: _("Of a kind that holds no data"),
    Code.LEVEL: lambda: "{level}",
    Code.HOLDS_RESOURCES: lambda: _("It holds files: a dataset on request holds none"),
    Code.NEEDS_OWNER: lambda: _("Strictly confidential data needs an organization"),
    Code.ONWARD: lambda: _("Those who gave it do not let it be shared that far"),
}

_FLOOR = {
    "isp_guard_owner": (
        "owner_org",
        lambda: _("Severe (Strictly Confidential) data needs an organization that answers for it."),
    ),
    "isp_guard_resources": (
        "is_requestdata_type",
        lambda: _("A dataset on request holds no files, for everyone could open them."),
    ),
    "isp_guard_level": ("private", _floor_level),
    "isp_guard_unclassified": (
        "sensitivity",
        lambda: _(
            "This dataset is not classified yet: it stays visible to members of its "
            "organization only. Choose its sensitivity first."
        ),
    ),
    "isp_guard_lower": (
        "sensitivity",
        lambda: _("A level is lowered only when a second person approves. Propose it first."),
    ),
    "isp_guard_moved": (
        "package_id",
        lambda: _("A file cannot be moved out of a dataset that is not Low (Public)."),
    ),
    "isp_guard_type": ("type", lambda: _("A dataset cannot become of a kind that holds no data.")),
    "isp_guard_second_person": (
        "decided_by",
        lambda: _("Somebody else than the person who proposed it has to decide."),
    ),
    "isp_guard_record": ("record", lambda: _("The record is added to, never changed.")),
}

_EVENTS = {
    Event.CLASSIFIED: lambda: _("Classified as {after}"),
    Event.RAISED: lambda: _("Raised from {before} to {after}"),
    Event.LOWERED: lambda: _("Lowered from {before} to {after}"),
    Event.CLOSED: lambda: _("Closed: visible to members only"),
    Event.EXPOSED: lambda: _("Shared: {exposure}"),
    Event.DELETED: lambda: _("Deleted"),
    Event.UNDELETED: lambda: _("Restored"),
    Event.MOVED: lambda: _("Given to another organization"),
    Event.ACCESS_WIDENED: lambda: _("Somebody else can read it now"),
    Event.ADOPTED: lambda: _("Adopted by the portal as {after}: {exposure}"),
    Event.REFUSED: lambda: _("Not saved: the protocol does not allow it"),
    Event.PURGED: lambda: _("Purged with everything that belonged to it"),
    Event.LOWERING_REQUESTED: lambda: _("Proposed to lower from {before} to {after}"),
    Event.LOWERING_APPROVED: lambda: _("Approved to lower from {before} to {after}"),
    Event.LOWERING_REFUSED: lambda: _("Refused to lower from {before} to {after}"),
    Event.GUARD_ARMED: lambda: _("The guard was armed"),
    Event.PROTOCOL_LOADED: lambda: _("A protocol was loaded"),
    Event.PROTOCOL_PROPOSED: lambda: _("A change of protocols was proposed"),
    Event.PROTOCOL_ACTIVATED: lambda: _("A protocol was activated"),
    Event.PROTOCOL_BEGUN: lambda: _("The first day of a protocol has come"),
    Event.PROTOCOL_RETIRED: lambda: _("A protocol was retired"),
    Event.PROTOCOL_UNDONE: lambda: _("A change of protocols was undone"),
    Event.PROTOCOL_REFUSED: lambda: _("A change of protocols was refused"),
    Event.REVIEWED: lambda: _("Looked at again: {after}"),
    Event.FILE_KEPT: lambda: _("A restricted file was added"),
    Event.FILE_SEALED: lambda: _("A resource became a restricted file"),
    Event.FILE_CHANGED: lambda: _("A restricted file was described otherwise"),
    Event.FILE_DOWNLOADED: lambda: _("A restricted file was downloaded"),
    Event.FILE_DESTROYED: lambda: _("A restricted file was destroyed"),
    Event.DELIVERED: lambda: _("Given to somebody by another way than the portal"),
    Event.FILE_UNSEALED: lambda: _("A restricted file became a resource again"),
    Event.EXPOSURE_CHECKED: lambda: _("The list of what was public before was filled in"),
    Event.CASE_OPENED: lambda: _("A breach or a dispute about it was registered"),
    Event.CASE_TAKEN_ON: lambda: _("A breach or a dispute about it goes on"),
    Event.CASE_SETTLED: lambda: _("A breach or a dispute about it was settled"),
    Event.TIGHTENED: lambda: _("A protocol asks for more: {after}, {exposure}"),
    Event.REQUEST_SUBMITTED: lambda: _("Access was asked for"),
    Event.REQUEST_WITHDRAWN: lambda: _("A request for access was withdrawn, or closed"),
    Event.REQUEST_SAID: lambda: _("A message about a request for access"),
    Event.REQUEST_RETURNED: lambda: _("A request for access was returned for more"),
    Event.REQUEST_CONSULTED: lambda: _("Advice on a request for access was asked for"),
    Event.REQUEST_ADVISED: lambda: _("Advice on a request for access was put on record"),
    Event.REQUEST_ASIDE: lambda: _("Somebody stepped aside from a request for access"),
    Event.REQUEST_AGREED: lambda: _("An agreement to a request for access was given"),
    Event.REQUEST_DECLINED: lambda: _("A request for access was declined"),
    Event.GRANT_ACCEPTED: lambda: _("Access was granted: its terms were accepted"),
    Event.GRANT_SUSPENDED: lambda: _("Access that was granted was suspended"),
    Event.GRANT_RECONFIRMED: lambda: _("Access that was granted was reconfirmed"),
    Event.GRANT_LONGER_ASKED: lambda: _("Longer access was asked for"),
    Event.GRANT_EXTENDED: lambda: _("Access was extended"),
    Event.GRANT_NOT_EXTENDED: lambda: _("Longer access was refused"),
    Event.GRANT_REVOKED: lambda: _("Access was revoked"),
    Event.GRANT_EXPIRED: lambda: _("Access ended by time"),
    Event.GRANT_GIVEN_BACK: lambda: _("Access was given back before its end"),
    Event.DESTRUCTION_DUE: lambda: _("What was received is to be destroyed"),
    Event.DESTRUCTION_ATTESTED: lambda: _("Destruction was attested"),
    Event.ONWARD_REPORTED: lambda: _("Onward sharing was reported"),
    Event.STAND_IN_NAMED: lambda: _("Somebody was named to answer requests for others"),
    Event.STAND_IN_ENDED: lambda: _("Somebody answers requests for others no longer"),
    Event.ANNOTATED: lambda: _("A note was added to what is on record"),
    Event.FORGOTTEN: lambda: _("Somebody's data was erased from the record"),
}
