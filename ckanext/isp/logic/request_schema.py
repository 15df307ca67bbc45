"""What the actions about requests and grants accept."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args

from ..policy.criteria import DAYS, Field
from ..policy.destruction import Method
from ..policy.scale import Onward
from .schema import SOME, Schema, page_of

OF = ("mine", "queue")
RECEIVERS = [of.slug for of in Onward if of is not Onward.NOBODY]


def texts(*names: str) -> Schema:
    """Optional texts of these names."""
    ignore, text = tk.get_validator("ignore_missing"), tk.get_validator("isp_text")
    return {name: [ignore, text] for name in names}


@validator_args
def said(ignore_missing: Any, isp_day: Any, one_of: Any, isp_texts: Any) -> Schema:
    """What a request says; a draft may say nothing yet."""
    plain = [field.value for field in Field if field not in (*DAYS, Field.FILES, Field.ONWARD)]
    onward = one_of(["", *(onward.slug for onward in Onward)])
    return {
        **texts(*plain),
        Field.ONWARD.value: [ignore_missing, onward],
        Field.FILES.value: [ignore_missing, isp_texts],
        **{field.value: [ignore_missing, isp_day] for field in DAYS},
    }


@validator_args
def draft(not_empty: Any, isp_text: Any) -> Schema:
    return {"id": [not_empty, isp_text], **said()}


@validator_args
def write(not_empty: Any, isp_id_of_kept: Any) -> Schema:
    return {"request": [not_empty, isp_id_of_kept], **said()}


@validator_args
def type_in(not_empty: Any, isp_text: Any, isp_day_past: Any) -> Schema:
    return {
        "id": [not_empty, isp_text],
        **texts("requester", "requester_words"),
        "received_on": [not_empty, isp_day_past],
        "received_by": [not_empty, isp_text],
        **said(),
    }


@validator_args
def one(not_empty: Any, isp_id_of_kept: Any) -> Schema:
    return {"request": [not_empty, isp_id_of_kept]}


@validator_args
def noted(not_empty: Any, isp_text: Any) -> Schema:
    """A command that needs a reason."""
    return {**one(), "note": [not_empty, isp_text]}


def commented() -> Schema:
    """A command that may have a remark."""
    return {**one(), **texts("note")}


@validator_args
def consult(not_empty: Any, isp_text: Any) -> Schema:
    said = [not_empty, isp_text]
    return {**one(), "body": said, **texts("user"), "question": said}


@validator_args
def advise(not_empty: Any, isp_text: Any, isp_id_of_kept: Any) -> Schema:
    return {
        **one(),
        "consultation": [not_empty, isp_id_of_kept],
        "advice": [not_empty, isp_text],
    }


@validator_args
def agree(
    ignore_missing: Any,
    isp_day_to_come: Any,
    isp_texts: Any,
    boolean_validator: Any,
    isp_id_of_kept: Any,
) -> Schema:
    return {
        **one(),
        "checks": [ignore_missing, isp_texts],
        "safeguards": [ignore_missing, isp_texts],
        "files": [ignore_missing, isp_texts],
        "from": [ignore_missing, isp_day_to_come],
        "until": [ignore_missing, isp_day_to_come],
        "destroy_by": [ignore_missing, isp_day_to_come],
        "organization": [ignore_missing, boolean_validator],
        "bodies": [ignore_missing],
        "seen": [ignore_missing, isp_id_of_kept],
        **texts("treatment", "conditions", "reason"),
    }


@validator_args
def listed(ignore_missing: Any, one_of: Any) -> Schema:
    return {
        "of": [ignore_missing, one_of(list(OF))],
        **texts("state", "q", "dataset", "organization", "sort"),
        **page_of(SOME),
    }


@validator_args
def filter_kept(not_empty: Any, isp_text: Any) -> Schema:
    return {
        "name": [not_empty, isp_text],
        **texts("state", "q", "dataset", "organization", "sort"),
    }


@validator_args
def filter_dropped(not_empty: Any, isp_text: Any) -> Schema:
    return {"name": [not_empty, isp_text]}


@validator_args
def accept(not_missing: Any, boolean_validator: Any) -> Schema:
    return {**one(), "accept": [not_missing, boolean_validator]}


@validator_args
def longer(not_empty: Any, isp_day_to_come: Any) -> Schema:
    return {**noted(), "until": [not_empty, isp_day_to_come]}


@validator_args
def extend(not_empty: Any, isp_day_to_come: Any) -> Schema:
    return {**commented(), "until": [not_empty, isp_day_to_come]}


@validator_args
def report(not_empty: Any, isp_text: Any, one_of: Any, default: Any) -> Schema:
    return {
        **noted(),
        "to": [not_empty, isp_text],
        "receiver": [default(Onward.PUBLIC.slug), one_of(RECEIVERS)],
        "meant": [not_empty, one_of(["meant", "accident"])],
    }


@validator_args
def attest(not_empty: Any, one_of: Any, isp_day_past: Any) -> Schema:
    return {
        **one(),
        "method": [not_empty, one_of([method.value for method in Method])],
        "on": [not_empty, isp_day_past],
        **texts("copies", "note"),
    }


@validator_args
def stand_in(
    not_empty: Any,
    isp_text: Any,
    ignore_missing: Any,
    isp_day_to_come: Any,
    boolean_validator: Any,
) -> Schema:
    return {
        "organization": [not_empty, isp_text],
        "stands_in": [not_empty, isp_text],
        "deputy": [ignore_missing, boolean_validator],
        "from": [ignore_missing, isp_day_to_come],
        "until": [ignore_missing, isp_day_to_come],
    }


@validator_args
def one_organization(not_empty: Any, isp_text: Any) -> Schema:
    return {"organization": [not_empty, isp_text]}


@validator_args
def one_stand_in(not_empty: Any, isp_id_of_kept: Any) -> Schema:
    return {"stand_in": [not_empty, isp_id_of_kept]}
