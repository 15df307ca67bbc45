"""Saving a dataset: read what is asked, settle it, write what was settled, tell about it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import Action, Context, DataDict
from flask import current_app

from .. import config, gate, notify, portal, wording
from ..policy.access import keeps_files
from ..policy.event import Event
from ..policy.save import Asked, Refusal, Settlement, settle
from ..policy.scale import Exposure, Level, lowers
from ..policy.verdict import Verdict
from ..services import act as acts
from ..services import classification, datasets, lowering, record
from ..services.act import Act
from . import acknowledgement, answers, fields, links, people, remains, sealing
from .answers import Said
from .fields import Reading

SENT = "isp_sent"
ANSWERED = "isp_answered"
DATASET = "dataset"
WAS_OPEN = "was_open"
PROPOSABLE = {Refusal.LOWERING, Refusal.BELOW_ANSWERS}


def create(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Make a dataset as the protocol settles it.

    :raises ValidationError: where what is asked for is refused
    """
    with first_the_right(context, "package_create", data_dict):
        fields.expand_form_choice(data_dict)
        said = answers.take(data_dict)
        fields.resource_ids(data_dict, {})
        _refuse_relationships(data_dict)
        _refuse_unknown_type(data_dict)
    settled, asked, wanted = _settle(Reading(None, {}), data_dict, None, said)
    if settled.refusal:
        tk.check_access("package_create", context, data_dict)
        _refuse(context, "package_create", settled, asked, None)
    with first_the_right(context, "package_create", data_dict):
        _refuse_links(context, settled, data_dict, {})
    kind = data_dict.get("type") or "dataset"
    fields.place(data_dict, settled, fields.knows(kind, context))
    acknowledgement.take(data_dict, user_id(context))
    indexes = None if context.get("defer_commit") else acts.NEW
    _announce(context, "package_create", settled, indexes, said.reason)
    if said.given is not None:
        # written once the dataset has an id: implementations/controller.py
        context[ANSWERED] = _classification(context, "package_create", settled, said)
    result = up(context, data_dict)
    if not context.get("defer_commit"):
        made = result if isinstance(result, str) else result["id"]
        _seal(context, made, asked, settled)
    told = _told(context, result, settled)
    if wanted:
        told = _propose(context, told, result["id"], wanted, said)
    return told


def update(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Change a dataset as the protocol settles it; the row is locked before it is read.

    :raises ValidationError: where what is asked for is refused; nothing has changed then
    """
    reference = data_dict.get("id") or data_dict.get("name")
    package = datasets.lock(model.Session, reference) if isinstance(reference, str) else None
    if package is None:
        return up(context, data_dict)
    data_dict["id"], context["package"] = package.id, package
    reading = _reading(context, package)
    with first_the_right(context, "package_update", data_dict):
        fields.expand_form_choice(data_dict)
        said = answers.take(data_dict)
        fields.resource_ids(data_dict, reading.original)
        _refuse_relationships(data_dict)
    settled, asked, wanted = _settle(reading, data_dict, package, said)
    if settled.refusal or settled.to_holding or remains.goes_on_request(data_dict, settled):
        tk.check_access("package_update", context, data_dict)
    if settled.refusal:
        _refuse(context, "package_update", settled, asked, package.id)
    with first_the_right(context, "package_update", data_dict):
        _refuse_links(context, settled, data_dict, reading.original)
    known = fields.knows(package.type, context)
    fields.place(data_dict, settled, known)
    acknowledgement.take(data_dict, user_id(context))
    context["original_package"] = fields.unlift(reading.original, known)
    indexes = None if context.get("defer_commit") else package.id
    _announce(context, "package_update", settled, indexes, said.reason)
    if said.given is not None:
        tk.check_access("package_update", context, data_dict)
        _classification(context, "package_update", settled, said)(package.id)
    context = _to_holding(context, data_dict) if settled.to_holding else context
    remains.drop_rows_before_on_request(package, data_dict, settled)
    held = model.Session().get_transaction()
    with remains.no_orphans(reading.original, data_dict):
        result = up(context, data_dict)
    if not context.get("defer_commit"):
        if model.Session().get_transaction() is held:
            # CKAN found nothing new: the answers may be, and the lock is given back
            model.Session.commit()
        remains.sweep(reading.original, data_dict)
        _seal(context, package.id, asked, settled)
    told = _told(context, result, settled)
    if _takes_from_everybody(reading, settled):
        told = _warn(context, told, package.name)
    return _propose(context, told, package.id, wanted, said) if wanted else told


def would_settle(context: Context, data_dict: DataDict) -> Settlement:
    """What a save of these keys would get; nothing is written.

    :param data_dict: ``id`` of the dataset and the keys that would be sent
    """
    package = model.Package.get(data_dict["id"])
    if package is None:
        raise tk.ObjectNotFound()
    reading = _reading(Context({**context, SENT: frozenset(data_dict)}), package)
    return _would(reading, {**reading.original, **data_dict}, package)


def would_settle_whole(
    context: Context, data_dict: DataDict, package: model.Package | None
) -> Settlement:
    """What a save of this whole dataset would get; nothing is written.

    :param package: the dataset as it is; None for a new one
    """
    reading = _reading(context, package) if package else Reading(None, {})
    return _would(reading, dict(data_dict), package)


def _would(reading: Reading, whole: DataDict, package: model.Package | None) -> Settlement:
    fields.expand_form_choice(whole)
    return _settle(reading, whole, package, answers.take(whole))[0]


def named(context: Context, keys: Any, up: Action, data_dict: DataDict) -> Any:
    """Run an action that fills in what the caller left out, remembering what was named."""
    before = context.get(SENT)
    context[SENT] = frozenset(keys)
    try:
        return up(context, data_dict)
    finally:
        if before is None:
            context.pop(SENT, None)
        else:
            context[SENT] = before


def brings_resources(context: Context) -> bool:
    """Whether a save brings resources of its own.

    Actions of one resource divert what they bring, and read a resource from the answer.
    """
    return not context.get("defer_commit") and context.get(SENT) != frozenset()


def door(context: Context, name: str, verdict: Verdict | None = None) -> Act:
    """The act of the user of a context, through the action of that name.

    :param verdict: the ground that it stands on
    """
    return Act(user_id(context), name, gate.cited(verdict))


@contextlib.contextmanager
def first_the_right(context: Context, action: str, data_dict: DataDict) -> Iterator[None]:
    """Who may not call the action hears that, and nothing of what is wrong with the rest.

    CKAN checks the right itself before it writes; asked twice on every save it would cost three
    queries more.
    """
    try:
        yield
    except tk.ValidationError:
        tk.check_access(action, context, data_dict)
        raise


def _reading(context: Context, package: model.Package) -> Reading:
    stored, adopting, before = datasets.read(model.Session, package)
    original = context.get("original_package")
    if not original or original.get("id") != package.id:
        show = fresh_context(context, ignore_auth=True)
        original = tk.get_action("package_show")(show, {"id": package.id})
    return Reading(stored, original, context.get(SENT), adopting, before)


def _with_answers(asked: Asked, reading: Reading, data_dict: DataDict, said: Said) -> Asked:
    """A save with what is known of the dataset, and what it says itself."""
    before = reading.answers
    given = answers.plain(said.given) if said.given is not None else before
    known = datasets.facts_of(
        _organisation(data_dict, reading.original),
        datasets.countries(_groups(data_dict.get("groups", reading.original.get("groups")))),
        given or {},
        config.places(),
    )
    return replace(
        asked,
        known=known,
        answered=given is not None,
        answers_sent=said.given is not None,
        reason=said.reason is not None,
        only_exposure=asked.only_exposure and said.given is None,
    )


def _organisation(data_dict: DataDict, original: Mapping[str, Any]) -> str | None:
    """The name of the organisation that a dataset has once saved."""
    owner = data_dict.get("owner_org", original.get("owner_org"))
    known = original.get("organization") or {}
    if owner and owner in (known.get("id"), known.get("name")):
        return known["name"]
    return datasets.organisation(model.Session, owner)


def _groups(sent: Any) -> Iterator[str]:
    """The names of a dataset's groups, as a caller may send them."""
    for group in sent if isinstance(sent, list) else ():
        if isinstance(group, dict):
            yield str(group.get("name") or "")


def _classification(
    context: Context, door_name: str, settled: Settlement, said: Said
) -> Callable[[str], None]:
    """Keeping what was answered, once it is known of which dataset."""
    act = replace(door(context, door_name, settled.verdict), reason=said.reason)
    review_on = gate.review_on(settled.verdict)
    assert said.given is not None
    given = answers.plain(said.given)

    def keep(package_id: str) -> None:
        classification.add(model.Session, act, package_id, given, settled, review_on)

    return keep


def _settle(
    reading: Reading, data_dict: DataDict, package: model.Package | None, said: Said
) -> tuple[Settlement, Asked, Level | None]:
    """What a save gets, what it asked for, and the level that it proposes to a second person.

    :raises ValidationError: where it proposes one without a reason
    """
    asked = _with_answers(fields.read(data_dict, reading), reading, data_dict, said)
    before = reading.stored.facts.level if reading.stored else None
    if package and before and asked.level_sent and lowers(before, asked.level):
        asked = fields.with_lowering(
            asked, lowering.approved(model.Session, package.id, before, asked.level)
        )

    def settled(of: Asked) -> Settlement:
        by, today = gate.protocols(hold=True), gate.today()
        return settle(reading.stored, of, by, today, adopting=reading.adopting)

    found = settled(asked)
    if not said.propose or found.refusal not in PROPOSABLE or asked.level is None:
        return found, asked, None
    if said.reason is None:
        raise tk.ValidationError({answers.REASON: [wording.answers.say_why_lower()]})
    kept = replace(asked, level_sent=False, level=None)
    return settled(kept), kept, asked.level


def _propose(
    context: Context, told: dict[str, Any], package_id: str, wanted: Level, said: Said
) -> dict[str, Any]:
    """Propose a lower level than the one just saved, unless that waits already."""
    saved = model.Package.get(package_id)
    before = Level.parse(((saved.extras if saved else None) or {}).get("sensitivity"))
    if before is None or lowering.waiting(model.Session, package_id, before, wanted):
        return told
    asked = {"id": package_id, "to": wanted.slug, "reason": said.reason}
    proposal = tk.get_action("isp_lowering_request")(fresh_context(context), asked)
    words = wording.answers.proposed_lower(wording.level_and_class(wanted))
    notice = {"code": "lowering_proposed", "message": words}
    notify.tell(context, [notice])
    notices = [*told.get(fields.NOTICES, ()), notice]
    return {**told, fields.NOTICES: notices, fields.LOWERING: proposal}


def _refuse(
    context: Context, door_name: str, settled: Settlement, asked: Asked, dataset: str | None
) -> None:
    """Undo what was begun, keep the refusal on record, and say why."""
    assert settled.refusal
    model.Session.rollback()
    exposure = settled.exposure.slug if settled.level else None
    record.add(
        model.Session,
        Event.REFUSED,
        door(context, door_name, settled.verdict),
        package_id=dataset,
        level_before=settled.level.slug if settled.level else None,
        exposure_before=exposure,
        details={"refusal": settled.refusal.value},
    )
    model.Session.commit()
    answered = settled.refusal is Refusal.BELOW_ANSWERS
    page = "isp_classification.classify" if answered else "isp.lowering_propose"
    propose = tk.url_for(page, id=dataset, _external=True) if dataset else ""
    by = gate.cited(settled.verdict)
    message = wording.refusal(settled, asked.level, by, propose)
    field = wording.FIELD_OF[settled.refusal]
    raise tk.ValidationError({field: [message]})


def _announce(
    context: Context, door_name: str, settled: Settlement, indexes: str | None, reason: str | None
) -> None:
    act = door(context, door_name, settled.verdict)
    acts.announce(model.Session, replace(act, indexes=indexes, reason=reason))


def _to_holding(context: Context, data_dict: DataDict) -> Context:
    """Give a dataset that may not be open, and has no owner, to the holding organisation."""
    data_dict["owner_org"] = portal.holding()
    # its editors do not belong there; what they may do was checked before
    return Context({**context, "ignore_auth": True})


def _refuse_links(
    context: Context, settled: Settlement, data_dict: DataDict, original: Mapping[str, Any]
) -> None:
    if brings_resources(context):
        own = {resource["id"] for resource in original.get("resources") or ()}
        links.refuse_new(settled, data_dict.get("resources"), own)


def _refuse_relationships(data_dict: DataDict) -> None:
    for key in ("relationships_as_subject", "relationships_as_object"):
        if data_dict.get(key):
            raise tk.ValidationError({key: [wording.not_here()]})


def _refuse_unknown_type(data_dict: DataDict) -> None:
    kind = data_dict.get("type") or DATASET
    if kind == DATASET or not isinstance(kind, str):
        return
    pages = current_app.blueprints if current_app else ()
    forms = p.PluginImplementations(p.IDatasetForm)
    shown = kind in pages or any(kind in form.package_types() for form in forms)
    if not shown and kind not in datasets.exempt_types(model.Session):
        raise tk.ValidationError({"type": [wording.unknown_type(kind)]})


def _seal(context: Context, package_id: str, asked: Asked, settled: Settlement) -> None:
    """Files of data that is not open do not stay resources, however they came."""
    where = settled.level, settled.exposure, settled.verdict.storage
    if asked.resources and keeps_files(*where):
        sealing.ask(package_id, user_id(context))


def _told(context: Context, result: Any, settled: Settlement) -> Any:
    """The answer, with what was done beside what was asked."""
    notices = wording.notices(settled, gate.cited(settled.verdict))
    notices += acknowledgement.notices(user_id(context))
    notify.tell(context, notices)
    if not isinstance(result, dict):
        return result
    result = dict(result)
    fields.lift(result)
    return {**result, fields.NOTICES: notices} if notices else result


def _takes_from_everybody(reading: Reading, settled: Settlement) -> bool:
    """Whether a raise closes what everybody had."""
    stored = reading.stored
    if stored is None or not stored.facts.active or stored.exposure is not Exposure.OPEN:
        return False
    raised = lowers(settled.level, stored.facts.level)
    return raised and settled.exposure is not Exposure.OPEN


def _warn(context: Context, told: Any, name: str) -> Any:
    """What was public cannot be recalled; where to see who had it, and what to do."""
    url = tk.url_for("isp_exposed.before_seal", id=name, _external=True)
    notice = {"code": WAS_OPEN, "message": wording.exposed.was_open(url)}
    notify.tell(context, [notice])
    if not isinstance(told, dict):
        return told
    return {**told, fields.NOTICES: [*told.get(fields.NOTICES, ()), notice]}


def user_id(context: Context) -> str | None:
    """Who acts in a context; None for nobody."""
    user = people.who(context)
    return user.id if user else None
