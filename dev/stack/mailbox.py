"""The demo's mail catcher: what the portal mails stays on this machine, and can be read."""

from __future__ import annotations

from pathlib import Path

from dev.stack import ports, python
from dev.stack.processes import pid_of, spawn, stop, wait_for
from dev.stack.progress import step
from dev.stack.state import State, digest

NAME = "mail"
SMTP = "smtp"
PROGRAM = Path(__file__).resolve().parents[1] / "mailbox.py"


def up(state: State) -> None:
    """Start it, anew if it has changed since."""
    if pid_of(state, NAME) is not None and not state.done(NAME, digest(PROGRAM)):
        stop(state, NAME)
    with step("Mails", state.log(NAME)) as progress:
        serve(state)
        progress.title = f"Mails on {address(state)}"
    state.mark(NAME, digest(PROGRAM))


def serve(state: State) -> None:
    running = pid_of(state, NAME) is not None
    page = ports.assign(state, NAME)
    smtp = state.get("ports", SMTP) if running else ports.assign(state, SMTP)
    if not running:
        places = ["--smtp", str(smtp), "--page", str(page), "--folder", state.path("mails")]
        spawn(state, NAME, [python.program(state, "python"), "-m", "dev.mailbox", *places])
    wait_for(state, NAME, lambda: ports.answers(page) and ports.answers(smtp))


def address(state: State) -> str:
    return f"http://127.0.0.1:{state.get('ports', NAME)}/"


def server(state: State) -> str:
    """Where the portal hands its mails over."""
    return f"127.0.0.1:{state.get('ports', SMTP)}"
