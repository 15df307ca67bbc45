"""What has to be true of a portal, however often its processes were killed."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from bench.actors import CANARY, Gone, Refused, Site, canary
from bench.portals import Portal
from bench.upright import BIN
from ckanext.isp.policy.request import State
from dev.mailbox import kept, read

MAIL = re.compile(r"<isp-notice-(\d+)@")
# each finds what must not be
NOWHERE = {
    "a request tells another state than its last step": """
        SELECT r.id FROM isp_request r JOIN LATERAL (
            SELECT state FROM isp_request_step s WHERE s.request_id = r.id ORDER BY id DESC LIMIT 1
            ) l ON true WHERE l.state <> r.state""",
    "a step is not on record, or twice": """
        SELECT r.id FROM isp_request r
         WHERE (SELECT count(*) FROM isp_request_step s WHERE s.request_id = r.id) <>
               (SELECT count(*) FROM isp_event e WHERE e.details->'request' = to_jsonb(r.id))""",
    "a grant does not fit its request": """
        SELECT r.id FROM isp_request r LEFT JOIN isp_grant g ON g.request_id = r.id
         WHERE (r.state <> 'withdrawn' AND
                (r.state IN ('draft', 'submitted', 'returned', 'declined')) <> (g.id IS NULL))
            OR (r.state IN ('approved', 'granted')) <> (g.id IS NOT NULL AND g.ended_at IS NULL)
            OR (r.state = 'approved' AND g.accepted_at IS NOT NULL)""",
    "a grant is live that nobody accepted": """
        SELECT l.grant_id FROM "user" u, isp_live_grants(u.id) l
          JOIN isp_grant g ON g.id = l.grant_id
         WHERE NOT EXISTS (SELECT FROM isp_request_step s
                WHERE s.request_id = g.request_id AND s.command = 'accept')""",
    "a mail waits": "SELECT id FROM isp_notice WHERE mail IN ('waiting', 'unsure', 'failed')",
    "a file is half": "SELECT id FROM isp_file WHERE state = 'arriving'",
    "a change waits for the index": "SELECT id FROM isp_outbox",
}
OLD = "UPDATE isp_file SET created_at = now() - interval '2 days' WHERE state = 'arriving'"
RESOURCES = """
    SELECT r.id FROM resource r JOIN package p ON p.id = r.package_id
     WHERE p.name = ANY(:names) AND r.state = 'active' AND p.extras->>'sensitivity' = 'severe'"""
FILES = """
    SELECT f.id, f.name, f.digest, p.name AS dataset FROM isp_file f
      JOIN package p ON p.id = f.package_id WHERE f.state = 'kept'"""


def settle(portal: Portal, site: Site) -> Iterator[str]:
    """What an administrator does the day after; yields what went wrong with it."""
    with site.engine.begin() as connection:
        connection.execute(sa.text(OLD))
    for words in (
        ("jobs", "worker", "--burst"),
        ("isp", "store", "adopt"),
        ("isp", "notice", "send"),
        ("isp", "index"),
        ("isp", "log", "chain"),
        ("isp", "log", "verify"),
        ("isp", "store", "verify", "--mend"),
        ("isp", "store", "verify"),
    ):
        code, said = command(portal, *words)
        last = ["", *said.strip().splitlines()][-1] if words[1] == "store" else ""
        print(f"  ckan {' '.join(words)} {last}", flush=True)
        if code:
            yield f"ckan {' '.join(words)}: {said[-2000:]}"


def command(portal: Portal, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [str(BIN / "ckan"), "-c", str(portal.ini), *words],
        env=portal.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def wrong(site: Site, folder: Path, worker_killed: int) -> Iterator[str]:
    """Everything that is not as it has to be."""
    yield from sorted(set(site.known.broken))
    with site.engine.connect() as connection:
        for what, query in NOWHERE.items():
            found = connection.scalars(sa.text(query)).all()
            if found:
                yield f"{what}: {found[:10]}"
        states = set(connection.scalars(sa.text("SELECT DISTINCT state FROM isp_request")))
        if unknown := states - {state.value for state in State}:
            yield f"states that there are not: {unknown}"
        yield from _steps(site, connection)
        yield from _mails(connection, folder / "mails", worker_killed)
        yield from _files(site, connection)
        names = {"names": list(site.known.sealed)}
        if left := connection.scalars(sa.text(RESOURCES), names).all():
            yield f"resources of datasets that are Severe: {left}"
    closed = [canary(name) for name in ("bench-kept", *site.known.sealed)]
    for path in (folder / "isp").rglob("*"):
        if path.is_file() and CANARY in (data := path.read_bytes()):
            yield from (f"in the clear: {path}, {line!r}" for line in closed if line in data)


def _steps(site: Site, connection: sa.Connection) -> Iterator[str]:
    """What was answered is there."""
    taken = connection.execute(sa.text("SELECT request_id, command FROM isp_request_step"))
    there = [tuple(row) for row in taken]
    for step in site.known.steps:
        if there.count(step) != 1:
            yield f"{step} was answered, and is there {there.count(step)} times"


def _mails(connection: sa.Connection, folder: Path, worker_killed: int) -> Iterator[str]:
    """Each once; what was leaving when its process died is told of, and perhaps arrived."""
    arrived = [int(MAIL.search(str(read(path)["Message-ID"]))[1]) for path in kept(folder)]  # type: ignore[index]
    if twice := {one for one in arrived if arrived.count(one) > 1}:
        yield f"mailed twice: {twice}"
    query = sa.text("SELECT id, mail FROM isp_notice WHERE mail IN ('sent', 'leaving')")
    told: dict[int, str] = dict(connection.execute(query).tuples().all())
    leaving = {number for number, mail in told.items() if mail == "leaving"}
    if missing := set(told) - leaving - set(arrived):
        yield f"told to be sent, and not arrived: {missing}"
    if strange := set(arrived) - set(told):
        yield f"arrived, and not known for it: {strange}"
    if len(leaving) > worker_killed:
        yield f"{len(leaving)} were leaving, of {worker_killed} workers that were killed"
    print(
        f"  {len(arrived)} mails arrived; {len(leaving)} were leaving when their process died, "
        f"{len(leaving & set(arrived))} of which arrived",
        flush=True,
    )


def _files(site: Site, connection: sa.Connection) -> Iterator[str]:
    """Each that can be read is what it was, and what was taken is there."""
    known, found = site.known, dict[str, set[str]]()
    for file_id, name, digest, dataset in connection.execute(sa.text(FILES)):
        try:
            got = site.ask("GET", f"/isp/file/{file_id}", site.editor).content
        except (Gone, Refused) as error:
            yield f"{file_id} cannot be read: {error}"
            continue
        found.setdefault(dataset, set()).add(digest)
        if hashlib.sha256(got).hexdigest() != digest:
            yield f"{file_id} is not what was kept"
        if name.endswith(".bin") and name != f"{digest}.bin":
            yield f"{file_id} is not what was sent"
    everything = set().union(*found.values())
    if lost := known.kept - everything:
        yield f"lost: {lost}"
    for dataset, digests in known.sealed.items():
        if lost := digests - found.get(dataset, set()):
            yield f"lost of {dataset}: {lost}"
    print(f"  {sum(map(len, found.values()))} files read whole", flush=True)
