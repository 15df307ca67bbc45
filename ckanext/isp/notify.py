"""Carrying notices from where they arise to where they are read: a page, an answer, a mail."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import helpers, i18n, mailer
from ckan.types import Context
from flask import Response, current_app, g, has_app_context, has_request_context, request
from jinja2.utils import urlize
from sqlalchemy.exc import SQLAlchemyError

from .services import notices as kept
from .wording.reminder import Mail

log = logging.getLogger(__name__)

NOTICES = "isp_notices"


def collect(context: Context) -> list[dict[str, str]]:
    """A list that notices of actions called with this context are added to."""
    notices: list[dict[str, str]] = []
    context[NOTICES] = notices
    return notices


def tell(context: Context, notices: list[dict[str, str]]) -> None:
    """Keep notices for the answer, and for the page that a browser sees next."""
    waiting: Any = context.get(NOTICES)
    if waiting is not None:
        waiting.extend(notices)
    if notices and has_request_context():
        g.isp_notices = [*g.get("isp_notices", ()), *notices]


def flash(response: Response) -> Response:
    """Show on the next page what the saves of this request were told."""
    if not request.path.startswith("/api/"):
        for notice in g.pop("isp_notices", ()):
            tk.h.flash_notice(urlize(notice["message"]), allow_html=True)
    return response


@contextlib.contextmanager
def speaking(wanted: str | None) -> Iterator[None]:
    """Words in a reader's language, where nobody reads a page.

    :param wanted: None for the portal's own
    """
    default = tk.config.get("ckan.locale_default") or "en"
    spoken = wanted if wanted and wanted in i18n.get_locales_from_config() else default
    app = _app()
    if app is None:
        yield
        return
    said = {"CKAN_LANG": spoken, "CKAN_LANG_IS_DEFAULT": spoken == default}
    with app.test_request_context(environ_overrides=said):
        yield


def remember_language(user_id: str, language: str) -> None:
    """Keep the language in which somebody last used the portal.

    Over a connection of its own: what a page has left undone stays undone.
    """
    try:
        with model.meta.engine.begin() as connection:
            kept.speaks(connection, user_id, language)
    except SQLAlchemyError:
        # their mails come in another language; that must not keep them from the page
        log.exception("The language of a reader could not be kept")


def mail(address: str, name: str, told: Mail, headers: Mapping[str, str] | None = None) -> None:
    """Send a mail, as plain text and as HTML.

    :raises MailerException: where it could not be sent
    """
    for needed in ("smtp.server", "smtp.mail_from"):
        if not tk.config.get(needed):
            raise mailer.MailerException(f"{needed} is not set")
    link = tk.h.url_for(told.path, qualified=True)
    about = {"mail": told, "link": link, "name": name, "site": tk.config.get("ckan.site_title")}
    text = tk.render("isp/mail.txt", about)
    html = tk.render("isp/mail.html", about)
    mailer.mail_recipient(name, address, told.subject, text, html, dict(headers or {}))


def _app() -> Any:
    if has_app_context():
        return current_app
    context = helpers._get_auto_flask_context()
    return context.app if context else None
