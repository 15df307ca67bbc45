"""People are told once, in their language, in the portal and by mail; what does not leave is seen.

The mail server is real: it refuses, is away, drops the line, and processes die on the way to it.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import makers
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan as ckan_command
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories
from conftest import Dataset
from failing import Process, Steps
from postman import Postman, until
from sqlalchemy.orm import Session

from ckanext.isp import doctor, gate, jobs, post
from ckanext.isp.model.requests import Grant, Request
from ckanext.isp.policy.notice import Need, Notice, Post
from ckanext.isp.services import letters, notices
from ckanext.isp.wording.reminder import day as words_of

TITLE = "Survivors of Tin-Azarif"
TO_KNOW = [kind for kind in Notice if kind.need is Need.KNOW]


@pytest.fixture
def postman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postman]:
    """The portal's mail server, at its place."""
    postman = Postman(tmp_path / "mails")
    monkeypatch.setitem(tk.config, "smtp.server", postman.address)
    monkeypatch.setitem(tk.config, "smtp.mail_from", "portal@example.org")
    postman.comes()
    yield postman
    postman.goes()


@pytest.fixture
def reader() -> dict[str, Any]:
    return makers.person(fullname="Ann Reader")


Tell = Callable[..., None]


@pytest.fixture
def tell(reader: dict[str, Any]) -> Tell:
    """Tells the reader something, and commits it."""

    def add(kind: Notice = Notice.REQUEST_SUBMITTED, *, to: Any = None, **about: Any) -> None:
        package_id = about.pop("package_id", None)
        told = {"request": 7, **about}
        notices.add(model.Session, kind, [(to or reader)["id"]], package_id, **told)
        model.Session.commit()

    return add


def rows() -> list[Any]:
    model.Session.rollback()
    return list(model.Session.execute(sa.text("SELECT * FROM isp_notice ORDER BY id")))


def states() -> list[str]:
    return [row.mail for row in rows()]


def later(moment: str = "1 day") -> None:
    """As if everything had been written, and tried, so much earlier."""
    model.Session.execute(
        sa.text(
            "UPDATE isp_notice SET made_at = made_at - cast(:ago AS interval), "
            "next_try_at = next_try_at - cast(:ago AS interval), "
            "tried_at = tried_at - cast(:ago AS interval)"
        ),
        {"ago": moment},
    )
    model.Session.commit()


def act(action: str, user: Any, **data: Any) -> Any:
    return tk.get_action(action)({"user": user["name"]}, data)


def body(of: EmailMessage, kind: str = "plain") -> str:
    part = of.get_body((kind,))
    assert part is not None
    return part.get_content()


def whole(of: EmailMessage) -> str:
    return f"{of['Subject']} {body(of)} {body(of, 'html')}"


def on_request(of: dict[str, Any]) -> dict[str, Any]:
    """A dataset that everybody finds."""
    flag = '{"is_requestdata_type": "true"}'
    found = sa.text(
        "UPDATE package SET private = false, extras = extras || cast(:flag AS jsonb) WHERE id = :id"
    )
    model.Session.execute(found, {"flag": flag, "id": of["id"]})
    model.Session.commit()
    return of


def said_by_doctor() -> list[tuple[str, str]]:
    return [(one.state.value, one.found) for one in doctor.run() if one.check == "mails"]


# written with what happened


def test_what_is_taken_back_was_told_to_nobody(reader: Any, postman: Postman) -> None:
    notices.add(model.Session, Notice.REQUEST_SUBMITTED, [reader["id"]], request=7)
    model.Session.rollback()
    assert rows() == []
    assert post.deliver() == {}


def test_each_is_told_once_and_who_is_no_active_user_not_at_all(reader: Any, sysadmin: Any) -> None:
    gone = factories.User(state="deleted")
    people = [reader["id"], sysadmin["id"], reader["id"], gone["id"], "nobody"]
    assert notices.add(model.Session, Notice.GRANT_BEGUN, people) == 2
    model.Session.commit()
    assert {row.user_id for row in rows()} == {reader["id"], sysadmin["id"]}


def test_a_notice_is_not_kept_with_words_or_without_its_request(reader: Any) -> None:
    for about in ({}, {"request": 7, "title": TITLE}, {"request": "7"}):
        with pytest.raises(ValueError, match="request_submitted"):
            notices.add(model.Session, Notice.REQUEST_SUBMITTED, [reader["id"]], **about)
    assert rows() == []


# each mail once


def test_a_mail_says_what_is_needed_with_one_link(tell: Tell, reader: Any, postman: Any) -> None:
    tell()
    assert post.deliver() == {"sent": 1}
    (mail,) = postman.mails
    assert mail["Subject"] == "A request for data waits for you"
    assert reader["email"] in mail["To"]
    assert body(mail).count("http") == body(mail, "html").count("http") == 1
    assert "http://test.ckan.net/isp/request/7" in body(mail)
    (row,) = rows()
    assert (row.mail, row.attempts, row.last_error) == ("sent", 1, None)
    assert row.sent_at
    assert post.deliver() == {}


def test_two_workers_at_once_send_each_mail_once(tell: Tell, postman: Postman) -> None:
    for number in range(1, 25):
        tell(request=number)
    workers = [Process(post.deliver) for _ in range(2)]
    for worker in workers:
        assert not worker.ends()
    links = sorted(body(mail).split("request/")[1].split()[0] for mail in postman.mails)
    assert links == sorted(str(number) for number in range(1, 25))
    assert set(states()) == {"sent"}


def test_the_mail_of_the_day_is_sent_once_by_two_workers(
    tell: Tell, reader: Any, postman: Postman
) -> None:
    act("isp_notice_settings", reader, mails="daily")
    for _ in range(6):
        tell(Notice.GRANT_BEGUN)
    later("2 days")
    workers = [Process(post.deliver) for _ in range(2)]
    for worker in workers:
        assert not worker.ends()
    assert [mail["Subject"] for mail in postman.mails] == ["Notices of the day: 6"]


def test_while_one_takes_the_mail_of_the_day_another_takes_no_part_of_it(
    tell: Tell, reader: Any
) -> None:
    act("isp_notice_settings", reader, mails="daily")
    for _ in range(2):
        tell(Notice.GRANT_BEGUN)
    later("2 days")
    with Session(model.meta.engine) as one:
        first = {"id": rows()[0].id}
        one.execute(sa.text("SELECT FROM isp_notice WHERE id = :id FOR UPDATE"), first)
        model.Session.execute(sa.text("SET LOCAL lock_timeout = '2s'"))
        assert letters.claim(model.Session) is None
    taken = letters.claim(model.Session)
    assert taken
    assert len(taken.notices) == 2


def test_a_server_that_is_away_gets_the_mails_once_it_is_back(tell: Tell, postman: Postman) -> None:
    postman.goes()
    tell()
    tell(request=8)
    assert post.deliver() == {"waiting": 1}
    tried, untried = rows()
    assert (tried.mail, tried.attempts) == ("waiting", 1)
    assert "could not be connected to" in tried.last_error
    assert 55 < (tried.next_try_at - tried.tried_at).total_seconds() < 65
    # the others would fare no better
    assert (untried.mail, untried.attempts) == ("waiting", 0)
    postman.comes()
    assert post.deliver() == {"sent": 1}
    later("1 minute")
    assert post.deliver() == {"sent": 1}
    assert len(postman.mails) == 2


def test_a_mail_that_cannot_be_worded_keeps_no_other_from_leaving(
    tell: Tell, postman: Postman
) -> None:
    tell()
    model.Session.execute(sa.text("UPDATE isp_notice SET about = '{}'"))
    tell(request=8)
    assert post.deliver() == {"waiting": 1, "sent": 1}
    assert "KeyError" in rows()[0].last_error


def test_a_portal_without_a_mail_server_tries_one_mail_at_a_time(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "smtp.server", "")
    tell()
    tell(request=8)
    assert post.deliver() == {"waiting": 1}
    assert "smtp.server is not set" in rows()[0].last_error


def test_a_mail_that_nobody_takes_is_given_up_after_ten_tries(
    tell: Tell, postman: Postman, cli: Any
) -> None:
    postman.refuses = "450 Try again later"
    tell()
    for number in range(1, 11):
        assert list(post.deliver()) == ["waiting"], number
        assert post.deliver() == {}
        later("1 day")
    assert states() == ["failed"]
    assert rows()[0].attempts == 10
    assert said_by_doctor() == [("warn", "0 wait for over an hour, 1 given up, 0 perhaps sent")]
    postman.refuses = None
    told = cli.invoke(ckan_command, ["isp", "notice", "retry", "--all"])
    assert "1 to be sent again.\nMails: 1 sent." in told.output, told.output
    assert len(postman.mails) == 1


def test_an_address_that_there_is_not_is_given_up_at_once_and_others_are_told(
    tell: Tell, sysadmin: Any, postman: Postman
) -> None:
    postman.refuses = "550 No such user"
    tell()
    tell(to=sysadmin)
    assert post.deliver() == {"failed": 2}
    assert "550" in rows()[0].last_error
    assert postman.tried == 2


@pytest.mark.parametrize(
    ("answer", "state"), [("554 We take no such mail", "failed"), ("451 Later", "waiting")]
)
def test_a_mail_that_is_not_taken_after_its_text_is_not_sent(
    tell: Tell, postman: Postman, answer: str, state: str
) -> None:
    postman.rejects = answer
    tell()
    assert post.deliver() == {"failed" if state == "failed" else "waiting": 1}
    assert states() == [state]


@pytest.mark.parametrize(
    ("when", "state", "taken"),
    [
        ("at the address", "waiting", 0),
        ("before it takes it", "unsure", 0),
        ("before it says that it took it", "unsure", 1),
        ("after it took it", "sent", 1),
    ],
)
def test_of_a_line_that_breaks_a_mail_is_sent_again_only_where_it_was_not_handed_over(
    tell: Tell, postman: Postman, when: str, state: str, taken: int
) -> None:
    postman.drops = when
    tell()
    assert post.deliver() == {state: 1}
    assert states() == [state]
    assert len(postman.mails) == taken
    postman.drops = None
    later("1 hour")
    post.deliver()
    assert len(postman.mails) == (taken if state != "waiting" else 1)


def test_a_process_that_dies_before_it_takes_a_mail_has_sent_nothing(
    tell: Tell, postman: Postman, tmp_path: Path
) -> None:
    tell()
    steps = Steps(tmp_path / "none")
    steps.arm(1)
    assert Process(post.deliver, steps).ends()
    assert (states(), postman.tried) == (["waiting"], 0)
    assert post.deliver() == {"sent": 1}


def test_a_process_that_dies_before_the_server_took_a_mail_leaves_it_listed(
    tell: Tell, postman: Postman, cli: Any
) -> None:
    postman.hangs = True
    tell()
    dying = Process(post.deliver)
    until(lambda: postman.tried == 1)
    os.kill(dying.pid, signal.SIGKILL)
    assert dying.ends()
    postman.hangs = False
    _is_listed_and_sent_by_hand(postman, cli, before=0)


def test_a_process_that_dies_after_the_server_took_a_mail_does_not_send_it_twice(
    tell: Tell, postman: Postman, tmp_path: Path, cli: Any
) -> None:
    tell()
    steps = Steps(tmp_path / "none")
    steps.arm(2)
    assert Process(post.deliver, steps).ends()
    assert len(postman.mails) == 1
    _is_listed_and_sent_by_hand(postman, cli, before=1)
    first, second = postman.mails
    assert first["Message-ID"] == second["Message-ID"]


def _is_listed_and_sent_by_hand(postman: Postman, cli: Any, before: int) -> None:
    assert states() == ["leaving"]
    later("1 day")
    assert post.deliver() == {}
    assert len(postman.mails) == before
    listed = cli.invoke(ckan_command, ["isp", "notice", "list", "--stuck"])
    assert listed.exit_code == 1
    assert "unsure  request_submitted" in listed.output
    assert "0 wait for over an hour, 0 given up, 1 perhaps sent." in listed.output
    everything = cli.invoke(ckan_command, ["isp", "notice", "retry", "--all"])
    assert "0 to be sent again." in everything.output
    number = str(rows()[0].id)
    assert "1 sent" in cli.invoke(ckan_command, ["isp", "notice", "retry", number]).output
    assert len(postman.mails) == before + 1


def test_what_waits_is_seen(tell: Tell, postman: Postman, cli: Any) -> None:
    tell()
    assert cli.invoke(ckan_command, ["isp", "notice", "list", "--stuck"]).exit_code == 0
    assert said_by_doctor() == [("ok", "0 wait for over an hour, 0 given up, 0 perhaps sent")]
    later("2 hours")
    assert said_by_doctor()[0] == ("warn", "1 wait for over an hour, 0 given up, 0 perhaps sent")
    assert "1 wait" in cli.invoke(ckan_command, ["isp", "notice", "list", "--stuck"]).output
    assert cli.invoke(ckan_command, ["isp", "notice", "send"]).output == "Mails: 1 sent.\n"


def test_doctor_says_that_nothing_can_be_mailed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "smtp.mail_from", "")
    assert said_by_doctor()[0] == ("warn", "nothing can be mailed")


def test_somebody_without_an_address_reads_it_in_the_portal(tell: Tell, postman: Any) -> None:
    nobody = factories.User()
    model.Session.execute(sa.text('UPDATE "user" SET email = NULL WHERE id = :id'), nobody)
    tell(to=nobody)
    assert states() == ["none"]
    assert act("isp_notice_list", nobody)["unread"] == 1


def test_who_was_deleted_meanwhile_is_not_written_to(
    tell: Tell, reader: Any, sysadmin: Any, postman: Postman
) -> None:
    tell()
    act("user_delete", sysadmin, id=reader["id"])
    assert post.deliver() == {"none": 1}
    assert postman.mails == []


# the worker


def waiting() -> list[str]:
    jobs_waiting = tk.get_action("job_list")({"ignore_auth": True}, {})
    return [job["title"] for job in jobs_waiting if "mails" in (job["title"] or "")]


def test_the_worker_is_woken_once_for_what_is_due(tell: Tell, postman: Postman) -> None:
    jobs.wake()
    assert waiting() == []
    tell()
    jobs.wake()
    jobs.wake()
    assert len(waiting()) == 1
    post.deliver()
    tell(request=8)
    jobs.wake()
    assert len(waiting()) == 2


def test_visits_have_the_worker_try_again(
    tell: Tell, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell()
    monkeypatch.setattr(jobs, "_looked_for_mails", 0.0)
    app.get("/about")
    app.get("/about")
    assert len(waiting()) == 1
    assert 0 < connect_to_redis().ttl(post.ASKED_KEY) <= post.ASKED_SECONDS


def test_old_notices_are_erased_but_for_those_whose_mail_is_still_to_leave(
    tell: Tell, postman: Postman
) -> None:
    tell(request=1)
    post.deliver()
    tell(request=2)
    old = "UPDATE isp_notice SET made_at = made_at - interval '731 days'"
    with model.meta.engine.begin() as connection:
        connection.exec_driver_sql(old)
    tell(request=3)
    jobs.forget_older()
    kept = model.Session.scalars(sa.text("SELECT about->>'request' FROM isp_notice ORDER BY id"))
    assert list(kept) == ["2", "3"]


# what a mail may say


def test_no_title_of_high_or_severe_data_is_in_any_mail(
    dataset: Dataset, organization: Any, tell: Tell, postman: Postman
) -> None:
    made = {level: dataset(sensitivity=level, title=TITLE) for level in ("high", "severe")}
    made["none"] = dataset(title=TITLE)
    made["found"] = on_request(dataset(sensitivity="high", title=TITLE))
    for kind in Notice:
        before = len(postman.mails)
        for of in made.values():
            tell(kind, package_id=of["id"])
        assert post.deliver() == {"sent": 4}
        high, severe, none, found = (whole(mail) for mail in postman.mails[before:])
        for of, said in zip(made.values(), (high, severe, none, found), strict=True):
            assert not [word for word in (TITLE, of["name"], of["id"]) if word in said], kind
        assert organization["title"] in high
        assert organization["title"] in found
        assert organization["title"] not in severe + none


@pytest.mark.parametrize("level", ["low", "moderate"])
def test_the_title_of_what_everybody_may_read_is_in_the_mail(
    level: str, dataset: Dataset, tell: Tell, postman: Postman
) -> None:
    tell(package_id=dataset(sensitivity=level, title="Fish & <wells>\nin Sahelia")["id"])
    tell(package_id=dataset(sensitivity=level, title=TITLE, private=True)["id"])
    post.deliver()
    told, closed = postman.mails
    assert "Dataset: “Fish & <wells> in Sahelia”." in body(told)
    assert "“Fish &amp; &lt;wells&gt; in Sahelia”" in body(told, "html")
    assert TITLE not in whole(closed)


def test_a_dataset_is_named_as_it_is_when_the_mail_leaves(
    dataset: Dataset, editor: Any, tell: Tell, postman: Postman
) -> None:
    made = dataset(sensitivity="low", title=TITLE)
    tell(package_id=made["id"])
    act("package_patch", editor, id=made["id"], sensitivity="severe")
    post.deliver()
    assert TITLE not in whole(postman.mails[0])


def test_what_is_gone_has_no_name(tell: Tell, postman: Postman) -> None:
    tell(package_id="gone")
    post.deliver()
    assert "told on the portal only" in body(postman.mails[0])


def test_a_mail_names_nobody_but_its_reader(
    dataset: Dataset, editor: Any, tell: Tell, postman: Postman
) -> None:
    made = dataset(sensitivity="severe", title=TITLE)
    for kind in Notice:
        tell(kind, package_id=made["id"], grant=3)
    post.deliver()
    said = " ".join(whole(mail) for mail in postman.mails)
    names = (editor["name"], editor["fullname"], editor["email"], editor["id"])
    assert not [name for name in names if name in said]
    assert "Ann Reader" in said


def held(reader: dict[str, Any], made: dict[str, Any], state: str = "granted") -> int:
    """The number of a request of the reader, whose grant ends in a week."""
    week = gate.today() + dt.timedelta(days=7)
    about = {"package_id": made["id"], "level": "moderate"}
    request = Request(requester=reader["id"], origin="portal", state=state, round=1, **about)
    model.Session.add(request)
    model.Session.flush()
    ends = dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=7)
    days = {"until": week, "ends_at": ends, "destroy_by": week}
    grant = Grant(request_id=request.id, user_id=reader["id"], **about, **days)
    model.Session.add(grant)
    model.Session.commit()
    return request.id


def test_a_week_before_access_ends_its_holder_is_mailed_once(
    dataset: Dataset, reader: Any, postman: Postman
) -> None:
    held(reader, dataset(sensitivity="moderate", title="Wells", private=False))
    for _ in range(2):
        jobs.tell_of_days()
        post.deliver()
    (mail,) = postman.mails
    assert reader["email"] in mail["To"]
    assert mail["Subject"] == "Your access to data ends soon"
    assert words_of(gate.today() + dt.timedelta(days=7)) in body(mail)
    assert states() == ["sent"]


@pytest.mark.parametrize("kind", [Notice.REQUEST_APPROVED, Notice.REQUEST_SUBMITTED])
def test_what_was_done_meanwhile_asks_for_nothing_in_the_portal_or_by_mail(
    kind: Notice, dataset: Dataset, reader: Any, tell: Tell, postman: Postman
) -> None:
    tell(kind, request=held(reader, dataset(sensitivity="moderate"), "approved"))
    act("isp_request_withdraw", reader, request=rows()[0].about["request"])
    (told,) = act("isp_notice_list", reader)["notices"]
    assert (told["needs"], told["link"]) == ("know", "See the request")
    own = kind is Notice.REQUEST_APPROVED
    assert ('"Withdrawn" now' in told["lines"][0]) is own
    post.deliver()
    said = body(postman.mails[0])
    assert told["lines"][0] in said
    assert "terms" not in whole(postman.mails[0])


# the reader's language


def test_a_mail_is_in_the_language_in_which_its_reader_last_used_the_portal(
    tell: Tell, reader: Any, app: Any, postman: Postman
) -> None:
    tell()
    app.get("/fr/dataset/", headers={"Authorization": reader["token"]})
    post.deliver()
    app.get("/dataset/", headers={"Authorization": reader["token"]})
    tell()
    post.deliver()
    assert ["/fr/isp/" in body(mail) for mail in postman.mails] == [True, False]
    assert act("isp_notice_settings", reader)["language"] == "en"


def test_who_has_not_been_there_is_written_to_in_the_language_of_the_portal(
    tell: Tell, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckan.locale_default", "fr")
    tell(Notice.GRANT_ENDING)
    post.deliver()
    assert "http://test.ckan.net/isp/access" in body(postman.mails[0])


def test_the_language_is_written_only_when_it_changes(reader: Any, app: Any) -> None:
    written = []

    def look(*told: Any) -> None:
        written.extend([told[2]] if "isp_reader" in told[2] and "INSERT" in told[2] else [])

    sa.event.listen(sa.Engine, "before_cursor_execute", look)
    try:
        for path in ("/dataset/", "/about", "/fr/about", "/fr/dataset/"):
            app.get(path, headers={"Authorization": reader["token"]})
        app.get("/about")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", look)
    assert len(written) == 2


# how somebody wants to be told


def test_who_wants_one_mail_a_day_gets_one_and_what_they_have_to_do_at_once(
    tell: Tell, reader: Any, postman: Postman
) -> None:
    act("isp_notice_settings", reader, mails="daily")
    for kind in (Notice.GRANT_BEGUN, Notice.REQUEST_SUBMITTED, Notice.GRANT_ENDED):
        tell(kind)
    tell(Notice.REQUEST_DECLINED)
    act("isp_notice_read", reader, id=rows()[-1].id)
    assert post.deliver() == {"sent": 1}
    assert postman.mails[0]["Subject"] == "A request for data waits for you"
    assert all(row.next_try_at.hour == 6 for row in rows() if row.daily)
    later("1 day")
    assert post.deliver() == {"sent": 1}
    mail = postman.mails[1]
    assert mail["Subject"] == "Notices of the day: 2"
    assert "– Your access to data has begun" in body(mail)
    assert "– Your access to data has ended" in body(mail)
    assert body(mail).count("http") == 1
    assert "/isp/notices" in body(mail)
    assert states() == ["sent", "sent", "sent", "none"]


def test_who_wants_no_mail_gets_only_what_they_have_to_do(tell: Tell, reader: Any) -> None:
    act("isp_notice_settings", reader, mails="never")
    for kind in Notice:
        tell(kind)
    asked = ["waiting" if kind.need is Need.ACT else "none" for kind in Notice]
    assert states() == asked


def test_what_waits_follows_a_change_of_mind(tell: Tell, reader: Any, postman: Postman) -> None:
    act("isp_notice_settings", reader, mails="daily")
    tell(Notice.GRANT_BEGUN)
    tell(Notice.GRANT_ENDED)
    act("isp_notice_settings", reader, mails="at_once")
    assert post.deliver() == {"sent": 2}
    act("isp_notice_settings", reader, mails="daily")
    tell(Notice.GRANT_BEGUN)
    tell(Notice.REQUEST_SUBMITTED)
    act("isp_notice_settings", reader, mails="never")
    assert states() == ["sent", "sent", "none", "waiting"]


# in the portal


def test_everybody_reads_their_own_newest_first(
    tell: Tell, reader: Any, sysadmin: Any, dataset: Dataset, editor: Any
) -> None:
    closed = dataset(sensitivity="severe", title=TITLE)
    tell(Notice.GRANT_BEGUN)
    tell(package_id=closed["id"])
    tell(to=editor, package_id=closed["id"])
    told = act("isp_notice_list", reader)
    assert [one["kind"] for one in told["notices"]] == ["request_submitted", "grant_begun"]
    first = told["notices"][0]
    assert (first["needs"], first["path"]) == ("act", "/isp/request/7")
    assert first["dataset"] == {"id": closed["id"], "title": None}
    assert "stuck" not in told
    assert act("isp_notice_list", editor)["notices"][0]["dataset"]["title"] == TITLE
    assert act("isp_notice_list", sysadmin)["notices"] == []
    assert act("isp_notice_list", sysadmin)["stuck"] == {"late": 0, "unsure": 0, "failed": 0}
    with pytest.raises(tk.NotAuthorized):
        act("isp_notice_list", {"name": ""})


def test_a_list_has_25_of_them(tell: Tell, reader: Any) -> None:
    for _ in range(26):
        tell()
    told = act("isp_notice_list", reader)
    assert (len(told["notices"]), told["more"], told["unread"]) == (25, True, 26)
    assert len(act("isp_notice_list", reader, offset=25)["notices"]) == 1


def test_a_notice_is_read_by_its_reader_alone(tell: Tell, reader: Any, sysadmin: Any) -> None:
    tell()
    tell(request=8)
    tell(request=8)
    first = rows()[0].id
    with pytest.raises(tk.ObjectNotFound):
        act("isp_notice_read", sysadmin, id=first)
    assert act("isp_notice_read", reader, id=first) == {"read": 1, "path": "/isp/request/7"}
    assert act("isp_notice_read", reader, id=first)["read"] == 0
    assert act("isp_notice_read", reader, request=8) == {"read": 2}
    tell()
    assert act("isp_notice_read", sysadmin) == {"read": 0}
    assert act("isp_notice_read", reader) == {"read": 1}


def test_a_page_counts_what_is_unread_in_one_query(tell: Tell, reader: Any, app: Any) -> None:
    asked = []

    def look(*told: Any) -> None:
        asked.extend([told[2]] if "isp_notice" in told[2] else [])

    sign = {"Authorization": reader["token"]}
    assert "Notices, " not in app.get("/about", headers=sign).body
    for _ in range(101):
        tell()
    sa.event.listen(sa.Engine, "before_cursor_execute", look)
    try:
        page = app.get("/about", headers=sign)
        app.get("/api/3/action/status_show", headers=sign)
        app.get("/about")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", look)
    assert "Notices, 99+ unread" in page.body
    assert len(asked) == 1


def test_opening_a_notice_leads_to_what_it_is_about(tell: Tell, reader: Any, app: Any) -> None:
    tell()
    sign = {"Authorization": reader["token"]}
    address = f"/isp/notices/{rows()[0].id}"
    opened = app.get(address, headers=sign, follow_redirects=False)
    assert opened.headers["Location"].endswith("/isp/request/7")
    assert rows()[0].read_at
    assert app.get(address, follow_redirects=False).status_code == 404
    assert app.get(f"/isp/notices/{10**20}", headers=sign).status_code == 404
    other = factories.UserWithToken()
    assert app.get(address, headers={"Authorization": other["token"]}).status_code == 404


def test_administrators_see_that_mails_do_not_leave(
    tell: Tell, reader: Any, sysadmin: Any, app: Any
) -> None:
    tell()
    later("2 hours")
    seen = app.get("/isp/notices", headers={"Authorization": sysadmin["token"]})
    assert "1 wait for longer than an hour" in seen.body
    theirs = app.get("/isp/notices", headers={"Authorization": reader["token"]})
    assert "longer than an hour" not in theirs.body


def test_every_state_of_a_mail_is_kept_by_the_database(tell: Tell) -> None:
    tell()
    for state in Post:
        model.Session.execute(sa.text("UPDATE isp_notice SET mail = :mail"), {"mail": state.value})
    model.Session.commit()
    assert len(rows()) == 1
