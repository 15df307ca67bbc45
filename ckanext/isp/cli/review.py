"""Looking again at classifications, and reminding people of it."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from ckan import model

from .. import jobs
from ..services import reminder
from .classification import why_not
from .group import call, format_option, isp, print_table


@isp.group("review")
def review_group() -> None:
    """Look again at classifications that are due."""


@review_group.command("list")
@click.option("--user", help="Those that this user may edit; all if left out.")
@click.option("--organization", help="Of this organization only, by name.")
@click.option("--protocol", help="Of datasets of which this protocol speaks, by its key.")
@format_option
def review_list(
    user: str | None, organization: str | None, protocol: str | None, form: str
) -> None:
    """List classifications that are overdue, due within 30 days, or changed by a protocol."""
    named = {"organization": organization, "protocol": protocol}
    asked: dict[str, Any] = {"limit": 500, **{key: value for key, value in named.items() if value}}
    told = call("isp_review_list", user, **asked)
    if form == "json":
        click.echo(json.dumps(told))
        return
    head = ["when", "review_on", "organization", "name", "level", "proposed", "outcome"]
    print_table(head, [[row[key] for key in head] for row in told["reviews"]], form)
    counts = "{overdue} overdue, {soon} due within 30 days".format(**told["counts"])
    more = "; more than these" if told["more"] else ""
    click.echo(f"{counts}{more}.", err=form == "csv")


@review_group.command("confirm")
@click.argument("ids", nargs=-1, required=True)
@click.option("--user", required=True, help="Who has looked at them, by name.")
@format_option
def review_confirm(ids: tuple[str, ...], user: str, form: str) -> None:
    """Confirm classifications with the answers that they have."""
    told = call("isp_review_confirm", user, ids=list(ids))
    if form == "json":
        click.echo(json.dumps(told))
    else:
        head = ["dataset", "level", "outcome", "could be", "why not"]
        rows = [
            [
                *(row.get("name") or row["id"], row.get("level"), row.get("outcome")),
                *(row.get("lower"), why_not(row.get("errors"))),
            ]
            for row in told["rows"]
        ]
        print_table(head, rows, form)
        done = "{confirmed} confirmed, {raised} raised, {refused} refused.".format(**told)
        click.echo(done, err=form == "csv")
    sys.exit(1 if told["refused"] else 0)


@isp.command("remind")
@click.option("--dry-run", is_flag=True, help="List what would be sent, send nothing.")
@format_option
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
    print_table(head, rows, form)
    told = f"{len(waiting)} to be sent, {len(lost)} taken by a run that did not end."
    click.echo(told, err=form == "csv")


def _reader(reader: str) -> str:
    user = model.User.get(reader)
    return user.name if user else reader
