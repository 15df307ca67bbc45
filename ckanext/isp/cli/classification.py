"""Classifying the datasets of a table."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from .group import call, format_option, isp, print_table

HEAD = ["row", "dataset", "level", "why not"]


@isp.command("classify")
@click.argument("table", type=click.File("r", encoding="utf-8-sig"))
@click.option("--user", required=True, help="Who answers, by name.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it, change nothing.")
@format_option
def classify_command(table: Any, user: str, dry_run: bool, form: str) -> None:
    """Classify the datasets of a CSV table, each by the answers of its row."""
    told = call("isp_classify_csv", user, csv=table.read(), dry_run=dry_run)
    if form == "json":
        click.echo(json.dumps(told))
    else:
        print_table(HEAD, [_cells(row) for row in told["rows"]], form)
        done = "would be classified" if dry_run else "classified"
        click.echo(f"{told['classified']} {done}, {told['refused']} refused.", err=form == "csv")
    sys.exit(1 if told["refused"] else 0)


def _cells(row: dict[str, Any]) -> list[Any]:
    return [row["row"], row["id"], row.get("level"), why_not(row.get("errors"))]


def why_not(errors: dict[str, Any] | None) -> str:
    """What was wrong with a row, in one line."""
    return "; ".join(str(word) for words in (errors or {}).values() for word in words)
