"""People are reminded of what is due: in time, once, and without a name in the mail (R15, R33)."""

from __future__ import annotations

import datetime as dt
import email
import logging
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan as ckan_command
from ckan.lib import mailer
from ckan.lib.redis import connect_to_redis
from conftest import Dataset
from test_protocols import activate, change, focal_point, load
from test_reviews import classified_then

from ckanext.isp import doctor, jobs

__all__ = ["activate", "change", "focal_point", "load"]

TODAY = dt.date.today()
TITLE = "Survivors of Tin-Azarif"
Sent = Callable[[], list[EmailMessage]]


def days(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


@pytest.fixture
def sent(mail_server: Any, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """The mails that left since it was asked last."""
    monkeypatch.setitem(tk.config, "smtp.server", "localhost")
    monkeypatch.setitem(tk.config, "smtp.mail_from", "portal@example.org")

    def read() -> list[EmailMessage]:
        found = mail_server.get_smtp_messages()
        mail_server.clear_smtp_messages()
        return [email.message_from_string(one[3], policy=default) for one in found]  # type: ignore[misc]

    return read


@pytest.fixture
def due(dataset: Dataset, editor: Any) -> Callable[..., dict[str, Any]]:
    """Makes a dataset for which the editor answered, to be looked at again on a day."""

    def make(review_on: dt.date, **told: Any) -> dict[str, Any]:
        made = dataset(sensitivity="severe", title=TITLE)
        classified_then(made["id"], "severe", review_on, **{"by": editor["id"], **told})
        return made

    return make


def body(of: EmailMessage, kind: str = "plain") -> str:
    part = of.get_body((kind,))
    assert part is not None
    return part.get_content()


def rows() -> list[Any]:
    model.Session.rollback()
    return list(model.Session.execute(sa.text("SELECT * FROM isp_reminder ORDER BY due")))


def test_one_mail_tells_of_all_datasets_of_a_person(due: Any, editor: Any, sent: Sent) -> None:
    due(days(-3))
    due(days(20))
    due(days(31))
    assert jobs.remind() == {"sent": 1, "failed": 0}
    (mail,) = sent()
    assert mail["Subject"] == "Datasets to look at again: 2"
    assert editor["email"] in mail["To"]
    assert "Overdue: 1. Due within 30 days: 1." in body(mail)
    assert body(mail).count("http") == body(mail, "html").count("http") == 1
    assert "/isp/reviews" in body(mail)


def test_no_title_and_no_name_of_a_dataset_is_in_a_mail(due: Any, sent: Sent) -> None:
    made = due(days(-3))
    jobs.remind()
    (mail,) = sent()
    said = f"{mail['Subject']} {body(mail)} {body(mail, 'html')}"
    assert not [word for word in (TITLE, made["name"], made["id"]) if word in said]


def test_nobody_is_told_twice(due: Any, sent: Sent) -> None:
    due(days(10))
    jobs.remind()
    assert len(sent()) == 1
    assert jobs.remind() == {"sent": 0, "failed": 0}
    assert sent() == []


@pytest.mark.parametrize(
    ("review_on", "day"),
    [
        (days(30), TODAY),
        (days(1), days(-29)),
        (TODAY, TODAY),
        (days(-29), days(-29)),
        (days(-30), TODAY),
        (days(-100), days(-10)),
    ],
)
def test_a_reminder_leaves_30_days_before_on_the_day_and_each_30_days_after(
    due: Any, sent: Sent, review_on: dt.date, day: dt.date
) -> None:
    due(review_on)
    jobs.remind()
    assert [row.due for row in rows()] == [day]


def test_whoever_may_no_longer_edit_is_not_told_and_an_administrator_is(
    due: Any, editor: Any, org_admin: Any, organization: Any, sysadmin: Any, sent: Sent
) -> None:
    due(days(-3))
    gone = {"id": organization["id"], "username": editor["name"]}
    tk.get_action("organization_member_delete")({"user": sysadmin["name"]}, gone)
    jobs.remind()
    (mail,) = sent()
    assert org_admin["email"] in mail["To"]


def test_a_classification_that_was_confirmed_reminds_nobody(
    due: Any, editor: Any, sent: Sent
) -> None:
    made = due(days(-3))
    tk.get_action("isp_review_confirm")({"user": editor["name"]}, {"ids": [made["id"]]})
    jobs.remind()
    assert sent() == []


def test_a_mail_that_cannot_be_sent_is_sent_by_the_next_run(
    due: Any, sent: Sent, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    due(days(-3))
    log = logging.getLogger("ckanext.isp.jobs")
    monkeypatch.setattr(log, "disabled", False)
    monkeypatch.setattr(log, "handlers", [caplog.handler])
    with monkeypatch.context() as broken:
        broken.setattr(mailer, "mail_recipient", _refuses)
        assert jobs.remind() == {"sent": 0, "failed": 1}
    assert "No reminder could be sent" in caplog.text
    assert jobs.remind() == {"sent": 1, "failed": 0}
    assert len(sent()) == 1


def test_a_run_that_stopped_half_way_is_listed_and_repeats_nothing(
    due: Any, sent: Sent, monkeypatch: pytest.MonkeyPatch, cli: Any
) -> None:
    due(days(-3))
    with monkeypatch.context() as broken:
        broken.setattr(mailer, "mail_recipient", _stops)
        with pytest.raises(KeyboardInterrupt):
            jobs.remind()
    assert jobs.remind() == {"sent": 0, "failed": 0}
    told = cli.invoke(ckan_command, ["isp", "remind", "--dry-run"]).output
    assert "perhaps sent" in told
    assert "0 to be sent, 1 taken by a run that did not end." in told


def test_contacts_and_focal_points_are_told_of_a_protocol_in_their_language(
    activate: Any, focal_point: Any, sent: Sent
) -> None:
    activate(
        languages=["fr", "en"],
        title={"fr": "PPI Afghanistan", "en": "Afghanistan ISP"},
        types={"water_points": {"name": {"en": "Water points"}}},
        contacts=[{"email": "contact@example.org"}, {"email": focal_point["email"].upper()}],
        in_force={"until": days(20).isoformat()},
    )
    assert jobs.remind() == {"sent": 2, "failed": 0}
    mails = {str(mail["To"]).strip("<>"): mail for mail in sent()}
    mine = next(mail for to, mail in mails.items() if focal_point["email"] in to)
    assert mine["Subject"].startswith("Renew Afghanistan ISP")
    assert "/protocol/afg" in body(mine)
    theirs = next(mail for to, mail in mails.items() if "contact@example.org" in to)
    assert "PPI Afghanistan" in theirs["Subject"]
    assert "/fr/protocol/afg" in body(theirs)
    jobs.remind()
    assert sent() == []


def test_an_overdue_protocol_is_said_on_the_page_and_by_doctor(
    activate: Any, editor: Any, app: Any
) -> None:
    activate(
        types={"water_points": {"name": "Water points"}},
        date="2020-05",
        reviews={"protocol": {"months": 12}},
    )
    found = [f.found for f in doctor.run() if f.check == "protocols"]
    assert "afg, 1 was to be reviewed by 2021-05-01" in found
    page = app.get("/isp/reviews", headers={"Authorization": editor["token"]})
    assert "Afghanistan ISP, 1 was to be reviewed by Saturday, May 1, 2021" in page.body


def test_visits_ask_the_worker_for_reminders_once_a_day(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_looked", 0.0)
    app.get("/about")
    monkeypatch.setattr(jobs, "_looked", 0.0)
    app.get("/about")
    waiting = tk.get_action("job_list")({"ignore_auth": True}, {})
    asked = [job["title"] for job in waiting if job["title"] and "remind" in job["title"]]
    assert len(asked) == 1
    assert 0 < connect_to_redis().ttl(jobs.DAY_KEY) <= jobs.DAY_SECONDS


def _refuses(*_arguments: Any, **_named: Any) -> None:
    raise mailer.MailerException("no route")


def _stops(*_arguments: Any, **_named: Any) -> None:
    raise KeyboardInterrupt
