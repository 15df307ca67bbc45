"""Why a dataset is as exposed as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from .. import wording
from .group import call, format_option, isp, print_table


@isp.command("explain")
@click.argument("dataset")
@click.option("--set", "changes", multiple=True, metavar="FACT=VALUE", help="What if? May repeat.")
@format_option
def explain_command(dataset: str, changes: tuple[str, ...], form: str) -> None:
    """Say why a dataset is as exposed as it is, and what would follow if it were otherwise.

    FACT is a question (type, granularity, place ...), sensitivity, or owner_org; several answers
    are parted by semicolons. Nothing is saved.
    """
    told = call("isp_verdict_show", **_supposed(dataset, changes))
    if form == "json":
        click.echo(json.dumps(told))
        return
    shown = [["reason", reason["message"], reason["protocol"]] for reason in told["reasons"]]
    shown += [["row", row["words"], row["protocol"]] for row in told["rows"] if row["holds"]]
    shown += [["open", q["ask"], q["fact"]] for q in told["questions"] if q["required"]]
    print_table(["what", "says", "source"], shown, form)
    proposed = told["proposed"]["words"] if told["proposed"] else wording.level_and_class(None)
    allowed = ", ".join(told["allowed"])
    said = f"{told['words']}; the answers give: {proposed}. Possible: {allowed}."
    click.echo(said, err=form == "csv")


def _supposed(dataset: str, changes: Iterable[str]) -> dict[str, Any]:
    """A dataset with what is supposed of it, beside what was answered."""
    told: dict[str, Any] = {"id": dataset}
    answers: dict[str, list[str]] = {}
    for change in changes:
        fact, equals, value = change.partition("=")
        if not equals:
            raise click.UsageError(f"{change}: write FACT=VALUE.")
        if fact in ("sensitivity", "owner_org"):
            told[fact] = value
        else:
            answers[fact] = [one.strip() for one in value.split(";")]
    if answers:
        before = call("isp_classification_show", id=dataset)
        given = {fact: v or ["none"] for fact, v in ((before or {}).get("answers") or {}).items()}
        told["answers"] = {fact: v for fact, v in {**given, **answers}.items() if v != [""]}
    return told
