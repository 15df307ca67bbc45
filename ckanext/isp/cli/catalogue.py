"""Adopting a catalogue, auditing it, and seeing that the promise can be kept."""

from __future__ import annotations

import json
import sys

import click
from ckan import model

from .. import doctor, gate, jobs, portal, wording
from ..logic import reviews
from ..model import guard
from ..policy.scale import SLUGS, Level
from ..services import adopt, audit, datasets, outbox
from ..services.act import Act
from .group import format_option, isp, print_table

HEAD = ("state", "check", "found", "remedy")
AUDITED = ["standing", "organization", "name", "sensitivity", "exposure", "state", "rule", "reason"]
BATCH = 200


@isp.command("adopt")
@click.option("--dry-run", is_flag=True, help="Count what would change, change nothing.")
@click.option("--assume", type=click.Choice(SLUGS[:1]), help="Classify public datasets as this.")
@click.option("--reason", help="Why, for the record; needed with --assume.")
@click.option("--user", help="Who decides, by name; the portal itself if left out.")
@click.option("--batch", default=BATCH, show_default=True, help="Datasets per transaction.")
def adopt_command(
    dry_run: bool, assume: str | None, reason: str | None, user: str | None, batch: int
) -> None:
    """Bring the catalogue under the guard, and arm it.

    Datasets that are public without a level become members only, or Low with --assume. It can be
    interrupted and run again; the portal keeps serving.
    """
    if assume and not reason:
        raise click.UsageError("--assume needs --reason: it is an explicit decision.")
    found = adopt.found(model.Session)
    why = [[row["organization"], row["datasets"], wording.violation(row["rule"])] for row in found]
    print_table(["organization", "datasets", "why"], why)
    count = sum(row["datasets"] for row in found)
    if dry_run:
        click.echo(f"{count} datasets would change. Nothing was changed.")
        return
    act = Act(_user_id(user), "ckan isp adopt", gate.cited(), reason)
    done = _adopt(act, assume, count, batch)
    indexed = _drain()
    mode = guard.mode(model.Session.connection())
    click.echo(f"{done} datasets adopted, {indexed} changes indexed; the guard is {mode}.")


@isp.command("audit")
@format_option
def audit_command(form: str) -> None:
    """List every dataset by its standing: conforming, violating what its level allows, below what
    its answers give, unclassified, or claimed to be corporate."""
    rows = list(audit.datasets(model.Session, reviews.now()))
    counts = audit.counts(rows)
    if form == "json":
        click.echo(json.dumps({"counts": counts, "total": len(rows), "datasets": rows}))
    else:
        print_table(AUDITED, [[row[key] for key in AUDITED] for row in rows], form)
        told = ", ".join(f"{number} {standing}" for standing, number in counts.items())
        click.echo(f"{len(rows)} datasets: {told}.", err=form == "csv")
    sys.exit(1 if any(counts[standing] for standing in audit.WRONG) else 0)


@isp.command("doctor")
@click.option("--fix", is_flag=True, help="Put right what can be put right safely.")
@format_option
def doctor_command(fix: bool, form: str) -> None:
    """Look at everything that the promise rests on."""
    if fix:
        _fix()
    findings = doctor.run()
    rows = [[f.state.value, f.check, f.found, f.remedy] for f in findings]
    if form == "json":
        click.echo(json.dumps([dict(zip(HEAD, row, strict=True)) for row in rows]))
    else:
        print_table(list(HEAD), rows, form)
    refused = sum(finding.state is doctor.State.REFUSE for finding in findings)
    warned = sum(finding.state is doctor.State.WARN for finding in findings)
    if form != "json":
        click.echo(f"{refused} forbid serving, {warned} warn.", err=form == "csv")
    sys.exit(1 if refused else 0)


@isp.command("index")
def index_command() -> None:
    """Tell the search index what changed without its knowing."""
    click.echo(f"{_drain()} changes indexed.")


@isp.command("exempt")
@click.argument("kind", required=False)
@click.option("--remove", is_flag=True, help="No longer exempt this type.")
def exempt_command(kind: str | None, remove: bool) -> None:
    """List dataset types that hold no data (a portal's showcases), or exempt one more."""
    session = model.Session
    if kind and remove:
        session.execute(guard.UNEXEMPT, {"type": kind})
    elif kind:
        session.execute(guard.EXEMPT, {"type": kind})
    session.commit()
    print_table(["type"], [[name] for name in sorted(datasets.exempt_types(session))])


@isp.command("uninstall")
@click.option("--dry-run", is_flag=True, help="Say what would go and what would stay.")
def uninstall_command(dry_run: bool) -> None:
    """Take the guard out of the database; data stays as it is."""
    if not dry_run:
        with model.meta.engine.begin() as connection:
            guard.uninstall(connection)
    click.echo(
        f"The guard (triggers and functions) {'would go' if dry_run else 'is gone'}. What stays: "
        "visibility and files of every dataset as they are, the fields sensitivity and "
        "is_requestdata_type among their extras, and the record (tables isp_*). "
        "Take isp out of ckan.plugins and rebuild the search index. "
        "`ckan db downgrade -p isp` removes the record too."
    )


def _adopt(act: Act, assume: str | None, count: int, batch: int) -> int:
    session, done = model.Session, 0
    with click.progressbar(length=count, label="Adopting", file=sys.stderr) as bar:
        while True:
            if assume:
                step = adopt.classify(session, act, Level[assume.upper()], batch)
                session.commit()
                if step:
                    done += step
                    bar.update(step)
                    continue
            step = adopt.close(session, act, portal.holding(), batch)
            session.commit()
            done += step
            bar.update(step)
            if not step and adopt.arm(session, act):
                session.commit()
                return done
            session.rollback()


def _drain() -> int:
    count = len(outbox.pending(model.Session, 1_000_000))
    if not count:
        return 0
    with click.progressbar(length=count, label="Indexing", file=sys.stderr) as bar:
        return jobs.drain_outbox(bar.update)


def _fix() -> None:
    with model.meta.engine.begin() as connection:
        if guard.mode(connection) is not None and guard.faults(connection):
            guard.install(connection)
            click.echo("The guard was put back as shipped.", err=True)
    _drain()


def _user_id(name: str | None) -> str | None:
    if not name:
        return None
    user = model.User.get(name)
    if user is None:
        raise click.UsageError(f"There is no user {name}.")
    return user.id
