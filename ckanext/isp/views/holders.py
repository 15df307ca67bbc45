"""Who holds the data of a dataset, and requests for it that came by another way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

from .. import wording
from ..policy.criteria import ASKED, Field
from ..policy.scale import Level, Onward
from .asking import ask, form, messages
from .queue import csv

holders = Blueprint("isp_holder", __name__)

KINDS = ("now", "before", "downloads")
ORIGIN = ("requester", "requester_words", "received_on", "received_by")


@holders.get("/dataset/<id>/holders")
def held(id: str) -> str:
    """Who holds the data now, who ever did, and who downloaded what."""
    told = ask("isp_grant_list", id=id)
    package = ask("package_show", id=id)
    return tk.render("isp/request/holders.html", extra_vars={"pkg_dict": package, "told": told})


@holders.get("/dataset/<id>/holders.csv")
def table(id: str) -> Any:
    """The same as a table."""
    told = ask("isp_grant_list", id=id)
    return csv("holders.csv", _lines(told))


class TypeIn(MethodView):
    """Put a request on record that came by letter or in a meeting (R81)."""

    def get(self, id: str, data: Any = None, errors: Any = None) -> Any:
        if not tk.h.isp_can("isp_request_type_in", id):
            return tk.abort(404)
        package = ask("package_show", id=id)
        formal = package.get("sensitivity") == Level.SEVERE.slug
        needed = {field.value for field in ASKED} | ({Field.AGREEMENT.value} if formal else set())
        labels = wording.reviewing.type_in_labels()
        plain = [f for f in Field if f is not Field.FILES]
        return tk.render(
            "isp/request/type_in.html",
            extra_vars={
                "pkg_dict": package,
                "data": data or {},
                "errors": errors or {},
                "formal": formal,
                "needed": needed,
                "fields": [(f.value, wording.reviewing.asked(f)) for f in plain],
                "labels": labels,
                "anchors": {name: f"field-{name}" for name in labels},
                "files": ask("isp_file_list", id=package["id"])["files"],
                "onward": [(one.slug, wording.asking.onward(one)) for one in Onward],
            },
        )

    def post(self, id: str) -> Any:
        names = (*ORIGIN, *(f.value for f in Field if f is not Field.FILES))
        data: dict[str, Any] = {k: v.strip() for k, v in form(*names).items()}
        data["files"] = tk.request.form.getlist("files")
        sent = {key: value for key, value in data.items() if value}
        try:
            told = tk.get_action("isp_request_type_in")({}, {"id": id, **sent})
        except tk.ValidationError as error:
            return self.get(id, data, messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        tk.h.flash_success(wording.reviewing.typed_in())
        return tk.redirect_to(tk.h.isp_request_url(told["request"]))


def _lines(told: dict[str, Any]) -> Iterator[list[str]]:
    columns = wording.reviewing.holder_columns()
    yield list(columns.values())
    for kind in KINDS:
        for row in told[kind]:
            flat = _download(row) if kind == "downloads" else _grant(row)
            flat["kind"] = wording.reviewing.holder_kind(kind)
            yield [str(flat.get(name) or "") for name in columns]


def _grant(row: dict[str, Any]) -> dict[str, Any]:
    named = row["names"]
    return {
        "who": row["user"],
        "organization": row["organization"],
        "files": tk._("all") if named is None else "; ".join(named),
        "state": row["state_words"],
        "from": row["accepted_at"] and max(row["accepted_at"], row["from"] or ""),
        "until": row["ended_at"] or row["until"],
        "destroy_by": row["destroy_by"],
        "attested": wording.reviewing.yes_or_no(row["attested"]),
        "request": row["request"],
    }


def _download(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "who": row["user"],
        "files": row["name"] or row["file"],
        "right": row["right_words"],
        "from": row["first"],
        "until": row["last"],
        "times": row["times"],
    }


holders.add_url_rule("/isp/requests/type-in/<id>", view_func=TypeIn.as_view("type_in"))
