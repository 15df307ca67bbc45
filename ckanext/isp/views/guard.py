"""What holds for every request: no forged posts, no shared copies, no refusal that crashes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.config.middleware.flask_app import csrf
from flask import Blueprint, Response, current_app, g, request
from flask_login import current_user
from werkzeug.exceptions import NotFound

from .. import doctor, jobs, notify, wording
from ..logic import sealing, unseen

guard = Blueprint("isp_guard", __name__)

STATIC = ("/webassets/", "/base/")
NO_STORE = "private, no-store"
OF_ONE_DATASET = ("/dataset/<id>", "/isp/requests/type-in/<id>")
# pages that are not found by what their action says
SAID_BY_ACTIONS = (".read", ".download", ".keep_first")


@guard.before_app_request
def serve_only_when_safe() -> Any:
    """A portal that would leak serves nothing; the log and doctor say why."""
    if request.path.startswith(STATIC) or not doctor.refuses():
        return None
    body = tk._("This portal is closed for now. Its administrator finds the reason in the log.")
    return Response(body, status=503, mimetype="text/plain", headers={"Cache-Control": NO_STORE})


@guard.before_app_request
def remind_each_day() -> None:
    """Somebody looks at the portal each day: the worker then reminds people of what is due, and
    tries again to send what waits."""
    if jobs.each_day():
        sealing.ask_tightened()
    jobs.each_minute()


@guard.before_app_request
def protect_from_forged_posts() -> None:
    """A browser session needs its token on every post, whatever other requests did before."""
    if g.get("login_via_auth_header") or not current_user.is_authenticated:
        return
    if request.method not in ("GET", "HEAD", "OPTIONS", "TRACE") and csrf is not None:
        csrf.protect()


@guard.before_app_request
def keep_out_of_shared_caches() -> None:
    """Answers to somebody, and answers that are data, are nobody else's."""
    if request.path.startswith(STATIC):
        return
    if _is_data() or current_user.is_authenticated:
        g.isp_no_store = request.environ["__no_cache__"] = True


@guard.before_app_request
def answer_as_if_there_were_none() -> Any:
    """What nobody is to know of has no pages."""
    named = (request.view_args or {}).get("id")
    if not named or not _of_one_dataset() or (request.endpoint or "").endswith(SAID_BY_ACTIONS):
        return None
    missing = unseen.or_missing({"user": current_user.name}, named)
    return tk.abort(404, wording.request.no_such_dataset()) if missing else None


@guard.after_app_request
def forbid_copies(response: Response) -> Response:
    """``no-store`` on everything that is not public, errors included."""
    if g.get("isp_no_store") or response.status_code in (401, 403, 404, 409):
        response.headers["Cache-Control"] = NO_STORE
        response.headers.add("Vary", "Authorization, Cookie")
        request.environ["__no_cache__"] = True
    return notify.flash(response)


@guard.after_app_request
def remember_the_language(response: Response) -> Response:
    """Mails come in the language in which their reader last used a page: see isp_unread."""
    known = g.pop("isp_glance", None)
    spoken = known and current_user.is_authenticated and response.status_code == 200
    if spoken and known.language != tk.h.lang():
        notify.remember_language(current_user.id, tk.h.lang())
    return response


@guard.app_errorhandler(tk.ValidationError)
def refusal(error: tk.ValidationError) -> Any:
    """A refusal that a page of CKAN does not expect still says what to do."""
    messages = [str(message) for message in error.error_summary.values()]
    page = tk.render("isp/refusal.html", extra_vars={"messages": messages})
    return page, 409


@guard.app_errorhandler(tk.NotAuthorized)
@guard.app_errorhandler(tk.ObjectNotFound)
def nothing_here(error: Exception) -> Any:
    """Where a page expects no refusal: what may not be seen is answered like what there is not."""
    return current_app.handle_user_exception(NotFound())


def _of_one_dataset() -> bool:
    """Whether a page is CKAN's of one dataset, whatever its type, or one of ours."""
    ours = (request.blueprint or "").startswith("isp")
    return "package_type" in (request.view_args or {}) or (
        ours and str(request.url_rule).startswith(OF_ONE_DATASET)
    )


def _is_data() -> bool:
    return request.path.startswith("/api/") or any(
        part in request.path for part in ("/download", "/dump/", "/proxy", "/file/", "/datatables/")
    )
