"""Requests when somebody dies, or two are at it at once: a decision is taken once, or not at all.

Processes are real. Each is killed before every commit and every change of a file that it makes.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import makers
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests.helpers import CKANTestApp
from failing import Process, Served, Steps, deaths
from test_datasets import act
from test_files import Upload
from test_requests import (
    CRITERIA,
    TICKED,
    another_admin,
    asker,
    downloaded,
    granted,
    listed,
    sent,
    store,
)

from bench.reader import KEPT_BY_KERNEL, KERNEL_BYTES, STALLED, Reader
from ckanext.isp import jobs
from ckanext.isp.logic import opening
from ckanext.isp.model.requests import Grant, Request, RequestStep
from ckanext.isp.store import cipher

__all__ = ["asker", "listed", "store"]
AT_ONCE, DOWNLOADS, THREADS = 50, 20, 4
_STEPS = sa.select(sa.func.count()).select_from(RequestStep)


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    return Steps(tmp_path)


def whole(number: int) -> str:
    """That a request, its steps, its notices, its record and its grant tell the same: its state."""
    model.Session.rollback()
    request = model.Session.get(Request, number, populate_existing=True)
    assert request is not None
    last = model.Session.scalars(
        sa.select(RequestStep).where(RequestStep.request_id == number).order_by(RequestStep.id)
    ).all()
    assert not last or last[-1].state == request.state
    recorded = model.Session.scalar(
        sa.text("SELECT count(*) FROM isp_event WHERE details->'request' = to_jsonb(:n)"),
        {"n": number},
    )
    assert recorded == len(last)
    grant = model.Session.scalars(sa.select(Grant).where(Grant.request_id == number)).one_or_none()
    before = {"draft", "submitted", "returned", "declined"}
    assert (grant is None) == (request.state in before)
    if grant is not None:
        assert (grant.accepted_at is not None) or request.state in ("approved", "withdrawn")
        assert (grant.ended_at is None) == (request.state in ("approved", "granted"))
    return request.state


def _write(asker: Any, admin: Any, made: Any) -> int:
    number = act("isp_request_draft", asker, id=made["id"])["request"]
    of = {"organization": asker["organization"]["name"]}
    act("isp_request_write", asker, request=number, **CRITERIA, **of)
    return number


def _sent(asker: Any, admin: Any, made: Any) -> int:
    return sent(asker, made)["request"]


def _approved(asker: Any, admin: Any, made: Any) -> int:
    number = sent(asker, made)["request"]
    act("isp_request_agree", admin, request=number, **TICKED)
    return number


def _granted(asker: Any, admin: Any, made: Any) -> int:
    return granted(asker, admin, made)["request"]


def _over(asker: Any, admin: Any, made: Any) -> int:
    number = _granted(asker, admin, made)
    over = sa.text("UPDATE isp_grant SET ends_at = clock_timestamp() WHERE request_id = :n")
    model.Session.execute(over, {"n": number})
    model.Session.commit()
    return number


@pytest.mark.parametrize(
    ("prepared", "action", "said", "leads_to"),
    [
        (_write, "isp_request_submit", {}, "submitted"),
        (_sent, "isp_request_agree", TICKED, "approved"),
        (_sent, "isp_request_decline", {"note": "No"}, "declined"),
        (_approved, "isp_grant_accept", {"accept": True}, "granted"),
        (_granted, "isp_grant_revoke", {"note": "Over"}, "revoked"),
        (_over, "", {}, "expired"),
    ],
)
def test_whoever_dies_leaves_a_request_as_it_was_or_as_it_is_to_be(
    prepared: Callable[..., int],
    action: str,
    said: dict[str, Any],
    leads_to: str,
    asker: Any,
    org_admin: Any,
    listed: Any,
    steps: Steps,
) -> None:
    number = prepared(asker, org_admin, listed)
    before = whole(number)
    who = asker if action in ("isp_request_submit", "isp_grant_accept") else org_admin

    def work() -> None:
        if action:
            act(action, who, request=number, **said)
        else:
            jobs.tend()

    for _at in deaths(steps, lambda: _dies(work, steps, number, before, leads_to), least=1):
        assert whole(number) in (before, leads_to)
    assert whole(number) == leads_to


def _dies(work: Callable[[], None], steps: Steps, number: int, before: str, after: str) -> bool:
    """Whether it was killed; what had happened before it was is not done again."""
    if whole(number) == after != before:
        steps.arm(0)
        return False
    return Process(work, steps).ends()


def test_of_many_who_decide_at_once_one_does_and_the_others_are_told_who(
    asker: Any, org_admin: Any, organization: Any, listed: Any
) -> None:
    number = sent(asker, listed)["request"]
    deciders = [org_admin, *(another_admin(organization) for _n in range(9))]
    said: list[str] = []
    wait = threading.Barrier(AT_ONCE)

    def decide(n: int) -> None:
        user, agrees = deciders[n % len(deciders)], n % 2
        action = "isp_request_agree" if agrees else "isp_request_decline"
        more = TICKED if agrees else {"note": f"No, says {n}"}
        wait.wait()
        try:
            told = act(action, user, request=number, **more)
            said.append(told["state"])
        except tk.ValidationError as error:
            said.append(str(error.error_dict["request"]))
        finally:
            model.Session.remove()

    threads = [threading.Thread(target=decide, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    done = [word for word in said if word in ("approved", "declined")]
    assert len(said) == AT_ONCE
    assert len(done) == 1
    assert all("was quicker" in word for word in said if word not in done)
    assert whole(number) == done[0]


def test_a_right_that_ends_ends_its_holders_downloads_and_nobody_elses(
    asker: Any,
    org_admin: Any,
    editor: Any,
    dataset: Any,
    app: CKANTestApp,
    application: Any,
    steps: Steps,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As many of them as there are threads stall in the middle; all others wait for these."""
    monkeypatch.setattr(cipher, "SEGMENT", 16 * 1024)
    made, data = dataset(sensitivity="moderate"), os.urandom(1 << 20)
    file = act("isp_file_create", editor, id=made["id"], upload=Upload(data, "list.bin"))
    assert downloaded(app, asker, file).status_code == 403
    another = makers.person()
    another["organization"] = makers.organization(editor=another)
    granted(another, org_admin, made)
    number = granted(asker, org_admin, made)["request"]
    path = f"/isp/file/{file['id']}"
    stalled = [Reader(path, asker["token"], STALLED) for _n in range(THREADS)]
    waiting = [Reader(path, asker["token"]) for _n in range(THREADS)]
    others = [Reader(path, another["token"]) for _n in range(DOWNLOADS - 2 * THREADS)]
    served = Served(application, steps, threads=THREADS, kernel_bytes=KERNEL_BYTES)

    def revoke() -> None:
        act("isp_grant_revoke", org_admin, request=number, note="It was passed on.")

    try:
        asyncio.run(_all_at_once(served.port, stalled, [*others, *waiting], revoke))
    finally:
        served.end()
    assert {reader.digest for reader in others} == {hashlib.sha256(data).hexdigest()}
    assert {reader.status for reader in waiting} == {403}
    assert all(reader.status == 200 and not reader.whole for reader in stalled)
    assert max(reader.later for reader in stalled) <= cipher.SEGMENT + KEPT_BY_KERNEL


async def _all_at_once(
    port: int, stalled: list[Reader], others: list[Reader], act: Callable[[], None]
) -> None:
    for reader in (*stalled, *others):
        await reader.connect(port)
    first = [asyncio.create_task(reader.run()) for reader in stalled]
    while not all(reader.read for reader in stalled):
        await asyncio.sleep(0.01)
    rest = [asyncio.create_task(reader.run()) for reader in others]
    await asyncio.sleep(opening.LOOK_AGAIN_SECONDS)
    act()
    for reader in stalled:
        reader.note()
        reader.goes_on.set()
    await asyncio.gather(*first, *rest)
