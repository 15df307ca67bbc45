"""Commands that run to their end, and services that stay."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from dev.stack.progress import Problem, tail
from dev.stack.state import REPOSITORY, State

OUTSIDE = re.compile(
    r"^CKAN_[A-Z_]+$|^(PYTHONHOME|PYTHONPATH|PYTHONDONTWRITEBYTECODE|VIRTUAL_ENV)$"
)
NO_NETWORK = re.compile(
    r"name resolution|NameResolution|could not resolve|resolving|Unknown ?host"
    r"|unreachable|timed out|NewConnectionError|connection refused|could not connect"
    r"|could not transfer artifact",
    re.IGNORECASE,
)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's, less what points CKAN or Python elsewhere, or has it compile at every start."""
    kept = {name: value for name, value in os.environ.items() if not OUTSIDE.match(name)}
    return {**kept, **(extra or {})}


def run(
    state: State,
    argv: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    feed: str | None = None,
    downloads: bool = False,
) -> None:
    """Run to the end, its output in the log; a Problem if it fails."""
    with log.open("ab") as output:
        output.write(f"\n$ {' '.join(map(str, argv))}\n".encode())
        output.flush()
        start = output.tell()
        process = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(env),
            cwd=REPOSITORY,
            pass_fds=state.locks,
        )
        try:
            process.communicate(feed.encode() if feed is not None else None)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode:
        raise Problem(failure(Path(argv[0]).name, process.returncode, log, start, downloads))


def failure(name: str, code: int, log: Path, start: int, downloads: bool) -> str:
    with log.open("rb") as file:
        file.seek(start)
        text = file.read().decode(errors="replace")
    if "No space left on device" in text:
        return f"{name} ran out of disk: make room and repeat the command. Its log: {log}"
    telling = [line for line in text.splitlines() if NO_NETWORK.search(line)]
    if downloads and telling:
        return (
            f"{name} could not download what it needs. Is there a network, and does it trust the"
            f" certificates there? Then repeat the command. Its log: {log}\n{telling[-1][:300]}"
        )
    return f"{name} failed with exit code {code}. The end of {log}:\n{tail(log, 12)}"


def output_of(argv: Sequence[str | Path]) -> str:
    """What a command says on either stream; empty if it cannot be run."""
    try:
        done = subprocess.run(
            [str(word) for word in argv], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr


def born(pid: int) -> str | None:
    """When a live process started, in a form that no other process will ever share."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def pid_of(state: State, name: str) -> int | None:
    """The process id of a service that we started and that still runs."""
    record = state.get("processes", name)
    if record and born(record["pid"]) == record["born"]:
        return int(record["pid"])
    return None


def spawn(
    state: State, name: str, argv: Sequence[str | Path], env: Mapping[str, str] | None = None
) -> None:
    """Start a service in a session of its own, so that Ctrl-C here does not end it."""
    with state.log(name).open("ab") as log, undisturbed():
        process = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment(env),
            cwd=REPOSITORY,
            start_new_session=True,
        )
        state.put("processes", name, {"pid": process.pid, "born": born(process.pid)})


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """An interruption waits: between starting a service and noting its pid it would lose it."""
    waiting: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda caught, _: waiting.append(caught)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
    if waiting:
        raise KeyboardInterrupt


def wait_for(state: State, name: str, ready: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not ready():
        log = state.log(name)
        if pid_of(state, name) is None:
            raise Problem(f"{name} ended while starting. The end of {log}:\n{tail(log, 15)}")
        if time.monotonic() > until:
            raise Problem(
                f"{name} did not answer within {seconds:.0f} s. The end of {log}:\n{tail(log, 15)}"
            )
        time.sleep(0.2)


def stop(
    state: State, name: str, how: signal.Signals = signal.SIGTERM, seconds: float = 20
) -> None:
    """Ask, wait, insist."""
    pid = pid_of(state, name)
    if pid is not None:
        os.kill(pid, how)
        if not gone(state, name, seconds):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            gone(state, name, 5)
    state.put("processes", name, None)


def gone(state: State, name: str, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while pid_of(state, name) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def interrupt(processes: Collection[subprocess.Popen[bytes]], seconds: float = 15) -> None:
    """Let them tidy up, as Ctrl-C does; then insist, to whatever they have started too."""
    left = [process for process in processes if process.poll() is None]
    for process in left:
        process.send_signal(signal.SIGINT)
    until = time.monotonic() + seconds
    try:
        for process in left:
            process.wait(max(0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        pass
    finally:
        for process in left:
            kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """A process and, where it leads a group of its own, what it has left behind."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
