"""Mails about notices: which do not leave, and sending them again."""

from __future__ import annotations

import sys
from typing import Any

import click
from ckan import model

from .. import post
from ..services import letters
from .group import format_option, isp, print_rows

HEAD = ["id", "mail", "kind", "reader", "made_at", "attempts", "next_try_at", "last_error"]


@isp.group("notice")
def notice_group() -> None:
    """What people are told, and the mails about it."""


@notice_group.command("list")
@click.option("--stuck", is_flag=True, help="Only mails that do not leave.")
@click.option("--user", help="Of this user only, by name.")
@format_option
def notice_list(stuck: bool, user: str | None, form: str) -> None:
    """List notices, newest first, with how their mails fare; exit code 1 where --stuck finds any.

    A mail is stuck that waits for longer than an hour, was given up, or has perhaps been sent: it
    was handed over, and nobody knows whether it arrived.
    """
    found = letters.listed(model.Session, stuck=stuck, user_id=_id(user) if user else None)
    told = letters.counts(model.Session)
    summary = "{late} wait for over an hour, {failed} given up, {unsure} perhaps sent.".format(
        **told
    )
    print_rows(HEAD, [_row(one) for one in found], form, summary)
    sys.exit(1 if stuck and found else 0)


@notice_group.command("retry")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="All that are given up.")
def notice_retry(ids: tuple[int, ...], everything: bool) -> None:
    """Send mails again, by the numbers of their notices.

    What was perhaps sent is sent again only by its number: its reader may have it twice then.
    """
    if bool(ids) == everything:
        raise click.UsageError("Name the notices, or --all.")
    again = letters.retry(model.Session, None if everything else ids)
    model.Session.commit()
    for one in sorted(set(ids) - set(again)):
        click.echo(f"{one}: there is no such notice, or nothing to send again.", err=True)
    click.echo(f"{len(again)} to be sent again.")
    _send()


@notice_group.command("send")
def notice_send() -> None:
    """Send the mails that are due, as the worker does; exit code 1 where some did not leave."""
    _send()


def _send() -> None:
    done = post.deliver()
    told = ", ".join(f"{count} {how}" for how, count in sorted(done.items()))
    click.echo(f"Mails: {told or 'none due'}.")
    sys.exit(1 if set(done) - {"sent", "none"} else 0)


def _id(name: str) -> str:
    user = model.User.get(name)
    if user is None:
        raise click.UsageError(f"There is no user {name}.")
    return user.id


def _row(of: Any) -> dict[str, Any]:
    row = dict(of._mapping)
    for moment in ("made_at", "next_try_at"):
        row[moment] = row[moment].isoformat(timespec="seconds")
    return row
