"""python3 -m dev.stack COMMAND [ARGUMENT ...]

demo        the portal, with people and data in it
services    PostgreSQL, Redis and Solr only, and .portal/test.env for tests run by hand
test        everything: lint, unit, functional, core, browser; two at a time, or ISP_LANES=1
lint, unit, functional, core, browser, bench
            one part of it; arguments go to pytest or the bench
status      what runs, where
stop        stop what was started
reset       stop, and delete the state folder
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from types import FrameType

from dev.stack import checks, ckan, demo, mailbox, packages, phases, ports, services
from dev.stack.processes import pid_of
from dev.stack.progress import Problem, say
from dev.stack.state import delete, existing, locked, opened


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, interrupted)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    command, arguments = words[0] if words else "help", words[1:]
    try:
        act = COMMANDS.get(command)
        if act is None:
            say(__doc__)
            return 0 if command == "help" else 2
        act(command, arguments)
    except Problem as problem:
        say(f"\n{problem}")
        return 1
    except OSError as error:
        say(f"\n{error.strerror or error}: {error.filename or ''}")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted. The same command goes on from here.")
        return 130
    return 0


def interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run_demo(_command: str, _arguments: list[str]) -> None:
    state = opened()
    with locked(state, "stack"):
        services.prepare(state, packages.SERVERS)
        ports.assign(state, ckan.NAME)
        services.up(state, keep=True)
        mailbox.up(state)
        ckan.up(state)
        demo.fill(state)
    demo.welcome(state)


def run_services(_command: str, _arguments: list[str]) -> None:
    state = opened()
    with locked(state, "stack"):
        services.prepare(state, packages.SERVERS)
        services.up(state, keep=True)
        ckan.set_permissions(state, "test")
        checks.write_env(state)
    say(f"For tests run by hand: . {state.path('test.env')}")


def run_checks(command: str, arguments: list[str]) -> None:
    state = opened()
    if not phases.needs_services(command):
        with locked(state, "stack"):
            services.prepare(state)
        checks.run(state, command, arguments)
        return
    with locked(state, "tests"):
        started: list[str] = []
        try:
            with locked(state, "stack"):
                services.prepare(state, packages.SERVERS, packages.CHECKS)
                started = services.absent(state)
                services.up(state)
                checks.write_env(state)
            ckan.compile_translations(state)
            checks.run(state, command, arguments)
        finally:
            with locked(state, "stack"):
                services.release(state, started)


def show_status(_command: str, _arguments: list[str]) -> None:
    state = existing()
    if state is None:
        say("Nothing is here yet: begin with `make demo`.")
        return
    say(f"{'service':<10} {'port':>5}  {'pid':>7}  {'':<5} address")
    for name in services.TITLES:
        pid, port = pid_of(state, name), state.get("ports", name, "")
        addresses = {
            "ckan": "http://127.0.0.1:{}/",
            "solr": "http://127.0.0.1:{}/solr/",
            "mail": "http://127.0.0.1:{}/",
            "worker": "",
        }
        address = addresses.get(name, "127.0.0.1:{}").format(port) if port else ""
        up = "down" if not pid else "up" if not port or ports.answers(port) else "mute"
        say(f"{name:<10} {port!s:>5}  {pid or '-'!s:>7}  {up:<5} {address}")


def run_stop(_command: str, _arguments: list[str]) -> None:
    state = existing()
    if state:
        with locked(state, "stack"):
            state.put("services", "kept", None)
            services.down(state)


def run_reset(_command: str, _arguments: list[str]) -> None:
    state = existing()
    if state:
        run_stop(_command, _arguments)
        delete(state)
        say(f"{state.root} is deleted.")


COMMANDS: dict[str, Callable[[str, list[str]], None]] = {
    "demo": run_demo,
    "services": run_services,
    **dict.fromkeys(phases.PHASES, run_checks),
    "status": show_status,
    "stop": run_stop,
    "reset": run_reset,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
