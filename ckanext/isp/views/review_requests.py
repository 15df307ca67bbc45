"""One request, for those who look after it or are asked for advice: read and decided at once."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from .. import wording
from ..policy.criteria import Field
from ..policy.request import Check, Command, Consideration, Role, Safeguard, State, unticked
from .asking import ask, form, messages
from .queue import queue

ACTIONS = {
    Command.AGREE: "isp_request_agree",
    Command.RETURN: "isp_request_return",
    Command.DECLINE: "isp_request_decline",
    Command.CONSULT: "isp_request_consult",
    Command.ADVISE: "isp_request_advise",
    Command.STEP_ASIDE: "isp_request_step_aside",
    Command.SAY: "isp_request_say",
    Command.SUSPEND: "isp_grant_suspend",
    Command.RECONFIRM: "isp_grant_reconfirm",
    Command.EXTEND: "isp_grant_extend",
    Command.REFUSE_LONGER: "isp_grant_refuse_longer",
    Command.REVOKE: "isp_grant_revoke",
}
TEXTS = {
    Command.AGREE: (
        *("from", "until", "destroy_by"),
        *("treatment", "conditions", "organization", "reason"),
    ),
    Command.CONSULT: ("body", "user", "question"),
    Command.ADVISE: ("consultation", "advice"),
    Command.EXTEND: ("until", "note"),
}
SEVERAL = ("files", "checks", "safeguards")


@queue.route("/isp/request/<int:number>/review/<command>", methods=["GET", "POST"])
def decide(number: int, command: str) -> Any:
    """Give one command; what was typed stays where it is refused."""
    if tk.request.method == "GET":
        return tk.redirect_to(tk.h.isp_request_url(number))
    known = next((one for one in ACTIONS if one.value == command), None)
    if known is None:
        return tk.abort(404)
    sent = _sent(known)
    try:
        told = tk.get_action(ACTIONS[known])({}, {"request": number, **sent})
    except tk.ValidationError as error:
        return _refused(number, known, sent, messages(error))
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404)
    if known is Command.STEP_ASIDE:
        tk.h.flash_success(wording.reviewing.done(known, State.SUBMITTED))
        return tk.redirect_to("isp_queue.index")
    tk.h.flash_success(wording.reviewing.done(known, State(told["state"])))
    back = tk.request.form.get("back", "")
    return tk.redirect_to(
        back if back and tk.h.url_is_local(back) else tk.h.isp_request_url(number)
    )


def _refused(number: int, command: Command, sent: Any, errors: dict[str, list[str]]) -> Any:
    told = ask("isp_request_show", request=number)
    if Role.REQUESTER.value in told["roles"]:
        tk.h.flash_error(" ".join(one for said in errors.values() for one in said))
        return tk.redirect_to(tk.h.isp_request_url(number))
    return review_page(told, command.value, sent, errors)


def review_page(
    told: dict[str, Any],
    command: str | None = None,
    data: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
) -> str:
    """The page of a request for whoever looks after it, or advises about it.

    :param told: as ``isp_request_show`` answers
    :param command: the one that was refused
    :param data: what was sent with it
    :param errors: why
    """
    shown = {
        "request": told,
        "refused": command,
        "data": data or {},
        "errors": errors or {},
        "anchors": {name: f"field-{command}-{name}" for name in errors or {} if name != "request"},
        "labels": {name: wording.reviewing.field(name) for name in errors or {}},
        "state_words": wording.request.state(State(told["state"])),
        "words": {one.value: wording.request.command(one) for one in Command},
    }
    if told["advises"]:
        return tk.render("isp/request/advise.html", extra_vars=shown)
    return tk.render("isp/request/review.html", extra_vars={**shown, **_beside(told)})


def _beside(told: dict[str, Any]) -> dict[str, Any]:
    """What stands beside a request: words for its parts, and what was said before."""
    number, package = told["request"], told["dataset"]["id"]
    by = tk.h.isp_day(told["answer_by"]) if told["answer_by"] else ""
    standing = ask("isp_request_standing", request=number)
    words = wording.reviewing
    return {
        "fields": [(f.value, wording.request.field(f)) for f in Field if f is not Field.FILES],
        "asked_files": _asked_files(told),
        "ticks": _ticks(told["third_party"]),
        "similar": [_past(one) for one in ask("isp_request_similar", request=number)],
        "no_file": words.no_file(),
        "agreed_before": wording.request.agreed_before(),
        "standing": [words.standing(of, n) for of, n in standing.items() if n or of == "asked"],
        "party": words.party(told["third_party"]),
        "why_not": words.why_not_yours(told["person"], told["roles"], told["third_party"], by),
        "reasons": ask("isp_request_reasons"),
        "sees": tk.h.check_access("package_show", {"id": package}),
        "next": _next(number),
    }


def _ticks(third_party: bool) -> dict[str, list[dict[str, Any]]]:
    """What is ticked before an approval, in words; what the core asks for is needed."""
    needed = unticked(frozenset(), frozenset(), third_party)
    checks = [(one.value, wording.request.check(one)) for one in Check]
    weighed = [(one.value, wording.request.consideration(one)) for one in Consideration]
    safe = [(one.value, wording.request.safeguard(one)) for one in Safeguard]
    every = {"checks": checks, "considerations": weighed if third_party else [], "safeguards": safe}
    return {
        kind: [
            {
                "value": value,
                "label": label,
                "needed": wording.request.tick(value) if value in needed else "",
            }
            for value, label in of
        ]
        for kind, of in every.items()
    }


def _asked_files(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The files that can be given: those asked for, or all where none is named."""
    wanted = told["said"].get(Field.FILES.value) or []
    return [file for file in told["files"] if not wanted or file["id"] in wanted]


def _past(one: dict[str, Any]) -> dict[str, Any]:
    answer = one["answer"]
    said = wording.asking.did(Command(answer["command"])) if answer else ""
    return {**one, "state_words": wording.request.state(State(one["state"])), "did": said}


def _next(number: int) -> int | None:
    """The request that is to be answered next."""
    asked = {"of": "queue", "state": State.SUBMITTED.value, "sort": "due", "limit": 2}
    rows = ask("isp_request_list", **asked)["requests"]
    return next((row["request"] for row in rows if row["request"] != number), None)


def _sent(command: Command) -> dict[str, Any]:
    """What was sent of the form of a command; what is empty was not sent."""
    texts = form(*TEXTS.get(command, ("note",)))
    sent: dict[str, Any] = {name: text.strip() for name, text in texts.items() if text.strip()}
    if command is not Command.AGREE:
        again = tk.request.form.get("again", "")
        return {**sent, **({"note": again} if again and not sent.get("note") else {})}
    several = {name: tk.request.form.getlist(name) for name in SEVERAL}
    # none are shown where there are none, and all are asked for where none is named
    if tk.request.form.get("files_shown") in ("", None, str(len(several["files"]))):
        several.pop("files")
    bodies = zip(
        *(tk.request.form.getlist(name) for name in ("body_key", "body_said")), strict=False
    )
    said = {key: words.strip() for key, words in bodies if words.strip()}
    seen = tk.request.form.get("seen")
    return {**sent, **several, "bodies": said, **({"seen": seen} if seen else {})}
