"""The register of breaches and disputes, from a terminal."""

from __future__ import annotations

import json

import click

from .group import call, format_option, isp, print_table


@isp.group("case")
def case_group() -> None:
    """Breaches of the protocols, and disputes about them."""


@case_group.command("list")
@click.option("--user", help="Those that this user has to do with; all if left out.")
@format_option
def case_list(user: str | None, form: str) -> None:
    """List cases: open ones first, those to be settled soonest on top."""
    told = call("isp_case_list", user)
    if form == "json":
        click.echo(json.dumps(told))
        return
    head = ["case", "kind", "stage", "since", "due", "overdue", "title"]
    rows = [[str(one[key] or "") for key in head] for one in told["cases"]]
    print_table(head, rows, form)
    counts = ", ".join("{count} {kind} {stage}".format(**row) for row in told["counts"])
    click.echo(f"In all: {counts or 'none'}.", err=form == "csv")
