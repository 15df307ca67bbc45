"""The group of commands, and what they share: how they print, and how a refusal reads."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model

FORMATS = click.Choice(["table", "json", "csv"])
COLOURS = {"ok": "green", "warn": "yellow", "refuse": "red"}

format_option = click.option("--format", "form", type=FORMATS, default="table", show_default=True)
user_option = click.option("--user", required=True, help="Who acts, by name.")


@click.group()
def isp() -> None:
    """Keep the Information Sharing Protocol."""


def call(action: str, user: str | None = None, **data: Any) -> Any:
    """Call an action, as somebody or, to look only, as whoever has the portal's terminal.

    :param user: name of the one who acts, with no more rights than on a page
    """
    context: Any = {"user": user} if user else {"user": "", "ignore_auth": True}
    if user and model.User.get(user) is None:
        raise click.UsageError(f"There is no user {user}.")
    with refusals(user):
        return tk.get_action(action)(context, data)


@contextlib.contextmanager
def refusals(user: str | None) -> Iterator[None]:
    """A refusal is told with its field, and ends the command with 1."""
    try:
        yield
    except tk.ValidationError as error:
        said = [
            f"{field}: {message}"
            for field, messages in error.error_dict.items()
            for message in ([messages] if isinstance(messages, str) else messages)
        ]
        raise click.ClickException("\n".join(said)) from None
    except tk.NotAuthorized:
        raise click.ClickException(f"{user} may not do this.") from None
    except tk.ObjectNotFound as error:
        raise click.ClickException(str(error)) from None


def print_rows(
    head: list[str], rows: Iterable[dict[str, Any]], form: str, summary: str, whole: Any = None
) -> None:
    """A table and one line that sums it up; machines get the whole answer.

    :param whole: what is told as JSON; the rows where left out
    """
    listed = list(rows)
    if form == "json":
        click.echo(json.dumps(listed if whole is None else whole, ensure_ascii=False))
        return
    print_table(head, [[row.get(key) for key in head] for row in listed], form)
    click.echo(summary, err=form == "csv")


def print_table(head: list[str], rows: Iterable[list[Any]], form: str = "table") -> None:
    """Rows below a head, in columns or as CSV."""
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
