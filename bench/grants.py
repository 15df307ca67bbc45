"""python -m bench.grants [SIZE] [REPETITIONS]: what searching costs somebody who holds grants.

Two portals, one of them with the plugin, get the same catalogue of SIZE datasets (50,000); in the
other ten thousand people asked, and three of them hold grants of 50, 1,000 and 5,000 datasets that
are for members. Prints each search beside CKAN alone, and for a reviewer their list, each page of
their queue and its table: how long it takes, and how many queries.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from bench import figures, fill, load, portals
from bench.load import Case
from bench.portals import BODY_HEADER, HEADER, Portal, beside
from ckanext.isp.services import labels

ORGANIZATION_ID = "(SELECT id FROM \"group\" WHERE name = 'bench-organization')"
EDITOR_ID = "(SELECT id FROM \"user\" WHERE name = 'bench-editor')"

SIZE, INDEXED, REPETITIONS = 50_000, 1_000, 100
# what the index makes itself
LEFT_OUT = {"_version_", "index_id", "indexed_ts", "text", "title_string", "urls"}
ROWS = tuple(
    statement.replace(":organization", ORGANIZATION_ID).replace(":editor", EDITOR_ID)
    for statement in (fill.PACKAGES, fill.RESOURCES)
)
HOLDERS = {50: 1.05, 1_000: 2.0, 5_000: None}
REQUESTS = 10_000
REVIEWER = "bench-reviewer"
GRANTS = """
    WITH r AS (
        INSERT INTO isp_request (package_id, requester, origin, state, round, said, needed,
                                 submitted_at, answer_by)
        SELECT id, :holder, 'portal', 'granted', 1, '{"organization": "Bench"}', '{owner}', now(),
               current_date
          FROM package WHERE private AND state = 'active' ORDER BY id LIMIT :number
        RETURNING id, package_id)
    INSERT INTO isp_grant (request_id, package_id, user_id, level, until, ends_at, destroy_by,
                           terms, accepted_at)
    SELECT id, package_id, :holder, 'severe', '2100-01-01', '2100-01-01', '2100-01-01', 'Terms',
           now() FROM r"""
ASKERS = """
    INSERT INTO "user" (id, name, fullname, state, created)
    SELECT 'bench-asker-' || n, 'bench-asker-' || n, 'Asker ' || n, 'active', now()
      FROM generate_series(1, :number) n"""
# somebody else asks each time; so many of ten are new, overdue, with advisers, returned, approved,
# to be destroyed, declined and destroyed
ASKED = """
    WITH p AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM package),
    r AS (
        INSERT INTO isp_request (package_id, requester, origin, state, round, level, third_party,
                                 said, needed, submitted_at, answer_by, consulting)
        SELECT p.id, 'bench-asker-' || n, 'portal',
               (ARRAY['submitted', 'submitted', 'submitted', 'submitted', 'returned', 'approved',
                      'due', 'due', 'declined', 'attested'])[n % 10 + 1],
               1, 'moderate', n % 2 = 0, '{"organization": "Bench", "purpose": "Programming"}',
               '{owner}', now(), current_date + 1 - (n % 10 = 2)::int * 3, n % 10 = 3
          FROM generate_series(1, :number) n JOIN p ON p.place = n % (SELECT count(*) FROM p)
        RETURNING id, package_id, requester, state)
    INSERT INTO isp_grant (request_id, package_id, user_id, level, until, ends_at, destroy_by,
                           terms, accepted_at, ended_at)
    SELECT id, package_id, requester, 'moderate', current_date - 9, now(), current_date - 2,
           'Terms', now(), now()
      FROM r WHERE state IN ('due', 'attested')"""
# the first page, each tab, what can be looked for, each order, and a page far down
PAGES = (
    *("", "state=overdue", "state=new", "state=waiting", "state=held", "state=due"),
    *("state=archive", "state=all", "state=all&q=survey 77", "state=all&q=asker 77"),
    *("state=new&dataset=bench-1", "state=all&organization={organization}"),
    *("state=all&sort=newest", "state=all&sort=oldest", "state=all&sort=changed"),
    *("state=held&sort=ends", "state=due&sort=destroyed", "state=all&page=100"),
)
TABLES = ("", "?state=all", "?state=all&q=survey 77")
MOST_QUERIES = 20
MAKE_PEOPLE = """
import json, os, sys
import ckan.plugins.toolkit as tk
from bench.fill import ORGANIZATION
from ckan.cli import load_config
from ckan.config.middleware import make_app
app = make_app(load_config(os.environ["CKAN_INI"]))
with app._wsgi_app.test_request_context():
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    told = {}
    for name in sys.argv[1:]:
        as_site = {"ignore_auth": True, "user": site}
        person = {"name": name, "email": f"{name}@example.org", "password": "a long password"}
        made = tk.get_action("user_create")(dict(as_site), person)
        if name == "bench-reviewer":
            member = {"id": ORGANIZATION, "username": name, "role": "admin"}
            tk.get_action("organization_member_create")(dict(as_site), member)
        token = tk.get_action("api_token_create")(dict(as_site), {"user": name, "name": "bench"})
        told[name] = [made["id"], token["token"]]
print(json.dumps(told))
"""


def main(size: int, repetitions: int) -> int:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as served:
        both = portals.both(Path(folder))
        portals.fill(both, min(size, INDEXED))
        for portal in both.values():
            multiply(portal, size)
        holders = {f"bench-holder-{number}": number for number in HOLDERS}
        people = {name: made(portal, [*holders, REVIEWER]) for name, portal in both.items()}
        granted(people["isp"], holders)
        for portal in both.values():
            served.enter_context(portal.served())
        kept = [
            searched(both, people, name, number, size, repetitions)
            for name, number in holders.items()
        ]
        kept.append(reviewed(both["isp"], people["isp"][REVIEWER][1]))
    return 0 if all(kept) else 1


def multiply(portal: Portal, size: int) -> None:
    """Let a catalogue grow by copies of what CKAN indexed: rows in SQL, documents in the index."""
    engine = sa.create_engine(beside(os.environ["CKAN_SQLALCHEMY_URL"], f"bench_{portal.name}"))
    solr = beside(os.environ["CKAN_SOLR_URL"], f"bench_{portal.name}")
    with engine.begin() as connection:
        if portal.name == "isp":
            connection.execute(sa.text('SET LOCAL isp.act = \'{"indexes": "none"}\''))
        for statement in ROWS:
            connection.execute(sa.text(statement), {"first": INDEXED + 1, "last": size})
        if portal.name == "isp":
            connection.execute(sa.text("DELETE FROM isp_outbox"))
        owner = connection.execute(sa.text(f"SELECT {ORGANIZATION_ID}")).scalar_one()
    engine.dispose()
    known = {"q": "name:bench-*", "rows": INDEXED, "wt": "json"}
    found = requests.get(f"{solr}/select", params=known, timeout=300).json()["response"]["docs"]
    for first in range(INDEXED, size, INDEXED):
        copies = [copied(doc, first, owner) for doc in found if number_of(doc) + first <= size]
        requests.post(f"{solr}/update", json=copies, timeout=300).raise_for_status()
    requests.get(f"{solr}/update", params={"commit": "true"}, timeout=300).raise_for_status()


def number_of(doc: dict[str, Any]) -> int:
    return int(doc["name"].rpartition("-")[2])


def copied(doc: dict[str, Any], further: int, owner: str) -> dict[str, Any]:
    """The document of a dataset so much further on."""
    number = number_of(doc)
    new = number + further
    text = json.dumps({key: value for key, value in doc.items() if key not in LEFT_OUT})
    for old, other in (
        (f"bench-{number}", f"bench-{new}"),
        (f"Survey {number}", f"Survey {new}"),
        (identity(number), identity(new)),
        *((identity(f"{number}-{k}"), identity(f"{new}-{k}")) for k in (0, 1)),
    ):
        text = text.replace(f'{old}"', f'{other}"').replace(f'{old}\\"', f'{other}\\"')
    made: dict[str, Any] = json.loads(text)
    index_id = hashlib.md5(f"{identity(new)}{doc['site_id']}".encode()).hexdigest()
    # labels are not kept in the index as they were sent
    closed = [f"member-{owner}", labels.of_granted(identity(new))]
    sent = ["public"] if doc["capacity"] == "public" else closed
    return {**made, "index_id": index_id, "permission_labels": sent}


def identity(number: int | str) -> str:
    """The id that a dataset or resource of that number has."""
    return str(uuid.UUID(hashlib.md5(f"bench{number}".encode()).hexdigest()))


def made(portal: Portal, names: list[str]) -> dict[str, list[str]]:
    """People of a portal: the id and the token of each."""
    answer = subprocess.run(
        [sys.executable, "-c", MAKE_PEOPLE, *names],
        env=portal.environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    people: dict[str, list[str]] = json.loads(answer.stdout.splitlines()[-1])
    return people


def granted(people: dict[str, list[str]], holders: dict[str, int]) -> None:
    engine = sa.create_engine(beside(os.environ["CKAN_SQLALCHEMY_URL"], "bench_isp"))
    with engine.begin() as connection:
        for name, number in holders.items():
            asked = {"holder": people[name][0], "number": number}
            connection.execute(sa.text(GRANTS), asked)
        asked = connection.scalar(sa.text("SELECT count(*) FROM isp_request"))
        left = {"number": REQUESTS - asked}
        connection.execute(sa.text(ASKERS), left)
        connection.execute(sa.text(ASKED), left)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    engine.dispose()


def searched(
    both: dict[str, Portal],
    people: dict[str, dict[str, list[str]]],
    name: str,
    number: int,
    size: int,
    repetitions: int,
) -> bool:
    visitors = {at: load.visitor(portal, people[at][name][1]) for at, portal in both.items()}
    case = Case("package_search", name, load.searched)
    figure = figures.figure(case, size, load.measure(case, visitors, size, repetitions))
    found = visitors["isp"].call("package_search", load.searched("", "")).json()["result"]["count"]
    bound = HOLDERS[number]
    kept = bound is None or figure.ratio <= bound
    print(
        f"{number} grants: {figure.ratio:.2f} ({figure.low:.2f}-{figure.high:.2f}) times CKAN's "
        f"{figure.stock:.1f} ms, to be at most {bound or 'anything'}: "
        f"{'PASS' if kept else 'FAIL'}; {figure.stock_queries} -> {figure.isp_queries} queries, "
        f"{found} found"
    )
    return kept


def reviewed(portal: Portal, token: str) -> bool:
    """Whether all that a reviewer reads of their queue takes few queries."""
    reviewer = load.visitor(portal, token).session
    api = f"{portal.url}/api/3/action/isp_request_list?of=queue&limit=50"
    told = reviewer.get(api).json()["result"]
    organization = told["owners"][0]["id"]
    pages = [f"/isp/requests?{page.format(organization=organization)}" for page in PAGES]
    tables = [f"/isp/requests.csv{table}" for table in TABLES]
    print(f"A reviewer who looks after {sum(told['trays'].values())} requests:")
    urls = [api, *(f"{portal.url}{path}" for path in (*pages, *tables))]
    kept = [few(reviewer, url, url.removeprefix(portal.url)) for url in urls]
    return all(kept)


def few(reviewer: requests.Session, url: str, name: str) -> bool:
    """Whether an address answers by few queries, those that it asks while it sends counted."""
    took = []
    for _again in range(5):
        began = time.perf_counter()
        answer = reviewer.get(url)
        took.append(time.perf_counter() - began)
        answer.raise_for_status()
    queries = int(answer.headers[HEADER])
    if answer.headers["Content-Type"].startswith("text/csv"):
        # most are asked while it is sent, so that the next answer tells of them
        queries = int(reviewer.get(url.partition("?")[0]).headers[BODY_HEADER])
    kept = queries < MOST_QUERIES
    took_ms = statistics.median(took) * 1000
    print(f"{'PASS' if kept else 'FAIL'} {queries:3} queries {took_ms:6.0f} ms  {name}")
    return kept


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*numbers, *(SIZE, REPETITIONS)[len(numbers) :]))
