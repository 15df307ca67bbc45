"""The demonstration portal: its people, and what a person needs to know to enter."""

from __future__ import annotations

import json

from dev.stack import ckan, mailbox, python
from dev.stack.processes import run
from dev.stack.progress import say, step
from dev.stack.state import REPOSITORY, State

FILLER = REPOSITORY / "dev" / "demo" / "fill.py"


def fill(state: State) -> None:
    if not FILLER.exists():
        return
    words = ["-m", "dev.demo.fill", "--url", ckan.address(state), "--ini", str(ckan.ini(state))]
    with step("People and data", state.log("fill")):
        run(
            state,
            [python.program(state, "python"), *words],
            state.log("fill"),
            env={"ISP_STATE": str(state.root)},
        )


def welcome(state: State) -> None:
    say(f"\nThe portal: {ckan.address(state)}")
    say(f"Its mails:  {mailbox.address(state)} (everything it sends is caught there)")
    try:
        people = json.loads(state.path("demo.json").read_text())
    except (FileNotFoundError, ValueError):
        people = []
    for person in people:
        say(f"  {person['name']:<22} {person['password']:<22} {person['role']}")
    say("Who asks for data, and who answers:")
    for person in people:
        if "see" in person:
            page = f"{ckan.address(state).rstrip('/')}{person['page']}"
            say(f"  {person['name']:<8} {page}  {person['see']}")
    say("Stop it: make stop. Delete it: make reset. What runs: make status.")
