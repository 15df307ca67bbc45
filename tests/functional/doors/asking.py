"""What people ask for of the datasets that are read, and what they are given."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from .people import Person, do
from .readers import ASKING, CUSTODIAN, DECIDER, EXPIRED, HOLDER, NEWCOMER, REVOKED

if TYPE_CHECKING:
    from .baits import Bait

TICKED = {"checks": ["criteria", "own_policy"], "safeguards": ["transfer"]}
_OVER = "UPDATE isp_grant SET ends_at = clock_timestamp() WHERE request_id = :id"


def ask_for(bait: Bait) -> None:
    """Three people are given what they ask for: one holds it, one held it until it was revoked,
    and one until its time was over, which the worker has not noticed. A fourth never sends."""
    words, decider = bait.words, bait.people[DECIDER]
    sent = {"sender_name": words["requester"], "email_address": f"{words['email']}@example.org"}
    asked = {**_criteria(bait), **sent, "message_content": words["purpose"]}
    held = do(bait.people[HOLDER], "requestdata_request_create", package_id=bait.id, **asked)
    bait.ids["request"] = [_given(bait, HOLDER, held["id"], reason=words["answer"])]
    bait.ids["past"] = [_given(bait, who, _asked(bait, who)) for who in (REVOKED, EXPIRED)]
    revoked, expired = bait.ids["past"]
    assert bait.people[REVOKED].get(f"/isp/file/{bait.each('file')[0]}").status_code == 200
    do(decider, "isp_grant_revoke", request=revoked, note="It was passed on.")
    bait.portal.sql(_OVER, id=int(expired))
    drafted = {"id": bait.id, "why_not_less": words["drafted"]}
    draft = do(bait.people[NEWCOMER], "isp_request_draft", **drafted)
    bait.ids["draft"] = [str(draft["request"])]


def hold_on(bait: Bait) -> None:
    """What is granted is granted again of the dataset as it is now."""
    for each in bait.each("request"):
        do(bait.people[DECIDER], "isp_grant_reconfirm", request=each)


def type_in(bait: Bait) -> None:
    """A letter asks for it, and is answered."""
    words = bait.words
    came = {"received_on": dt.date.today().isoformat(), "received_by": "Letter"}
    said = {**_criteria(bait), "purpose_words": words["purpose"], "agreement": "DSA 2026/4"}
    asked = {"requester_words": words["requester"], **came, **said}
    made = do(bait.people[CUSTODIAN], "isp_request_type_in", id=bait.id, **asked)
    bait.ids["request"] = [str(made["request"])]
    do(bait.people[DECIDER], "isp_request_say", request=made["request"], note=words["answer"])


def _criteria(bait: Bait) -> dict[str, Any]:
    until = dt.date.today() + dt.timedelta(days=30)
    return {
        "data": "Names and places",
        "format": "CSV",
        "purpose": "other",
        "why_not_less": "Totals do not say who is missing.",
        "until": until.isoformat(),
        "destroy_by": until.isoformat(),
        "organization": bait.people[ASKING]["name"],
    }


def _asked(bait: Bait, who: str) -> str:
    by: Person = bait.people[who]
    draft = do(by, "isp_request_draft", id=bait.id)
    said = {**_criteria(bait), "purpose_words": "We compare two lists."}
    do(by, "isp_request_submit", request=draft["request"], **said)
    return str(draft["request"])


def _given(bait: Bait, who: str, number: str, **more: str) -> str:
    do(bait.people[DECIDER], "isp_request_agree", request=number, **TICKED, **more)
    do(bait.people[who], "isp_grant_accept", request=number, accept=True)
    return number
