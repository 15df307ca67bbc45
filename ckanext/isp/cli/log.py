"""The record, from a terminal: chained, verified, taken along, and people erased from it."""

from __future__ import annotations

import json
import os
import re
import sys
from itertools import islice
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model

from .. import jobs
from ..policy.chain import Fault, Link, What
from ..services import chain
from .group import call, isp, print_rows, user_option

HEAD = ["what", "number", "event", "meaning"]
MEANING = {
    What.CHANGED: "the event is not as it was when it was chained",
    What.MISSING: "the event that was chained is gone",
    What.LINK: "this link does not follow from those before it and its event",
    What.GAP: "links are missing from this number on",
    What.UNLINKED: "older than an hour and not chained: run `ckan isp log chain`, and ask why",
    What.HEAD: "the head that was kept is not in this chain: its end was cut off, or it was made "
    "anew",
}
DIGEST = re.compile(r"[0-9a-f]{64}")
LISTED = 1000


@isp.group("log")
def log_group() -> None:
    """The record of what happened, and the chain that shows that nobody changed it."""


@log_group.command("chain")
def chain_command() -> None:
    """Chain what is on record and not chained yet, as the worker does by itself."""
    waiting = chain.waiting(model.Session)
    with click.progressbar(length=waiting, label="Chaining", file=sys.stderr) as bar:
        done = jobs.chain(bar.update, whole=True)
    click.echo(f"{done} events chained; there are {chain.length(model.Session)} links.")


@log_group.command("head")
def head_command() -> None:
    """Print the head of the chain, for somebody elsewhere to keep: `verify --head` takes it."""
    head = chain.head(model.Session)
    if head is None:
        raise click.ClickException("Nothing is chained yet: run `ckan isp log chain`.")
    click.echo(json.dumps({**_told(head), "site": tk.config.get("ckan.site_url")}))


@log_group.command("verify")
@click.option("--head", "kept", help="A head that was kept, its hash or the file with it.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def verify_command(kept: str | None, form: str) -> None:
    """Whether every event is as it was recorded. Exit code 1 where something is wrong."""
    wanted = _kept(kept) if kept else None
    length = chain.length(model.Session)
    with click.progressbar(length=length, label="Verifying", file=sys.stderr) as bar:
        found = chain.verify(model.Session, wanted, bar.update)
        faults = list(islice(found, LISTED))
        more = sum(1 for _fault in found)
    head = chain.head(model.Session)
    rows = [_fault(fault) for fault in faults]
    whole = {
        "links": length,
        "head": _told(head) if head else None,
        "faults": rows,
        "more": more,
    }
    last = f", the head is {head.hash}" if head else ""
    summary = f"{length} links{last}: {len(faults) + more} faults."
    print_rows(HEAD, rows, form, summary, whole)
    sys.exit(1 if faults else 0)


@log_group.command("export")
@click.option("--from", "since", help="The first day, as 2026-11-27, in UTC.")
@click.option("--to", "until", help="The last day.")
@click.option("--kind", help="Of event, file_downloaded for example.")
@click.option("--dataset", help="Of this dataset only, by name or id.")
@click.option("--person", help="Who acted or was concerned: a user by name.")
@click.option("--user", help="As this user may read it; all of it if left out.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv")
def export_command(since: str | None, until: str | None, user: str | None, **asked: Any) -> None:
    """Write what is on record, oldest first: CSV, or an object of JSON a line."""
    asked = {"from": since, "to": until, "format": asked.pop("form"), **asked}
    given = {key: value for key, value in asked.items() if value}
    count, going = 0, True
    while going:
        told = call("isp_log_export", user, **given)
        click.echo(told["text"], nl=False)
        count, given["after"] = count + told["count"], told["next"]
        going = told["next"] is not None
    click.echo(f"{count} events.", err=True)


@log_group.command("forget")
@click.argument("person")
@user_option
def forget_command(person: str, user: str) -> None:
    """Erase from the record who somebody is: a user by name or id, or somebody who received data
    by the words that the delivery names them by. What they did stays on record."""
    done = call("isp_log_forget", user, person=person)["erased"]
    click.echo(f"Erased: {done} digests of the record stand for nobody now.")


def _told(head: Link) -> dict[str, Any]:
    return {
        "number": head.number,
        "event": head.event_id,
        "hash": head.hash,
        "time": head.at.isoformat(),
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "what": fault.what.value,
        "number": fault.number,
        "event": fault.event,
        "meaning": MEANING[fault.what],
    }


def _kept(given: str) -> str:
    """The hash of a head that was kept."""
    if DIGEST.fullmatch(given):
        return given
    if not os.path.isfile(given):
        raise click.UsageError("--head takes a hash of 64 letters and digits, or a file.")
    with open(given, encoding="utf-8") as file:
        text = file.read()
    try:
        told = json.loads(text)["hash"]
    except (ValueError, KeyError, TypeError):
        told = text.strip()
    if not DIGEST.fullmatch(str(told)):
        raise click.UsageError(f"{given} holds no head: `ckan isp log head` writes one.")
    return str(told)
