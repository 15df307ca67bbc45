"""``ckan isp protocol``: reading and loading protocols."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import click

from .. import wording
from ..wording import document
from .group import call, format_option, isp, print_rows, user_option

PROBLEMS = ["line", "column", "fatal", "code", "message"]
LISTED = ["id", "key", "version", "title", "kind", "status", "in_force", "since", "valid_until"]
TABLE = ["number", "level", "type", "words", "when"]
text_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@isp.group("protocol")
def protocol() -> None:
    """Keep protocols, and see what a change of them would do."""


@protocol.command("validate")
@text_file
@format_option
def validate_command(file: Path, form: str) -> None:
    """Tell everything that is wrong with a document, or had better be otherwise."""
    problems = call("isp_protocol_validate", source=read(file))["problems"]
    sys.exit(_problems(problems, form))


@protocol.command("load")
@text_file
@user_option
@click.option("--dry-run", is_flag=True, help="Check the document, keep nothing.")
def load_command(file: Path, user: str, dry_run: bool) -> None:
    """Keep a version of a protocol; it binds nobody until it is activated."""
    if dry_run:
        sys.exit(_problems(call("isp_protocol_validate", user, source=read(file))["problems"]))
    kept = call("isp_protocol_load", user, source=read(file))
    _problems(kept["problems"])
    click.echo(
        f"{_title(kept)} is kept as {kept['id']}. It binds nobody until it is activated: "
        f"ckan isp protocol simulate {kept['id']}, then ckan isp protocol activate {kept['id']}."
    )


@protocol.command("list")
@format_option
def list_command(form: str) -> None:
    """List the protocols of this portal."""
    kept = call("isp_protocol_list")
    shown = [{**one, "title": wording.pick(one["title"]), "since": _day(one)} for one in kept]
    spoken = sum(one["in_force"] for one in kept)
    late = sum(bool(document.banners(one)) for one in kept)
    summary = f"{len(kept)} versions, {spoken} in force, {late} of them to be reviewed or renewed."
    print_rows(LISTED, shown, form, summary, kept)


@protocol.command("show")
@click.argument("reference")
@format_option
def show_command(reference: str, form: str) -> None:
    """Show the table of a protocol, by its id or its key."""
    told = call("isp_protocol_show", **named(reference))
    rows = [
        {**row, "words": wording.pick(row["words"]), "when": _conditions(row["when"])}
        for row in told["rows"]
    ]
    state = "in force" if told["in_force"] else f"not in force ({told['status']})"
    print_rows(TABLE, rows, form, f"{_title(told)}: {len(rows)} rows, {state}.", told)


@protocol.command("compare")
@click.argument("a")
@click.argument("b")
@format_option
def compare_command(a: str, b: str, form: str) -> None:
    """Compare two protocols, or two versions of one, by id or key."""
    told = call("isp_protocol_compare", a=a, b=b)
    pairs = [
        {"what": what, **_pair(pair)}
        for what in ("levels", "rows", "other")
        for pair in told[what]
        if pair["change"] != "same"
    ]
    summary = f"{len(pairs)} differences between {_title(told['a'])} and {_title(told['b'])}."
    print_rows(["change", "what", "before", "after"], pairs, form, summary, told)


@protocol.command("export")
@click.argument("reference")
@click.option("--format", "form", type=click.Choice(["yaml", "csv", "xlsx"]), default="yaml")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to.")
def export_command(reference: str, form: str, output: Path | None) -> None:
    """Give a protocol as a file: word for word, or its table as OCHA keeps such tables."""
    told = call("isp_protocol_export", **named(reference), format=form)
    if form == "xlsx":
        output = output or Path(told["name"])
    content = base64.b64decode(told["base64"]) if "base64" in told else told["text"].encode()
    if output is None:
        click.echo(content.decode(), nl=False)
        return
    output.write_bytes(content)
    click.echo(f"Written to {output}.")


@protocol.command("import")
@text_file
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="A folder.")
def import_command(file: Path, output: Path | None) -> None:
    """Make drafts from a table as OCHA keeps them, one for each country in it."""
    with file.open("rb") as opened:
        drafts = call("isp_protocol_import", file=opened)["drafts"]
    for draft in drafts:
        if output is None:
            click.echo(draft["source"])
        else:
            output.mkdir(parents=True, exist_ok=True)
            (output / f"{draft['country'] or file.stem}.yaml").write_text(draft["source"])
        _problems(draft["problems"], err=True)
    click.echo(f"{len(drafts)} drafts. Look at them, then load them.", err=True)


def named(reference: str) -> dict[str, Any]:
    """How an action is told which protocol: by its id, or by its key."""
    return {"id": int(reference)} if reference.isdecimal() else {"key": reference}


def read(file: Path) -> str:
    """The text of a file; what is not UTF-8 is told with its line, as everything else is."""
    return file.read_bytes().decode("utf-8", errors="surrogateescape")


def _problems(problems: list[dict[str, Any]], form: str = "table", *, err: bool = False) -> int:
    """Print problems; 1 where one is fatal."""
    fatal = sum(problem["fatal"] for problem in problems)
    summary = f"{fatal} problems, {len(problems) - fatal} doubts."
    if err:
        click.echo("\n".join(f"{one['line']}: {one['message']}" for one in problems), err=True)
    elif problems or form == "json":
        print_rows(PROBLEMS, problems, form, summary)
    else:
        click.echo(summary)
    return 1 if fatal else 0


def _title(told: dict[str, Any]) -> str:
    return f"{wording.pick(told['title'])}, {told['version']}"


def _day(told: dict[str, Any]) -> str:
    return (told["since"] or "")[:10]


def _conditions(when: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{one['fact']} {'not ' if one['negated'] else ''}{' and '.join(one['values'])}"
        if one["every"]
        else f"{one['fact']} {'not ' if one['negated'] else ''}{' or '.join(one['values'])}"
        for one in when
    )


def _pair(pair: dict[str, Any]) -> dict[str, Any]:
    return {
        "change": pair["change"],
        "before": _short(pair["before"], pair),
        "after": _short(pair["after"], pair),
    }


def _short(one: Any, pair: dict[str, Any]) -> str:
    if one is None:
        return ""
    if "key" in pair:
        return f"{pair['key']}: {str(one)[:60]}"
    if "words" in one:
        return f"{one['level']}: {one['type']}, {wording.pick(one['words'])}"
    return str(one["key"])
