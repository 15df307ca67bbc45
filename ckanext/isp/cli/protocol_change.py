"""``ckan isp protocol``: what a change would do, and changing with a second person."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from ckan import model

from .. import gate, jobs, wording
from ..logic import changes, sealing
from .group import call, format_option, print_rows, print_table, refusals, user_option
from .protocol import named, protocol, read

EFFECTS = ["tighten", "loosen", "same", "unclassified", "total"]
DATASETS = ["effect", "organization", "name", "level", "proposed", "exposure", "becomes"]
PEOPLE = ["requested_by", "decided_by"]
PROPOSALS = ["id", "state", "act", "protocol", "tighten", *PEOPLE, "reason"]
MOST = 1000
reason_option = click.option("--reason", required=True, help="Why; the second person reads it.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would change, only.")


@protocol.command("simulate")
@click.argument("reference")
@click.option("--act", type=click.Choice(["activate", "retire"]), default="activate")
@click.option("--limit", default=100, show_default=True, help="Datasets listed, at most 1000.")
@click.option("--offset", default=0, help="Datasets of the list to skip.")
@format_option
def simulate_command(reference: str, act: str, limit: int, offset: int, form: str) -> None:
    """Tell what activating or retiring a protocol would change.

    REFERENCE is an id, a key, or a file that is not loaded.
    """
    told = _simulated(reference, act, limit, offset)
    print_rows(DATASETS, told["datasets"], form, _sum(told), told)


@protocol.command("propose")
@click.argument("act", type=click.Choice(["activate", "retire", "undo"]))
@click.argument("id", type=int)
@reason_option
@user_option
@dry_run_option
def propose_command(act: str, id: int, reason: str, user: str, dry_run: bool) -> None:
    """Propose a change of the protocols in force; ID is a version, or the proposal to undo."""
    _propose(act, id, reason, user, dry_run)


@protocol.command("activate")
@click.argument("id", type=int)
@reason_option
@user_option
@dry_run_option
def activate_command(id: int, reason: str, user: str, dry_run: bool) -> None:
    """Propose to activate a version."""
    _propose("activate", id, reason, user, dry_run)


@protocol.command("retire")
@click.argument("id", type=int)
@reason_option
@user_option
@dry_run_option
def retire_command(id: int, reason: str, user: str, dry_run: bool) -> None:
    """Propose to retire a version."""
    _propose("retire", id, reason, user, dry_run)


@protocol.command("undo")
@click.argument("proposal", type=int)
@reason_option
@user_option
def undo_command(proposal: int, reason: str, user: str) -> None:
    """Propose to undo what a proposal did, within 14 days."""
    _propose("undo", proposal, reason, user, False)


@protocol.command("proposals")
@format_option
def proposals_command(form: str) -> None:
    """List proposals to change the protocols in force: those that wait first."""
    told = call("isp_protocol_proposals")
    names = _names(one[who] for one in told for who in PEOPLE)
    rows = [
        {**one, **_columns(one), **{who: names.get(one[who], one[who]) for who in PEOPLE}}
        for one in told
    ]
    waiting = sum(one["state"] == "pending" for one in told)
    print_rows(PROPOSALS, rows, form, f"{waiting} wait for a second person.", told)


@protocol.command("decide")
@click.argument("proposal", type=int)
@click.option("--approve/--refuse", default=None, help="What is decided.")
@click.option("--reason", help="Needed to refuse.")
@user_option
@click.option("--yes", is_flag=True, help="Do not ask again.")
@dry_run_option
def decide_command(
    proposal: int, approve: bool | None, reason: str | None, user: str, yes: bool, dry_run: bool
) -> None:
    """Decide about a proposal as the second person; an approval is carried out at once."""
    if approve is None:
        raise click.UsageError("Say --approve or --refuse.")
    found = call("isp_protocol_proposals", proposal=proposal)
    if not found:
        raise click.ClickException("There is no such proposal.")
    _tell(found[0])
    if dry_run:
        click.echo("Nothing was changed.")
        return
    if approve and not yes:
        click.confirm("Approve, and change this now?", abort=True)
    told = call("isp_protocol_decide", user, proposal=proposal, approve=approve, reason=reason)
    if told["changed"]:
        click.echo(
            f"{told['changed']['tighten']} datasets tightened, {told['changed']['back']} given "
            "back. The worker tells the index; `ckan isp index` does so now."
        )
    else:
        click.echo("Refused. Nothing was changed.")


@protocol.command("begin")
def begin_command() -> None:
    """Tighten the catalogue for versions whose first day has come; for cron, every day."""
    with changes.in_words(gate.cited()), refusals(None):
        begun = jobs.begin("ckan isp protocol begin")
        sealing.ask_tightened()
    for kept, told in begun:
        title = wording.protocol(kept.document.protocol)
        click.echo(f"{title} has begun: {told['tighten']} datasets tightened.")
    click.echo(f"{len(begun)} versions began.")


def _propose(act: str, id: int, reason: str, user: str, dry_run: bool) -> None:
    if dry_run:
        told = _simulated(str(id), act, MOST, 0)
        print_rows(DATASETS, told["datasets"], "table", f"{_sum(told)} Nothing was proposed.")
        return
    about = {"proposal": id} if act == "undo" else {"id": id}
    proposal = call("isp_protocol_propose", user, act=act, reason=reason, **about)
    _tell(proposal)
    click.echo(
        "Nothing changes until somebody else decides: "
        f"ckan isp protocol decide {proposal['id']} --approve --user NAME"
    )


def _simulated(reference: str, act: str, limit: int, offset: int) -> dict[str, Any]:
    file = Path(reference)
    about = {"source": read(file)} if file.is_file() else named(reference)
    if act == "undo":
        raise click.UsageError("What an undoing gives back is told when it is proposed.")
    return call("isp_protocol_simulate", **about, act=act, limit=limit, offset=offset)


def _tell(proposal: dict[str, Any]) -> None:
    """What a proposal would change, in all and by organisation."""
    each = proposal["impact"]["by_organization"]
    print_table(
        ["organization", *EFFECTS], [[one[k] for k in ("organization", *EFFECTS)] for one in each]
    )
    columns = _columns(proposal)
    back = proposal["impact"].get("back")
    also = f", {back} given back" if back is not None else ""
    click.echo(
        f"Proposal {proposal['id']}: {proposal['act']} {columns['protocol']} "
        f"({proposal['reason']}): {_sum(proposal['impact'])[:-1]}{also}."
    )


def _columns(proposal: dict[str, Any]) -> dict[str, Any]:
    of = proposal["protocol"]
    title = f"{wording.pick(of['title'])}, {of['version']}"
    return {"protocol": title, "tighten": proposal["impact"]["tighten"]}


def _names(ids: Iterable[str | None]) -> dict[str, str]:
    """The names of people, by their ids."""
    asked = sa.select(model.User.id, model.User.name).where(model.User.id.in_(set(ids) - {None}))
    return {row.id: row.name for row in model.Session.execute(asked)}


def _sum(told: dict[str, Any]) -> str:
    return (
        f"{told['total']} datasets: {told['tighten']} would tighten, {told['loosen']} could be "
        f"loosened, {told['same']} stay, {told['unclassified']} are not classified."
    )
