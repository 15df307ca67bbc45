"""What templates ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from babel.dates import format_datetime, format_timedelta
from babel.units import format_unit
from ckan import model
from ckan.lib import helpers
from ckan.lib.dictization.model_dictize import user_dictize
from ckan.types import Context
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from . import config, gate, wording
from .logic import fields, queue, step
from .policy.case import LADDERS, Kind, Stage
from .policy.criteria import Field
from .policy.delivery import Channel
from .policy.destruction import Method
from .policy.facts import ON_REQUEST, SENSITIVITY
from .policy.notice import Mails
from .policy.request import Command, State
from .policy.review import When
from .policy.scale import Exposure, Level, Onward, lowers
from .services import datasets, files, notices, protocols, reminder
from .wording import change as change_words
from .wording import compare as compare_words
from .wording import document as protocol_words
from .wording import notice as notice_words
from .wording import reminder as words

EFFECTS = ("tighten", "loosen", "same", "unclassified")
FACETS = ("isp_level", "isp_exposure")
_ANCHORS = {
    SENSITIVITY: "field-sensitivity",
    "private": "field-isp_exposure",
    ON_REQUEST: "field-isp_exposure",
    "owner_org": "field-organizations",
    "isp_answers": "field-isp_answers",
    "isp_reason": "field-isp_reason",
}


RUNGS = (State.SUBMITTED, State.APPROVED, State.GRANTED, State.DUE, State.ATTESTED)
_STATIONS = {
    **{rung: rung for rung in RUNGS},
    State.RETURNED: State.SUBMITTED,
    State.EXPIRED: State.DUE,
    State.REVOKED: State.DUE,
}
_SPOKE = {
    State.RETURNED: (Command.RETURN,),
    State.APPROVED: (Command.AGREE,),
    State.DECLINED: (Command.DECLINE,),
    State.GRANTED: (Command.SUSPEND, Command.RECONFIRM, Command.EXTEND, Command.REFUSE_LONGER),
    State.REVOKED: (Command.REVOKE,),
    State.DUE: (Command.REVOKE,),
    State.WITHDRAWN: (Command.CLOSE, Command.REVOKE),
}


def isp_levels() -> list[dict[str, Any]]:
    """The four levels, least sensitive first, as a form offers them."""
    return [{"slug": level.slug, **_words(level)} for level in Level]


def isp_level(package: dict[str, Any]) -> dict[str, Any]:
    """The level of a dataset, to show as a badge; ``slug`` is "unclassified" for none."""
    level = gate.level_of(package)
    if level is None:
        return {"slug": "unclassified", "classification": wording.classification(None)}
    return {"slug": level.slug, **_words(level)}


def isp_holds_level(package: dict[str, Any]) -> bool:
    """Whether a dataset has, or is missing, a level: those of an exempt type are not."""
    kind = package.get("type") or "dataset"
    if package.get(SENSITIVITY) or kind == "dataset":
        return True
    if "isp_exempt_types" not in tk.g:
        tk.g.isp_exempt_types = datasets.exempt_types(model.Session)
    return kind not in tk.g.isp_exempt_types


def isp_exposure(package: dict[str, Any]) -> dict[str, str]:
    """The exposure of a dataset, to show as a badge."""
    return _exposure(gate.exposure_of(package))


def isp_exposures() -> list[dict[str, str]]:
    """The three exposures, narrowest first, as a form offers them."""
    return [_exposure(exposure) for exposure in Exposure]


def isp_verdict(sensitivity: str | None, holds_resources: bool = False) -> dict[str, Any]:
    """How exposed a dataset of a level may be, and why: as ``isp_verdict_show`` answers."""
    data_dict = {"sensitivity": sensitivity or "", "holds_resources": holds_resources}
    return tk.get_action("isp_verdict_show")(Context(), data_dict)


def isp_protocol() -> str:
    """Title and version of the protocol that is cited first."""
    return wording.protocol(gate.cited())


def isp_said(words: Any) -> Markup:
    """A text of a protocol, marked with its language where that is not the reader's."""
    return protocol_words.said(words)


def isp_linked(words: Any, link: str | None) -> Markup:
    """A text of a protocol as a link, where its address is one of the web."""
    said = protocol_words.said(words)
    if not link or not link.startswith(("https://", "http://")):
        return said
    return Markup('<a href="{}">{}</a>').format(link, said)


def isp_protocol_words(told: dict[str, Any]) -> dict[str, Any]:
    """What a row of a list of protocols says of one: title, kind, places, status, what is late."""
    return {
        "title": protocol_words.said(told["title"]),
        "kind": protocol_words.kind(told["kind"]),
        "covers": protocol_words.covers(told["scope"]),
        "status": protocol_words.status(told),
        "banners": protocol_words.banners(told),
    }


def isp_protocol_table(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """The table of a protocol in words, level by level; of a search, what it found."""
    return protocol_words.table(shown, shown["found"])


def isp_compared(told: dict[str, Any], a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """Two versions of a protocol side by side, in words."""
    return compare_words.compared(told, a, b)


def isp_day(iso: str | None) -> str:
    """A day, or the day of a moment, in full; a month as it was written."""
    return protocol_words.day(iso[:10]) if iso and len(iso) >= len("2026-11-27") else iso or ""


def isp_change_words(proposal: dict[str, Any]) -> dict[str, str]:
    """What a proposal to change the protocols asks for, and where it stands."""
    return {
        "act": change_words.act(proposal["act"]),
        "state": change_words.state(proposal["state"]),
    }


def isp_effects(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """How many datasets a change of protocols would tighten, loosen and leave, with words."""
    return [
        {"effect": of, "count": counts[of], "words": change_words.effect(of, counts[of])}
        for of in EFFECTS
    ]


def isp_effect(effect: str, number: int = 2) -> str:
    """What a change of protocols does to so many datasets."""
    return change_words.effect(effect, number)


def isp_exposure_words(slug: str) -> str:
    """An exposure by its name."""
    return wording.exposure(Exposure[slug.upper()])


def isp_to_acknowledge(field: str = "isp_acknowledge") -> list[dict[str, Any]]:
    """The protocols that the current user has not said to have read; ticked where just ticked."""
    if not tk.h.check_access("isp_to_acknowledge"):
        return []
    ticked = tk.request.form.getlist(field)
    waiting = tk.get_action("isp_to_acknowledge")(Context(), {})
    return [{**one, "ticked": str(one["id"]) in ticked} for one in waiting]


def isp_facet_label(field: str, value: str) -> str:
    """The words for a value of one of the plugin's facets; the value itself where it has none."""
    if field == "isp_level" and (value == "unclassified" or Level.parse(value)):
        return wording.level_and_class(Level.parse(value))
    known = {exposure.slug: exposure for exposure in Exposure}
    return wording.exposure(known[value]) if value in known else value


def isp_facet_labels(field: str) -> Callable[[dict[str, Any]], str] | None:
    """What words the items of a facet, where it is one of the plugin's."""
    return (lambda item: isp_facet_label(field, item["name"])) if field in FACETS else None


def isp_facets_worded(facets: dict[str, Any] | None) -> dict[str, Any] | None:
    """The filters of a search with words for the plugin's own."""
    if not facets:
        return facets
    chosen = ((f, value) for f in FACETS for value in facets["fields"].get(f, ()))
    words = {(f, value): isp_facet_label(f, value) for f, value in chosen}
    return {**facets, "translated_fields": {**(facets.get("translated_fields") or {}), **words}}


def isp_level_words(slug: str | None) -> str:
    """A level as it is named in a sentence: "High (Confidential)"."""
    return wording.level_and_class(Level.parse(slug))


def isp_levels_below(slug: str | None) -> list[dict[str, Any]]:
    """The levels that a dataset could be lowered to."""
    level = Level.parse(slug)
    return [row for row, other in zip(isp_levels(), Level, strict=True) if level and other < level]


def isp_event_words(event: dict[str, Any]) -> str:
    """One row of the record as a sentence."""
    return wording.event(event)


def isp_user_name(user_id: str | None) -> str:
    """How a person of the record is named; the portal itself where there is none."""
    if not user_id:
        return tk._("The portal, or somebody with access to its database")
    from ckan import model

    user = model.User.get(user_id)
    return user.display_name if user else user_id


def isp_actor(event: dict[str, Any]) -> str:
    """Who did what a row of the record or a note on it tells, by name; nobody who was erased."""
    if event.get("actor_erased"):
        return wording.log.erased()
    return isp_user_name(event["actor"])


def isp_event_kinds() -> dict[str, str]:
    """What can be on record, in words, by its slug."""
    return wording.log.kinds()


def isp_form(data: dict[str, Any]) -> dict[str, Any]:
    """What the sensitivity step of a form shows: what was typed, else what is stored."""
    stored = _shown(data.get("id"))
    before = gate.level_of(stored)
    level, exposure = _typed_level(data, before), _typed_exposure(data)
    free = _approved(stored) if before else set()
    holds_resources = bool(stored.get("resources") or data.get("resources"))
    slug = level.slug if level else None
    return {
        **step.drawn(data, stored, slug, holds_resources=holds_resources),
        "id": stored.get("id"),
        "level": slug,
        "levels": [
            {**row, "locked": lowers(before, of) and row["slug"] not in free}
            for row, of in zip(isp_levels(), Level, strict=True)
        ],
        "exposure": None if exposure is None else exposure.slug,
        "holds_resources": holds_resources,
        "lower_url": _propose_url(stored) if before else "",
        "words": {**wording.advice(), "exposures": {e.slug: wording.exposure(e) for e in Exposure}},
    }


def isp_types() -> list[dict[str, str]]:
    """The types of data, with the words by which a search finds each."""
    return step.types()


def isp_countries() -> dict[str, str]:
    """Names of countries by their code of three letters."""
    return wording.places.countries(wording.language())


def isp_answers_query(answers: dict[str, list[str]]) -> str:
    """Answers as the query of an address that fills a form in."""
    fields = {f"isp_answer-{fact}": values or ["none"] for fact, values in answers.items()}
    return urlencode(fields, doseq=True)


def isp_answer_words(question: dict[str, Any]) -> str:
    """What was answered to a question, in words."""
    words = {answer["value"]: answer["label"] for answer in question["answers"]}
    return ", ".join(words.get(value, value) for value in question["given"] or ())


def isp_what(of: str | None = None) -> list[tuple[str, str]]:
    """What a classification can ask for, with its words; or one of these."""
    words = wording.answers.standings()
    return [(key, word) for key, word in words.items() if of in (None, key)]


def isp_field_errors(errors: dict[str, Any] | None) -> list[str]:
    """What is wrong with a row, a sentence each."""
    told: list[str] = []
    for said in (errors or {}).values():
        told += said if isinstance(said, list) else [str(said)]
    return told


def isp_asks(kind: str) -> bool:
    """Whether the form of a dataset type has the sensitivity step."""
    if not p.plugin_loaded("scheming_datasets"):
        return True
    schema = tk.h.scheming_get_dataset_schema(kind)
    asked = [f["field_name"] for f in schema["dataset_fields"]] if schema else [SENSITIVITY]
    return SENSITIVITY in asked


def isp_form_errors(errors: dict[str, Any] | None) -> list[dict[str, str]]:
    """What is wrong with the plugin's own fields, with the place in the form to mend it."""
    labels = wording.field_labels()
    return [
        {"field": field, "label": labels[field], "anchor": anchor, "message": message}
        for field, anchor in _ANCHORS.items()
        for message in (errors or {}).get(field, ())[:1]
    ]


def isp_other_errors(errors: dict[str, Any]) -> dict[str, str]:
    """What is wrong with the other fields, as CKAN words it."""
    others = {field: error for field, error in errors.items() if field not in _ANCHORS}
    return tk.ValidationError(others).error_summary


def isp_other_extras(extras: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The extras that are not fields of the protocol."""
    return [extra for extra in extras or () if extra.get("key") not in fields.FIELDS]


def isp_reasons(package: dict[str, Any]) -> list[str]:
    """What holds a dataset's exposure where it is, a sentence each."""
    level = gate.level_of(package)
    verdict = isp_verdict(level.slug if level else None, bool(package.get("resources")))
    cited = [r for r in verdict["reasons"] if r["protocol"] or r["code"] != "level"]
    cited.sort(key=lambda reason: reason["code"] != "level")
    return [reason["message"] for reason in cited or verdict["reasons"]]


def isp_may_decide(proposal: dict[str, Any]) -> bool:
    """Whether the current user may decide about a proposal: somebody else's, and waiting."""
    mine = proposal["requested_by"] == getattr(tk.current_user, "id", None)
    waits = proposal["state"] == "pending"
    return waits and not mine and isp_can("isp_lowering_approve", proposal["package_id"])


def isp_state_words(state: str) -> str:
    """The state of a proposal."""
    return wording.state(state)


def isp_cited(event: dict[str, Any]) -> str:
    """The protocol that a row of the record cites, by title where it is still in force."""
    titles = {protocol.key: wording.title(protocol) for protocol in gate.protocols()}
    key = event.get("protocol")
    return f"{titles.get(key, key)}, {event['protocol_version']}" if key else ""


def isp_time(at: str) -> dict[str, str]:
    """A moment of the record: how long ago, and in full."""
    moment = dt.datetime.fromisoformat(at)
    locale = tk.h.lang()
    ago = moment - dt.datetime.now(dt.timezone.utc)
    zone = tk.h.get_display_timezone()
    return {
        "iso": at,
        "ago": format_timedelta(ago, add_direction=True, locale=locale),
        "full": format_datetime(moment, "full", tzinfo=zone, locale=locale),
    }


def isp_words(words: dict[str, str]) -> str:
    """A text of a protocol in the reader's language."""
    return wording.pick(words)


def isp_review_when(when: str) -> str:
    """Why a classification is to be looked at again."""
    return wording.review.when(When(when))


def isp_overdue_protocols() -> list[dict[str, str]]:
    """Protocols in force whose review or last day has passed, each with a sentence that says so."""
    today = gate.today()
    found = reminder.overdue(protocols.in_force(model.Session, today), today)
    return [
        {
            "key": kept.key,
            "message": words.overdue(kept.document.protocol, on, ended=kind == reminder.END),
        }
        for kind, kept, on in found
    ]


def isp_requests_waiting() -> int | None:
    """How many requests wait for the current user; None for those who look after none."""
    if not tk.current_user.is_authenticated:
        return None
    if "isp_waiting" not in tk.g:
        tk.g.isp_waiting = queue.waiting(Context(user=tk.current_user.name))
    return tk.g.isp_waiting


@tk.chained_helper
def user_image(up: Callable[..., Any], user_id: str, size: int = 100) -> Any:
    """As CKAN's, which looks everybody up; whoever looks at the page is known, and in its head."""
    me: Any = tk.current_user
    if not me.is_authenticated or user_id != me.name:
        return up(user_id, size)
    if me.image_url and (url := user_dictize(me, Context(user=me.name))["image_display_url"]):
        image = '<img src="{}" class="user-image" width="{}" height="{}" alt="{}" />'
        return Markup(image).format(helpers.sanitize_url(url), size, size, me.name)
    default = tk.config.get("ckan.gravatar_default")
    if default == "disabled":
        shown = {"size": size, "user_name": me.display_name}
        return tk.h.snippet("user/snippets/placeholder.html", **shown)
    return tk.h.gravatar(me.email_hash, size, default)


def isp_in_days(iso: str) -> str:
    """How far a day is from today, in words."""
    days = (dt.date.fromisoformat(iso[:10]) - gate.today()).days
    if days == 0:
        return tk._("today")
    passed = dt.timedelta(days=days)
    return format_timedelta(passed, granularity="day", add_direction=True, locale=tk.h.lang())


def isp_request_url(request: int, **more: Any) -> str:
    """The page of a request."""
    return tk.h.url_for("isp_request.show", number=request, **more)


def isp_level_of(slug: str | None) -> dict[str, Any]:
    """A level by its slug, to show as a badge."""
    return isp_level({SENSITIVITY: slug})


def isp_channels() -> list[dict[str, str]]:
    """The ways by which data is given beside the portal, in words."""
    return [{"value": one.value, "label": wording.delivery.channel(one)} for one in Channel]


def isp_channel(value: str) -> str:
    """A way by which data was given, in words."""
    return wording.delivery.channel(Channel(value))


def isp_case_kinds() -> list[dict[str, str]]:
    """A breach and a dispute, in words."""
    words = wording.case
    return [
        {"value": kind.value, "label": words.kind(kind), "means": words.kind_means(kind)}
        for kind in Kind
    ]


def isp_case_kind(kind: str) -> str:
    """Whether it is a breach or a dispute."""
    return wording.case.kind(Kind(kind))


def isp_case_stage(stage: str) -> str:
    """Who deals with a case."""
    return wording.case.stage(Stage(stage))


def isp_case_move(to: str, now: str) -> str:
    """What it is called to take a case there."""
    return wording.case.move(Stage(to), Stage(now))


def isp_case_ladder(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The rungs of a case's ladder, each with the day on which it came there."""
    came = {step["stage"]: step["at"] for step in reversed(case["steps"])}
    return [
        {
            "stage": rung.value,
            "label": wording.case.stage(rung),
            "here": rung.value == case["stage"],
            "day": came.get(rung.value),
        }
        for rung in (*LADDERS[Kind(case["kind"])], Stage.SETTLED)
    ]


def isp_unread() -> dict[str, Any]:
    """How many notices the current user has yet to read: asked once per page."""
    if "isp_unread" not in tk.g:
        tk.g.isp_unread = 0
        try:
            tk.g.isp_glance = notices.glance(model.Session, tk.current_user.id)
            tk.g.isp_unread = tk.g.isp_glance.unread
        except SQLAlchemyError:
            # the header of a page that says what went wrong
            model.Session.rollback()
    count = tk.g.isp_unread
    most = notices.MANY - 1
    return {"count": count, "shown": f"{most}+" if count > most else str(count)}


def isp_mails() -> list[dict[str, str]]:
    """How somebody can be told by mail, in words."""
    words = {one.value: notice_words.mails(one) for one in Mails}
    return [{"value": value, "label": said[0], "means": said[1]} for value, said in words.items()]


def isp_ask(package: dict[str, Any]) -> dict[str, Any] | None:
    """How the data of a dataset is asked for by its reader; None where nobody has to ask."""
    if not isp_holds_level(package) or gate.exposure_of(package) is Exposure.OPEN:
        return None
    try:
        return tk.get_action("isp_request_prepare")({}, {"id": package["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def isp_request_fields() -> dict[str, str]:
    """What a request says, in words."""
    return {field.value: wording.request.field(field) for field in Field}


def isp_onwards() -> list[dict[str, str]]:
    """How far data may be asked to be shared further: never with everybody."""
    offered = [of for of in Onward if of is not Onward.PUBLIC]
    return [{"value": of.slug, "label": wording.asking.onward(of)} for of in offered]


def isp_onward(slug: str | None) -> str:
    """With whom data is shared further, in words."""
    known = {of.slug: of for of in Onward}
    return wording.asking.onward(known[slug]) if slug in known else ""


def isp_receivers() -> list[dict[str, str]]:
    """What somebody can be whom data reached, in words."""
    several = [of for of in Onward if of is not Onward.NOBODY]
    return [{"value": of.slug, "label": wording.asking.receiver(of)} for of in several]


def isp_receiver(slug: str) -> str:
    """What somebody is whom data reached."""
    return next((one["label"] for one in isp_receivers() if one["value"] == slug), "")


def isp_request_state(state: str) -> str:
    """How far a request has come."""
    return wording.request.state(State(state))


def isp_request_command(command: str) -> str:
    """What it is called to do that with a request."""
    return wording.request.command(Command(command))


def isp_request_did(command: str) -> str:
    """What was done with a request."""
    return wording.asking.did(Command(command))


def isp_request_wanted(told: dict[str, Any]) -> str:
    """What is wanted of somebody who asked."""
    return wording.asking.wanted(told, isp_day)


def isp_request_done(command: str, told: dict[str, Any]) -> str:
    """What is said once somebody took their request on."""
    grant = told.get("grant") or {}
    begins = "" if grant.get("begun", True) else isp_day(grant["from"])
    last = told["steps"][-1] if told.get("steps") else {}
    if command == Command.REPORT.value and last.get("case"):
        return wording.asking.done_with_a_case()
    return wording.asking.done(command, begins)


def isp_request_ladder(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The stations of a request that goes well, with the days on which it came there."""
    here = _STATIONS.get(State(told["state"]))
    if here is None:
        return []
    came: dict[State, str] = {}
    for taken in told["steps"]:
        came.setdefault(_STATIONS.get(State(taken["state"]), State.DRAFT), taken["at"])
    sent = told["submitted_at"]
    came[State.SUBMITTED] = sent or told["made_at"]
    done = RUNGS[: RUNGS.index(here)]
    return [
        {
            "label": wording.asking.rung(rung, sent=bool(sent)),
            "here": rung is here,
            "day": came.get(rung) if rung in (*done, here) else None,
        }
        for rung in RUNGS
    ]


def isp_last_word(told: dict[str, Any]) -> dict[str, Any] | None:
    """What was written with the last decision about a request, as long as that stands."""
    spoke = {command.value for command in _SPOKE.get(State(told["state"]), ())}
    said = [one for one in told["steps"] if one["command"] in spoke]
    return said[-1] if said and said[-1]["note"] else None


def isp_methods() -> list[dict[str, str]]:
    """How data is destroyed, in words."""
    return [{"value": one.value, "label": wording.request.method(one)} for one in Method]


def isp_method(value: str) -> str:
    """How data was destroyed, in words."""
    return wording.request.method(Method(value))


def isp_can(action: str, package_id: str) -> bool:
    """Whether the current user may call one of the plugin's actions on a dataset."""
    return tk.h.check_access(action, {"id": package_id, "package_id": package_id})


def _words(level: Level) -> dict[str, Any]:
    return {**wording.level(level)._asdict(), "short": wording.short(level)}


def _shown(package_id: str | None) -> dict[str, Any]:
    """A dataset as the current user may see it; empty where there is none."""
    try:
        return tk.get_action("package_show")(Context(), {"id": package_id}) if package_id else {}
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return {}


def _typed_level(data: dict[str, Any], before: Level | None) -> Level | None:
    """The level of a form: a value that differs from the stored one was typed."""
    values = [data.get(SENSITIVITY), *_extra(data, SENSITIVITY)]
    levels = [Level.parse(value) for value in values]
    return next((level for level in levels if level and level is not before), before)


def _typed_exposure(data: dict[str, Any]) -> Exposure | None:
    """The exposure of a form; None for one in which nobody chose yet."""
    if data.get("private") in (None, "", tk.missing):
        return None
    on_request = [data.get(ON_REQUEST), *_extra(data, ON_REQUEST), False]
    flag = next(value for value in on_request if value not in (None, ""))
    try:
        return Exposure.of(tk.asbool(data["private"]), tk.asbool(flag))
    except ValueError:
        return None


def _extra(data: dict[str, Any], key: str) -> list[Any]:
    return [extra.get("value") for extra in data.get("extras") or () if extra.get("key") == key]


def _approved(package: dict[str, Any]) -> set[str]:
    """The levels to which a second person approved to lower a dataset."""
    if not isp_can("isp_lowering_list", package["id"]):
        return set()
    proposals = tk.get_action("isp_lowering_list")(Context(), {"id": package["id"]})
    usable = (row for row in proposals if row["state"] == "approved")
    return {row["to"] for row in usable if row["from"] == package[SENSITIVITY]}


def _propose_url(package: dict[str, Any]) -> str:
    lowest = gate.level_of(package) is Level.LOW
    return "" if lowest else tk.h.url_for("isp.lowering_propose", id=package["name"])


def _exposure(exposure: Exposure) -> dict[str, str]:
    return {
        "slug": exposure.slug,
        "label": wording.exposure(exposure),
        "meaning": wording.exposure_meaning(exposure),
    }


def isp_files(package: dict[str, Any]) -> dict[str, Any]:
    """The restricted files of a dataset, as its reader may know of them."""
    nothing = {"files": [], "may_manage": False}
    may_add = tk.current_user.is_authenticated and gate.exposure_of(package) is not Exposure.OPEN
    if not may_add and not files.listed(model.Session, package["id"]):
        return nothing
    try:
        return tk.get_action("isp_file_list")({}, {"id": package["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return nothing


def isp_moving(package: dict[str, Any]) -> bool:
    """Whether a dataset's resources are about to become restricted files."""
    level = gate.level_of(package)
    sensitive = level is not None and level > Level.LOW
    return bool(sensitive and package.get("resources") and config.key_file())


def isp_size(size: int) -> str:
    """How large a file is, as people say it."""
    unit, value = "byte", float(size)
    for larger in ("kilobyte", "megabyte", "gigabyte"):
        if value < 1000:
            break
        unit, value = larger, value / 1000
    named, few = f"digital-{unit}", "#,##0.#"
    # the short word for a byte has no plural
    length: Any = "long" if unit == "byte" else "short"
    return format_unit(value, named, length=length, format=few, locale=wording.language())


def isp_most_megabytes() -> int:
    """How large a restricted file may be."""
    return config.most_bytes() // 1_000_000
