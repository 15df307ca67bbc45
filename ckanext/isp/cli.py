"""``ckan isp``: adopting a catalogue, auditing it, and seeing that the promise can be kept."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model
from ckan.types import Context

from . import config, doctor, gate, jobs, wording
from .logic import reviews
from .model import guard
from .policy.scale import SLUGS, Level
from .services import adopt, audit, datasets, outbox, reminder
from .services.act import Act

__all__ = ["isp"]

FORMATS = click.Choice(["table", "json", "csv"])
HEAD = ("state", "check", "found", "remedy")
BATCH = 200
COLOURS = {"ok": "green", "warn": "yellow", "refuse": "red"}


@click.group()
def isp() -> None:
    """Keep the Information Sharing Protocol."""


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
    _print_table(["organization", "datasets", "why"], why)
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
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def audit_command(form: str) -> None:
    """List every dataset by its standing: conforming, violating what its level allows, below what
    its answers give, unclassified, or claimed to be corporate."""
    rows = list(audit.datasets(model.Session, reviews.now()))
    counts = audit.counts(rows)
    if form == "json":
        click.echo(json.dumps({"counts": counts, "total": len(rows), "datasets": rows}))
    else:
        head = [
            "standing",
            "organization",
            "name",
            "sensitivity",
            "exposure",
            "state",
            "rule",
            "reason",
        ]
        _print_table(head, [[row[key] for key in head] for row in rows], form)
        told = ", ".join(f"{number} {standing}" for standing, number in counts.items())
        click.echo(f"{len(rows)} datasets: {told}.", err=form == "csv")
    sys.exit(1 if any(counts[standing] for standing in audit.WRONG) else 0)


@isp.command("doctor")
@click.option("--fix", is_flag=True, help="Put right what can be put right safely.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def doctor_command(fix: bool, form: str) -> None:
    """Look at everything that the promise rests on."""
    if fix:
        _fix()
    findings = doctor.run()
    rows = [[f.state.value, f.check, f.found, f.remedy] for f in findings]
    if form == "json":
        click.echo(json.dumps([dict(zip(HEAD, row, strict=True)) for row in rows]))
    else:
        _print_table(list(HEAD), rows, form)
    refused = sum(finding.state is doctor.State.REFUSE for finding in findings)
    warned = sum(finding.state is doctor.State.WARN for finding in findings)
    if form != "json":
        click.echo(f"{refused} forbid serving, {warned} warn.", err=form == "csv")
    sys.exit(1 if refused else 0)


@isp.command("index")
def index_command() -> None:
    """Tell the search index what changed without its knowing."""
    click.echo(f"{_drain()} changes indexed.")


@isp.command("classify")
@click.argument("table", type=click.File("r", encoding="utf-8-sig"))
@click.option("--user", required=True, help="Who answers, by name.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it, change nothing.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def classify_command(table: Any, user: str, dry_run: bool, form: str) -> None:
    """Classify the datasets of a CSV table, each by the answers of its row."""
    _user_id(user)
    asked = {"csv": table.read(), "dry_run": dry_run}
    try:
        told = tk.get_action("isp_classify_csv")(Context(user=user), asked)
    except tk.ValidationError as error:
        raise click.ClickException("; ".join(map(str, error.error_summary.values()))) from None
    if form == "json":
        click.echo(json.dumps(told))
    else:
        head = ["row", "dataset", "level", "why not"]
        rows = [
            [row["row"], row["id"], row.get("level"), _why_not(row.get("errors"))]
            for row in told["rows"]
        ]
        _print_table(head, rows, form)
        done = "would be classified" if dry_run else "classified"
        click.echo(f"{told['classified']} {done}, {told['refused']} refused.", err=form == "csv")
    sys.exit(1 if told["refused"] else 0)


def _why_not(errors: dict[str, Any] | None) -> str:
    return "; ".join(str(word) for words in (errors or {}).values() for word in words)


@isp.group("review")
def review_group() -> None:
    """Look again at classifications that are due."""


@review_group.command("list")
@click.option("--user", help="Those that this user may edit; all if left out.")
@click.option("--organization", help="Of this organization only, by name.")
@click.option("--protocol", help="Of datasets of which this protocol speaks, by its key.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def review_list(
    user: str | None, organization: str | None, protocol: str | None, form: str
) -> None:
    """List classifications that are overdue, due within 30 days, or changed by a protocol."""
    _user_id(user)
    named = {"organization": organization, "protocol": protocol}
    asked = {"limit": 500, **{key: value for key, value in named.items() if value}}
    told = tk.get_action("isp_review_list")(_as(user), asked)
    if form == "json":
        click.echo(json.dumps(told))
        return
    head = ["when", "review_on", "organization", "name", "level", "proposed", "outcome"]
    _print_table(head, [[row[key] for key in head] for row in told["reviews"]], form)
    counts = "{overdue} overdue, {soon} due within 30 days".format(**told["counts"])
    more = "; more than these" if told["more"] else ""
    click.echo(f"{counts}{more}.", err=form == "csv")


@review_group.command("confirm")
@click.argument("ids", nargs=-1, required=True)
@click.option("--user", required=True, help="Who has looked at them, by name.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def review_confirm(ids: tuple[str, ...], user: str, form: str) -> None:
    """Confirm classifications with the answers that they have."""
    _user_id(user)
    told = tk.get_action("isp_review_confirm")(_as(user), {"ids": list(ids)})
    if form == "json":
        click.echo(json.dumps(told))
    else:
        head = ["dataset", "level", "outcome", "could be", "why not"]
        rows = [
            [
                *(row.get("name") or row["id"], row.get("level"), row.get("outcome")),
                *(row.get("lower"), _why_not(row.get("errors"))),
            ]
            for row in told["rows"]
        ]
        _print_table(head, rows, form)
        done = "{confirmed} confirmed, {raised} raised, {refused} refused.".format(**told)
        click.echo(done, err=form == "csv")
    sys.exit(1 if told["refused"] else 0)


@isp.command("remind")
@click.option("--dry-run", is_flag=True, help="List what would be sent, send nothing.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def remind_command(dry_run: bool, form: str) -> None:
    """Remind people of classifications and protocols that are due; nobody is told twice."""
    if not dry_run:
        done = jobs.remind()
        click.echo("{sent} mails sent, {failed} failed.".format(**done))
        sys.exit(1 if done["failed"] else 0)
    waiting = [one for found in jobs.reminders().values() for one in found]
    rows = [["to be sent", o.kind, _reader(o.reader), o.about, o.on.isoformat()] for o in waiting]
    lost = reminder.unsure(model.Session)
    for one in lost:
        about, _space, reader = one["subject"].rpartition(" ")
        rows.append(["perhaps sent", one["kind"], _reader(reader), about, one["due"].isoformat()])
    head = ["state", "kind", "reader", "about", "day"]
    if form == "json":
        click.echo(json.dumps([dict(zip(head, row, strict=True)) for row in rows]))
        return
    _print_table(head, rows, form)
    told = f"{len(waiting)} to be sent, {len(lost)} taken by a run that did not end."
    click.echo(told, err=form == "csv")


def _reader(reader: str) -> str:
    user = model.User.get(reader)
    return user.name if user else reader


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
    _print_table(["type"], [[name] for name in sorted(datasets.exempt_types(session))])


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
            holding = datasets.holding_organisation(
                session, config.holding_organization(), tk._("Datasets to be looked at")
            )
            step = adopt.close(session, act, holding.id, batch)
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


def _as(user: str | None) -> Context:
    """A context in which a user acts; the portal itself where none is named."""
    return Context(user=user) if user else Context(user="", ignore_auth=True)


def _user_id(name: str | None) -> str | None:
    if not name:
        return None
    user = model.User.get(name)
    if user is None:
        raise click.UsageError(f"There is no user {name}.")
    return user.id


def _print_table(head: list[str], rows: Iterable[list[Any]], form: str = "table") -> None:
    shown = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if form == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([head, *shown])
        click.echo(text.getvalue(), nl=False)
        return
    widths = [max(len(row[i]) for row in [head, *shown]) for i in range(len(head))]
    for number, row in enumerate([head, *shown]):
        line = "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        colour = COLOURS.get(row[0]) if sys.stdout.isatty() else None
        click.echo(click.style(line, fg=colour, bold=number == 0 and sys.stdout.isatty()))
