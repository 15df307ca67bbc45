"""README.md of this folder: `PYTHONPATH=.. python -m doors.listing > doors/README.md`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from . import every_reading
from .baits import BAITS
from .baits import WORDS as KINDS
from .every import ALL, ELSEWHERE, HOLDS, PARTLY
from .people import EVERYONE, WORDS
from .readers import READERS, WITHOUT_RIGHT
from .reading import BOTH, Reading
from .table import Door, cases

HEAD = """\
# Every door, one promise

A door is a way in which something can change that decides who sees a dataset or its files: an
action, a form, the command line, a script, SQL. Each is tried on a running portal through HTTP,
the `ckan` command, a script in it or PostgreSQL, by each person named (everybody: somebody who is
not signed in, a member of another organization, an editor, an administrator of the organization and
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

HELD = set(every_reading.HOLDS)
READ_HEAD = """
# Every door, nothing told

Then there are the doors that something is read by: an action, a page, a feed, a download. Nothing
is changed by them, so each portal gets its datasets once:

{baits}

Each of their words stands in one place and is found nowhere else: {words}. They are looked for in
all that comes back, headers included, and so are ids, and numbers where a door gives them.

The first is read by {without}; the second by those of them who never saw it; the last by anybody,
and by a member of the organization that the index still counts in. None of them is told anything.
The first was given to three people on request: somebody whose grant was revoked and somebody whose
grant is over are told no more, but what they wrote of it themselves; somebody who holds a grant of
it is told nothing of the second.
Members and sysadmins are told what is theirs. On the portal without the plugin each door is first
seen to tell of the same dataset while it is open; the plugin's own are seen to tell who may know.
"""


def lines() -> Iterator[str]:
    yield from _writing()
    yield from _reading()


def _reading() -> Iterator[str]:
    doors = every_reading.ALL
    without = [READERS[who] for who in WITHOUT_RIGHT]
    told = READ_HEAD.format(
        baits="\n".join(f"- {what}" for what in BAITS.values()),
        words=", ".join(KINDS.values()),
        without="; by ".join(without),
    )
    yield "\n\n".join(_wrapped(part) for part in told.split("\n\n")) + "\n"
    yield f"## {len(doors)} doors that something is read by\n"
    head = ("door", "what is guaranteed", "seen to tell")
    yield from _table(head, map(_reading_row, doors))
    yield "\n## Telling nothing on CKAN too\n"
    kept = ((d.id, _code(d.name), every_reading.HOLDS[d.name]) for d in doors if d.name in HELD)
    yield from _table(("door", "name", "what keeps it"), kept)
    yield "\n## Seen with each of them\n"
    yield from _table(("door", "what"), every_reading.THROUGHOUT.items())
    yield "\n## Asked with a guessed name\n"
    guesses = ", ".join(_code(guess) for guess in every_reading.GUESSES)
    yield textwrap.fill(f"Each is answered like a name that is not taken: {guesses}.", 100)
    yield "\n## Not read here\n"
    yield from _table(("door", "why"), every_reading.ELSEWHERE.items())


def _wrapped(part: str) -> str:
    return part if part.startswith(("- ", "\n#")) else textwrap.fill(part, 100)


def _reading_row(door: Reading) -> tuple[str, str, str]:
    told = ", ".join(READERS[who] for who in door.to) if door.tells else "-"
    if door.tells and tuple(door.tells) != BOTH:
        told += f", of {BAITS[door.tells[0]].split(',')[0].lower()}"
    return door.id, f"{door.sentence} ({_code(door.name)})", told


def _writing() -> Iterator[str]:
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
