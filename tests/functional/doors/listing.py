"""README.md of this folder, made from the tables: `python -m doors.listing > doors/README.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .every import ALL, ELSEWHERE, HOLDS, PARTLY
from .people import EVERYONE, WORDS
from .table import Door, cases

HEAD = """\
# Every door, one promise

A door is a way in which something can change that decides who sees a dataset or its files: an
action, a form, the command line, a script, SQL. Each is tried on a running portal through HTTP,
the `ckan` command, its shell or PostgreSQL, by each person named (everybody: somebody who is not
signed in, a member of another organization, an editor, an administrator of the organization and
a sysadmin), on datasets of each level named. Whatever the door answers (never a failure of the
portal), afterwards

1. the row keeps the protocol's floor, and its level is not lowered;
2. the index tells of no more readers than the row, and a search shows nothing before the index
   has heard of the change;
3. neither title, description, file nor table is told to anybody who may not have it.

The portal is set as loosely as it may be and still serve. So that a test that passes says
something, the same doors are tried on a portal without the plugin; what CKAN keeps shut by itself
is listed with what keeps it. This page is made from the tables: a test fails when it is behind.
"""


def lines() -> Iterator[str]:
    count = sum(1 for _case in cases(ALL))
    yield HEAD
    yield f"## {len(ALL)} doors, {count} cases\n"
    yield from _table(("door", "what is guaranteed", "tried by", "on levels"), map(_row, ALL))
    yield "\nFor a Low dataset these doors open, and are seen to:\n"
    yield from _table(
        ("door", "name", "for"),
        ((d.id, _code(d.name), _people(d.opens)) for d in ALL if d.opens),
    )
    yield "\n## Kept shut by CKAN too\n"
    yield from _table(
        ("door", "name", "what keeps it"),
        ((d.id, _code(d.name), HOLDS[d.name]) for d in ALL if d.name in HOLDS),
    )
    yield "\n## Not tried here\n"
    left_out = sorted({**ELSEWHERE, **PARTLY}.items(), key=lambda entry: int(entry[0][1:]))
    yield from _table(("door", "why"), left_out)


def _row(door: Door) -> tuple[str, str, str, str]:
    levels = ", ".join(door.levels)
    return door.id, f"{door.sentence} ({_code(door.name)})", _people(door.personas), levels


def _people(roles: Iterable[str]) -> str:
    chosen = tuple(roles)
    return "everybody" if chosen == EVERYONE else ", ".join(WORDS[role] for role in chosen)


def _code(name: str) -> str:
    return f"`{name}`"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(head)
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print("\n".join(lines()))
