"""The demo's mail catcher keeps what it is given, and shows it without running it."""

from __future__ import annotations

import asyncio
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from dev.mailbox import HERE, Keeper, answers, kept


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    server = ThreadingHTTPServer((HERE, 0), answers(tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{HERE}:{server.server_port}/"
    server.shutdown()
    server.server_close()


def got(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return str(answer.read().decode())


def send(folder: Path, subject: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "portal@example.org", "ann@example.org"
    mail.set_content("Read: http://127.0.0.1:5000/isp/request/7\n")
    mail.add_alternative("<p>Read</p><script>alert(1)</script>", subtype="html")
    given = SimpleNamespace(content=mail.as_bytes())
    assert asyncio.run(Keeper(folder).handle_DATA(None, None, given)).startswith("250")


def test_a_mail_is_kept_as_a_file_and_can_be_read(tmp_path: Path, page: str) -> None:
    assert "No mail yet." in got(page)
    send(tmp_path, "A request & more")
    (path,) = kept(tmp_path)
    assert f'<a href="/{path.stem}">A request &amp; more</a>' in got(page)
    shown = got(f"{page}{path.stem}")
    assert '<a href="http://127.0.0.1:5000/isp/request/7">' in shown
    assert "<script>" not in shown
    assert "<iframe sandbox " in shown
    assert "Subject: A request & more" in got(f"{page}{path.stem}.eml")


def test_nothing_else_is_served(tmp_path: Path, page: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    for path in ("secret.txt", "secret", "../secret.txt", "%2e%2e/secret.txt"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            got(page + path)
