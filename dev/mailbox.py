"""A mail server that keeps what it is given and sends nothing, with a page to read it.

Run as ``python -m dev.mailbox --smtp PORT --page PORT --folder FOLDER``; it listens on this machine
only. Each mail is a file ``*.eml`` in the folder.
"""

from __future__ import annotations

import argparse
import email
import html
import itertools
import re
import signal
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aiosmtpd.controller import Controller

HERE = "127.0.0.1"
LINK = re.compile(r"https?://[^\s&<]+")
SHOWN = 200
FRAME = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{font:1rem/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.375rem .75rem .375rem 0;
border-bottom:1px solid #ccc;vertical-align:top;
overflow-wrap:anywhere}}pre{{white-space:pre-wrap;padding:1rem;background:#f4f4f4}}
iframe{{width:100%;height:20rem;border:1px solid #ccc}}</style>
<h1>{title}</h1>{body}</html>"""


class Keeper:
    """Takes every mail, and keeps it as a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count()
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        path = self.folder / f"{time.time_ns()}-{next(self.numbers):04}.eml"
        fresh = path.with_suffix(".new")
        fresh.write_bytes(envelope.content)
        fresh.replace(path)
        return "250 Kept"


def read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=default)  # type: ignore[arg-type]


def kept(folder: Path) -> list[Path]:
    """The mails, newest first."""
    return sorted(folder.glob("*.eml"), reverse=True)


def part(of: EmailMessage, kind: str) -> str:
    found = of.get_body((kind,))
    return str(found.get_content()) if found else ""


def index(folder: Path) -> str:
    mails = kept(folder)
    rows = "".join(_rows(mails[:SHOWN]))
    head = "<tr><th>To</th><th>Subject</th><th>Date</th></tr>"
    body = f"<table>{head}{rows}</table>" if rows else "<p>No mail yet.</p>"
    return FRAME.format(title=f"Mails: {len(mails)}", body=body)


def page(of: EmailMessage, name: str) -> str:
    """One mail: its text with its link, and its HTML in a frame that can do nothing."""
    lines = (f"{label}: {of[label]}" for label in ("From", "To", "Date"))
    about = "<br>".join(html.escape(line) for line in lines)
    text = LINK.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', html.escape(_text(of)))
    framed = html.escape(part(of, "html"), quote=True)
    body = (
        f'<p><a href="/">All mails</a></p><p>{about}</p><pre>{text}</pre>'
        f'<iframe sandbox title="The same as HTML" srcdoc="{framed}"></iframe>'
        f'<p><a href="/{name}.eml">As it came</a></p>'
    )
    return FRAME.format(title=html.escape(str(of["Subject"] or "")), body=body)


def answers(folder: Path) -> type[BaseHTTPRequestHandler]:
    """What answers a browser about the mails of a folder."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = unquote(self.path.partition("?")[0]).strip("/")
            names = {path.stem: path for path in kept(folder)}
            stem = name.removesuffix(".eml")
            if not name:
                self.tell(index(folder))
            elif stem not in names:
                self.send_error(404)
            elif name == stem:
                self.tell(page(read(names[stem]), stem))
            else:
                self.tell(names[stem].read_text(errors="replace"), "text/plain")

        def tell(self, text: str, kind: str = "text/html") -> None:
            data = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_about: Any) -> None:
            pass

    return Answer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dev.mailbox")
    for name in ("smtp", "page"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args()
    server = Controller(Keeper(asked.folder), hostname=HERE, port=asked.smtp)
    server.start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        ThreadingHTTPServer((HERE, asked.page), answers(asked.folder)).serve_forever()
    except KeyboardInterrupt:
        server.stop()


def _text(of: EmailMessage) -> str:
    return part(of, "plain") or "(no text)"


def _rows(mails: list[Path]) -> Iterator[str]:
    for path in mails:
        of = read(path)
        to, subject, date = (html.escape(str(of[name] or "")) for name in ("To", "Subject", "Date"))
        yield f'<tr><td>{to}</td><td><a href="/{path.stem}">{subject}</a></td><td>{date}</td></tr>'


if __name__ == "__main__":
    main()
