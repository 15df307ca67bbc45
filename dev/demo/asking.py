"""Asks for data and answers, as the demo's people; each step once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from dev.demo.access import DOWNLOAD, LAST, Asked, Step, dated
from dev.demo.portal import Portal

# what begins a request of HDX's names calls the dataset so
HDX = "requestdata_request_create"


class Unexpected(Exception):
    """A request that did not end in the state that the demo says."""


class Asking:
    """Goes through the requests; what was done is kept with the portal's state."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.state = portal, portal.state
        self.today = datetime.now(timezone.utc).date()

    def stand_in(self, step: Step) -> None:
        mark = f"{step.do} {step.send['organization']} {step.send['stands_in']}"
        if mark not in self.state.done:
            self.portal.call(step.by, step.do, **dated(step.send, self.today))
            self.state.finish(mark)

    def request(self, asked: Asked, package_id: str) -> None:
        """Begin a request for the dataset with that id, and take it as far as it goes.

        :raises Unexpected: where it ends otherwise
        """
        mark = f"{package_id} {asked.key}"
        if mark in self.state.done:
            return
        number = self.state.requests.get(mark) or self._begin(asked, package_id, mark)
        for place, step in enumerate(asked.then):
            self._once(f"{mark} {place}", lambda step=step: self._step(step, number))
        shown = self.portal.call(asked.by, "isp_request_show", request=number)
        if shown["state"] != asked.state:
            raise Unexpected(f"it is {shown['state']}, and not {asked.state}")
        self.state.finish(mark)

    def _begin(self, asked: Asked, package_id: str, mark: str) -> int:
        name = "package_id" if asked.begins == HDX else "id"
        sent = {name: package_id, **dated(asked.say, self.today)}
        made = self.portal.call(asked.by, asked.begins, **sent)
        number = int(made["id"] if asked.begins == HDX else made["request"])
        self.state.requests[mark] = number
        self.state.write()
        return number

    def _once(self, mark: str, do: Callable[[], None]) -> None:
        if mark not in self.state.done:
            do()
            self.state.finish(mark)

    def _step(self, step: Step, number: int) -> None:
        if step.do == DOWNLOAD:
            self._download(step.by, number)
            return
        sent = {"request": number, **dated(step.send, self.today)}
        if sent.get("consultation") == LAST:
            sent["consultation"] = self._shown(step.by, number)["consultations"][-1]["consultation"]
        self.portal.call(step.by, step.do, **sent)

    def _download(self, by: str, number: int) -> None:
        for file in self._shown(by, number)["files"]:
            self.portal.download(by, file["id"])

    def _shown(self, by: str, number: int) -> dict[str, Any]:
        shown: dict[str, Any] = self.portal.call(by, "isp_request_show", request=number)
        return shown
