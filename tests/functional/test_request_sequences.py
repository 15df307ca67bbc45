"""No sequence of commands, by whomever, leads to a byte without a live grant."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import makers
import sqlalchemy as sa
from ckan import model
from conftest import Dataset
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from test_datasets import act
from test_requests import CRITERIA, TICKED, TODAY, another_admin, asker, listed, store

from ckanext.isp import gate, jobs
from ckanext.isp.policy.access import May

__all__ = ["asker", "listed", "store"]

NOTE = {"note": "Because."}
LATER = (TODAY + dt.timedelta(days=50)).isoformat()
SOONER = (TODAY + dt.timedelta(days=40)).isoformat()
TOMORROW = (TODAY + dt.timedelta(days=1)).isoformat()
LATER_ON = {**TICKED, "from": TOMORROW}
COMMANDS: dict[str, dict[str, Any]] = {
    "isp_request_submit": CRITERIA,
    "isp_request_withdraw": {},
    "isp_request_say": NOTE,
    "isp_request_return": NOTE,
    "isp_request_agree": TICKED,
    "isp_request_agree later": LATER_ON,
    "isp_request_decline": NOTE,
    "isp_grant_accept": {"accept": True},
    "isp_grant_suspend": NOTE,
    "isp_grant_reconfirm": {},
    "isp_grant_ask_longer": {**NOTE, "until": LATER},
    "isp_grant_extend": {"until": SOONER},
    "isp_grant_refuse_longer": NOTE,
    "isp_grant_revoke": NOTE,
    "isp_grant_give_back": {},
    "isp_grant_report": {**NOTE, "to": "A consultant", "meant": "meant"},
    "isp_grant_attest": {"method": "clear", "on": TODAY.isoformat()},
}
# what begins and ends a grant, and by whom alone
BEGINS, ENDS = "isp_grant_accept", {"isp_grant_revoke", "isp_grant_give_back"}
OF_ASKER = {"isp_request_submit", "isp_request_withdraw", BEGINS, "isp_grant_give_back"}
OFFERS = {"isp_request_agree"}
# by whom a request is taken on that goes well, from each state
GOES_WELL = {
    "approved": ("asker", BEGINS),
    "draft": ("asker", "isp_request_submit"),
    "returned": ("asker", "isp_request_submit"),
    "submitted": ("admin", "isp_request_agree"),
}
OF_DECIDERS = {"isp_request_agree", "isp_request_decline", "isp_grant_extend"}
PEOPLE = ("asker", "admin", "second", "editor", "colleague", "stranger", "sysadmin")


class Sequences(RuleBasedStateMachine):
    """A request, and everybody who tries everything with it."""

    people: dict[str, dict[str, Any]]
    made: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.live = self.suspended = self.waits = False
        self.again()

    def again(self) -> None:
        model.Session.rollback()
        drafted = act("isp_request_draft", self.people["asker"], id=self.made["id"])
        self.number = drafted["request"]
        self.live = self.suspended = self.waits = False

    @rule(command=st.sampled_from(sorted(COMMANDS)), who=st.sampled_from(PEOPLE))
    def tries(self, command: str, who: str) -> None:
        said, later = dict(COMMANDS[command]), command.endswith(" later")
        command = command.removesuffix(" later")
        if command == "isp_request_submit":
            said["organization"] = self.people["asker"]["organization"]["name"]
        try:
            act(command, self.people[who], request=self.number, **said)
        except (tk.ValidationError, tk.ObjectNotFound, tk.NotAuthorized):
            model.Session.rollback()
            return
        if command == "isp_request_agree":
            self.waits = later
        if command in OF_ASKER:
            assert who == "asker"
        if command in OF_DECIDERS:
            assert who in ("admin", "second")
        self.live = command == BEGINS or (self.live and command not in ENDS)
        if command in ("isp_grant_suspend", "isp_grant_reconfirm"):
            self.suspended = command == "isp_grant_suspend"

    @rule(steps=st.integers(1, 3), later=st.booleans())
    def goes_well(self, steps: int, later: bool) -> None:
        """Some steps to a grant, which hardly anybody comes to who tries everything."""
        for _ in range(steps):
            shown = act("isp_request_show", self.people["asker"], request=self.number)
            if shown["state"] in GOES_WELL:
                who, command = GOES_WELL[shown["state"]]
                self.tries(command + " later" * (later and command in OFFERS), who)

    @rule()
    def the_first_day_comes(self) -> None:
        begun = "UPDATE isp_grant SET begins_at = clock_timestamp() WHERE begins_at IS NOT NULL"
        model.Session.execute(sa.text(begun))
        model.Session.commit()
        shown = act("isp_request_show", self.people["asker"], request=self.number)
        self.waits = self.waits and not shown["grant"]

    @rule()
    def the_worker_comes_by(self) -> None:
        jobs.tend()

    @rule()
    def asks_anew(self) -> None:
        shown = act("isp_request_show", self.people["asker"], request=self.number)
        if shown["state"] in ("declined", "withdrawn", "expired", "revoked", "attested"):
            self.again()

    @invariant()
    def whoever_asked_has_bytes_while_the_grant_is_live_and_nobody_else_ever(self) -> None:
        model.Session.rollback()
        package = model.Package.get(self.made["id"])
        file = self.made["file"]["id"]
        gives = self.live and not self.suspended and not self.waits
        for who in ("asker", "colleague", "stranger"):
            user = model.User.get(self.people[who]["id"])
            has = gate.may(user, package, May.GET, file) is not None
            assert has is (who == "asker" and gives), who


def test_no_sequence_of_commands_leads_to_a_byte_without_a_live_grant(
    asker: Any,
    org_admin: Any,
    organization: Any,
    editor: Any,
    sysadmin: Any,
    listed: Any,
    dataset: Dataset,
) -> None:
    colleague = makers.person()
    told = {"id": asker["organization"]["id"], "username": colleague["name"], "role": "admin"}
    tk.get_action("organization_member_create")({"ignore_auth": True, "user": ""}, told)
    Sequences.people = {
        "asker": asker,
        "admin": org_admin,
        "second": another_admin(organization),
        "editor": editor,
        "colleague": colleague,
        "stranger": makers.person(),
        "sysadmin": sysadmin,
    }
    Sequences.made = listed

    class Anew(Sequences):
        def teardown(self) -> None:
            """Nothing of one sequence is left for the next."""
            for who in ("asker", "admin"):
                for action in ("isp_request_withdraw", "isp_grant_revoke"):
                    try:
                        act(action, self.people[who], request=self.number, **NOTE)
                    except (tk.ValidationError, tk.ObjectNotFound):
                        model.Session.rollback()

    quick = settings(
        max_examples=8,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Anew, settings=quick)
