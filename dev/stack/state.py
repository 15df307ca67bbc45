"""The state folder: everything that the stack makes lies in it and goes with it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dev.stack.progress import Problem, say

REPOSITORY = Path(__file__).resolve().parents[2]
MARKER = ".isp-stack"
DEFAULT = ".portal"
ROOM_AT_FIRST = 2 * 1024**3
ROOM_LATER = 200 * 1024**2


@dataclass(frozen=True)
class State:
    root: Path
    locks: list[int] = field(
        default_factory=list
    )  # file descriptors, passed on to what must finish first

    def path(self, *parts: str) -> Path:
        return self.root.joinpath(*parts)

    def log(self, name: str) -> Path:
        return self.path("logs", f"{name}.log")

    def get(self, section: str, name: str, default: Any = None) -> Any:
        return self._read().get(section, {}).get(name, default)

    def put(self, section: str, name: str, value: Any) -> None:
        """Remember a value; None forgets it."""
        content = self._read()
        if value is None:
            content.get(section, {}).pop(name, None)
        else:
            content.setdefault(section, {})[name] = value
        write_whole(self.path("state.json"), json.dumps(content, indent=1) + "\n")

    def secret(self, name: str) -> str:
        """Made once and kept; letters and digits only, fit for addresses and ini files."""
        if not self.get("secrets", name):
            self.put("secrets", name, secrets.token_hex(20))
        return str(self.get("secrets", name))

    def done(self, name: str, value: str = "") -> bool:
        stamp = self.path("stamps", name)
        return stamp.is_file() and stamp.read_text() == value

    def mark(self, name: str, value: str = "") -> None:
        write_whole(self.path("stamps", name), value)

    def unmark(self, *names: str) -> None:
        for name in names:
            self.path("stamps", name).unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self.path("state.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


def write_whole(path: Path, text: str) -> None:
    """An interrupted write leaves the old content; what is written may hold passwords."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def digest(*parts: str | Path) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        total.update(b"\0")
    return total.hexdigest()


def location() -> Path:
    return REPOSITORY / os.environ.get("ISP_STATE", DEFAULT)


def existing() -> State | None:
    root = location()
    return State(root) if (root / MARKER).is_file() else None


def opened() -> State:
    """The state folder, made if it is not there yet. Another's folder is never taken over."""
    root = location()
    if not (root / MARKER).is_file():
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise Problem(
                f"{root} is not empty and was not made by this stack, which would later delete it:"
                " move away what is in it, or name another folder in ISP_STATE."
            )
        root.mkdir(parents=True, exist_ok=True)
        (root / MARKER).write_text("Made by dev/stack. `make reset` deletes this folder.\n")
    if not os.access(root, os.W_OK):
        raise Problem(f"{root} belongs to another user: name another folder in ISP_STATE.")
    for name in ("logs", "stamps", "storage"):
        (root / name).mkdir(exist_ok=True)
    return State(root)


def check_room(state: State) -> None:
    needed = ROOM_LATER if state.path("stamps", "environment").is_file() else ROOM_AT_FIRST
    free = shutil.disk_usage(state.root).free
    if free < needed:
        raise Problem(
            f"The disk of {state.root} is nearly full: {free / 1024**2:.0f} MB free,"
            f" {needed / 1024**2:.0f} MB needed. Make room,"
            " or name a folder on another disk in ISP_STATE."
        )


def delete(state: State) -> None:
    root = state.root.resolve()
    if not (root / MARKER).is_file() or REPOSITORY.is_relative_to(root):
        raise Problem(f"{root} is not a state folder of this stack: nothing was deleted.")
    marker = root / MARKER
    try:
        for entry in root.iterdir():
            if entry == marker:
                continue
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        marker.unlink()  # last, so that an interrupted reset can be repeated
        root.rmdir()
    except PermissionError as error:
        raise Problem(
            f"{error.filename} belongs to another user: repeat `make reset` as root."
        ) from error


@contextmanager
def locked(state: State, name: str) -> Iterator[None]:
    """One run at a time; the next one waits."""
    with state.path(f"{name}.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another run is at work in {state.root}: waiting for it to end.")
            fcntl.flock(file, fcntl.LOCK_EX)
        state.locks.append(file.fileno())
        try:
            yield
        finally:
            state.locks.remove(file.fileno())
