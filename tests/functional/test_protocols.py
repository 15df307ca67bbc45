"""Protocols are kept, and change the catalogue only when a second person says so."""

from __future__ import annotations

import base64
import csv as csv_module
import io
import json
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
import yaml
from ckan import model
from ckan.cli.cli import ckan as ckan_command
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories
from conftest import Dataset, events, found_by_anyone, row
from test_datasets import act, csv, refused
from test_races import FLUSHED, INDEXED, LOADED, Race, race, reached

from ckanext.isp import doctor, gate, jobs
from ckanext.isp.model import guard
from ckanext.isp.services import datasets, protocol_change, tightening
from ckanext.isp.services.protocol_plan import Stopped

__all__ = ["race"]
TIGHTENED = "tightened"
BEGIN = ["isp", "protocol", "begin"]

LEVELS = [{"key": key, "as": key} for key in ("low", "moderate", "high", "severe")]
NOBODY = {"personal_data": [], "household_level": ["no"], "unprocessed_responses": ["no"]}
ANSWERS = {"type": ["water_points"], "place": ["AFG"], **NOBODY}
Protocol = Callable[..., str]


def text(**told: Any) -> str:
    """A small protocol of Afghanistan: water points are Low."""
    rows = [{"type": "water_points", "level": "low", "words": "Water points"}]
    usual = {
        "isp": 1,
        "key": "afg",
        "title": {"en": "Afghanistan ISP"},
        "version": "1",
        "status": "endorsed",
        "languages": ["en"],
        "scope": {"kind": "country", "places": ["AFG"]},
        "levels": LEVELS,
        "minimums": [],
        "types": {"water_points": {"name": {"en": "Water points"}}},
        "rows": rows,
    }
    return yaml.safe_dump({**usual, **told}, sort_keys=False)


def water(level: str, **told: Any) -> list[dict[str, Any]]:
    return [{"type": "water_points", "level": level, "words": "Water points", **told}]


def level(key: str, **told: Any) -> list[dict[str, Any]]:
    return [{**one, **told} if one["key"] == key else one for one in LEVELS]


@pytest.fixture
def focal_point(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Somebody whom the portal's configuration names."""
    user = factories.UserWithToken()
    monkeypatch.setitem(tk.config, "ckanext.isp.focal_points", [user["name"]])
    return user


@pytest.fixture
def load(focal_point: Any) -> Callable[..., dict[str, Any]]:
    return lambda **told: act("isp_protocol_load", focal_point, source=text(**told))


@pytest.fixture
def change(focal_point: Any, sysadmin: Any) -> Callable[..., dict[str, Any]]:
    """Proposed by the focal point, approved by an administrator."""

    def done(kind: str, **about: Any) -> dict[str, Any]:
        proposal = act("isp_protocol_propose", focal_point, act=kind, reason="Endorsed", **about)
        return act("isp_protocol_decide", sysadmin, proposal=proposal["id"], approve=True)

    return done


@pytest.fixture
def activate(load: Any, change: Any) -> Callable[..., dict[str, Any]]:
    return lambda **told: change("activate", id=load(**told)["id"])


@pytest.fixture
def answered(dataset: Dataset) -> Dataset:
    """Makes a dataset about which somebody has answered."""

    def make(answers: dict[str, list[str]] = ANSWERS, **fields: Any) -> dict[str, Any]:
        made = dataset(**{"sensitivity": "low", **fields})
        answer(made["id"], made["sensitivity"], answers)
        return made

    return make


def answer(dataset_id: str, of: str, answers: dict[str, list[str]]) -> None:
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO isp_classification (package_id, answers, level, protocols) "
                "VALUES (:id, :answers, :level, '[]')"
            ),
            {"id": dataset_id, "answers": json.dumps(answers), "level": of},
        )


def stored(dataset: dict[str, Any]) -> tuple[str, str]:
    found = row(dataset["id"])
    return found.sensitivity, found.exposure


def keys_in_force() -> list[str]:
    return [f"{protocol.key} {protocol.version}" for protocol in gate.protocols()]


# keeping


def test_the_shipped_template_is_shown_to_everybody(app: Any) -> None:
    listed = tk.get_action("isp_protocol_list")({"user": ""}, {})
    assert [(one["key"], one["in_force"]) for one in listed] == [("iasc-template", True)]
    shown = tk.get_action("isp_protocol_show")({"user": ""}, {"key": "iasc-template"})
    assert shown["levels"][2]["classification"] == {"en": "Confidential", "fr": "Confidentielle"}
    assert {row["number"] for row in shown["rows"]} == {
        number + 1 for number, _row in enumerate(shown["document"]["rows"])
    }


def test_a_focal_point_loads_a_version_and_the_same_text_is_kept_once(
    focal_point: Any, load: Any
) -> None:
    one, again, other = load(), load(), load(version="2")
    assert (one["key"], one["version"], one["in_force"]) == ("afg", "1", False)
    assert again["id"] == one["id"] != other["id"]
    shown = act("isp_protocol_show", focal_point, id=one["id"])
    assert (shown["id"], shown["source"]) == (one["id"], text())
    assert keys_in_force() == ["iasc-template 2021"]


def test_a_malformed_text_is_refused_whole_with_every_line(focal_point: Any) -> None:
    bad = text(rows=water("sever"), scope={"kind": "contry"})
    errors = refused("isp_protocol_load", focal_point, source=bad)["source"]
    found = act("isp_protocol_validate", focal_point, source=bad)["problems"]
    assert len(errors) == len([problem for problem in found if problem["fatal"]]) > 0
    assert all(str(problem["line"]) in said for problem, said in zip(found, errors, strict=True))
    assert len(act("isp_protocol_list", focal_point)) == 1


@pytest.mark.parametrize(
    "source", [None, "", 7, ["x"], {"isp": 1}, "{", "a: &b c", "\udcff", "a\0"]
)
def test_what_is_no_protocol_is_bad_input(source: Any, focal_point: Any) -> None:
    assert "source" in refused("isp_protocol_load", focal_point, source=source)


@pytest.mark.parametrize("id", [None, "", "x", -1, 1.5, 10**30, True, [1], {"a": 1}])
def test_what_is_no_id_is_bad_input(id: Any, focal_point: Any) -> None:
    assert "id" in refused("isp_protocol_show", focal_point, id=id)


def test_a_draft_is_seen_by_those_who_may_load_it(load: Any, editor: Any, focal_point: Any) -> None:
    draft = load(status="draft")
    assert len(act("isp_protocol_list", focal_point)) == 2
    assert len(act("isp_protocol_list", editor)) == 1
    with pytest.raises(tk.ObjectNotFound):
        act("isp_protocol_show", editor, id=draft["id"])
    with pytest.raises(tk.ObjectNotFound):
        act("isp_protocol_compare", editor, a=draft["id"], b="iasc-template")


@pytest.mark.parametrize("action", ["load", "validate", "simulate", "propose", "proposals"])
def test_an_editor_does_not_change_protocols(action: str, editor: Any, load: Any) -> None:
    told = {"source": text(), "id": load()["id"], "act": "activate", "reason": "Mine"}
    with pytest.raises(tk.NotAuthorized):
        act(f"isp_protocol_{action}", editor, **told)


def test_two_versions_are_compared_row_by_row(load: Any, focal_point: Any) -> None:
    more = [*water("high"), {"type": "contacts", "level": "high", "words": "Contacts"}]
    one, two = load(), load(version="2", rows=more, levels=level("high", discoverable=False))
    told = act("isp_protocol_compare", focal_point, a=one["id"], b=two["id"])
    assert [pair["change"] for pair in told["rows"]] == ["changed", "added"]
    assert told["rows"][0]["before"]["level"] == "low"
    assert [pair["change"] for pair in told["levels"]] == ["same", "same", "changed", "same"]
    assert [other["key"] for other in told["other"]] == ["version"]


def test_a_protocol_is_given_word_for_word_and_as_a_table(load: Any, editor: Any) -> None:
    kept = load(rows=water("high"))
    told = act("isp_protocol_export", editor, id=kept["id"], format="yaml")
    assert (told["name"], told["text"]) == ("afg-1.yaml", text(rows=water("high")))
    table = act("isp_protocol_export", editor, id=kept["id"], format="csv")["text"]
    row_given = reader(table)[0]
    assert (row_given[0], row_given[1], row_given[4]) == ("AFG", "Water points", "High")
    book = act("isp_protocol_export", editor, id=kept["id"], format="xlsx")
    assert base64.b64decode(book["base64"]).startswith(b"PK")


def reader(table: str) -> list[list[str]]:
    return list(csv_module.reader(io.StringIO(table)))[1:]


def test_a_table_becomes_drafts_and_nothing_is_kept(focal_point: Any) -> None:
    head = "Country,Data/Information Type,Category,Lowest Disaggregation,Sensitivity (Level),"
    table = f"{head}Rule Interpretation Instructions\nAFG,Water points,,adm2,medium,\n"
    made = act("isp_protocol_import", focal_point, file=table)["drafts"]
    assert [draft["country"] for draft in made] == ["AFG"]
    assert yaml.safe_load(made[0]["source"])["status"] == "draft"
    assert len(act("isp_protocol_list", focal_point)) == 1
    assert "file" in refused("isp_protocol_import", focal_point, file=7)


# what is known of a dataset


def test_place_organisation_and_newest_answers_are_known(
    answered: Dataset, organization: Any, sysadmin: Any
) -> None:
    made = answered()
    for name in ("hti", "nutrition"):
        group = factories.Group(name=name)
        member = {"id": group["id"], "object": made["id"], "object_type": "package"}
        act("member_create", sysadmin, **member, capacity="public")
    answer(made["id"], "low", {"type": ["cod"]})
    facts, asked = datasets.known(model.Session, [made["id"]], frozenset({"AFG"}))[made["id"]]
    assert asked
    assert facts == {
        "type": {"cod"},
        "place": {"HTI"},
        "organisation": {organization["name"]},
    }


def test_a_dataset_that_names_no_place_is_about_the_portals_own(dataset: Dataset) -> None:
    made = dataset(sensitivity="low")
    facts, asked = datasets.known(model.Session, [made["id"]], frozenset({"AFG"}))[made["id"]]
    assert not asked
    assert facts["place"] == {"AFG"}
    assert "place" not in datasets.known(model.Session, [made["id"]], frozenset())[made["id"]][0]


# changing


def test_one_person_proposes_and_another_decides(
    load: Any, focal_point: Any, sysadmin: Any
) -> None:
    about = {"act": "activate", "id": load()["id"], "reason": "Endorsed by the HCT"}
    proposal = act("isp_protocol_propose", focal_point, **about)
    assert keys_in_force() == ["iasc-template 2021"]
    own = refused("isp_protocol_decide", focal_point, proposal=proposal["id"], approve=True)
    assert "decided_by" in own
    again = refused("isp_protocol_propose", sysadmin, **about)
    assert "proposed this already" in again["id"][0]
    answer = act("isp_protocol_decide", sysadmin, proposal=proposal["id"], approve=True)
    assert answer["state"] == "approved"
    assert keys_in_force() == ["iasc-template 2021", "afg 1"]
    listed = act("isp_protocol_list", focal_point)
    assert [one["in_force"] for one in listed] == [True, True]


def test_a_refusal_has_a_reason_and_changes_nothing(
    load: Any, focal_point: Any, sysadmin: Any
) -> None:
    about = {"act": "activate", "id": load()["id"], "reason": "Endorsed"}
    proposal = act("isp_protocol_propose", focal_point, **about)
    decide = {"proposal": proposal["id"], "approve": False}
    assert "reason" in refused("isp_protocol_decide", sysadmin, **decide)
    answer = act("isp_protocol_decide", sysadmin, **decide, reason="The annex is missing")
    assert answer["state"] == "refused"
    assert keys_in_force() == ["iasc-template 2021"]
    late = refused("isp_protocol_decide", sysadmin, proposal=proposal["id"], approve=True)
    assert model.User.get(sysadmin["id"]).display_name in late["proposal"][0]


def test_the_database_knows_two_people_of_every_change(load: Any, focal_point: Any) -> None:
    about = {"act": "activate", "id": load()["id"], "reason": "Endorsed"}
    act("isp_protocol_propose", focal_point, **about)
    with pytest.raises(tk.ValidationError), model.meta.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO isp_protocol_decision "
                "(proposal_id, requested_by, decided_by, approved, event_id) "
                "SELECT id, requested_by, requested_by, true, event_id FROM isp_protocol_proposal"
            )
        )


@pytest.mark.parametrize(
    "told", [{"status": "draft"}, {"status": "superseded"}, {"status": "listed", "levels": []}]
)
def test_only_an_endorsed_version_is_activated(told: Any, load: Any, focal_point: Any) -> None:
    if not told.get("levels", True):
        told = {**told, "rows": []}
    about = {"act": "activate", "id": load(**told)["id"], "reason": "Now"}
    assert "Afghanistan ISP, 1" in refused("isp_protocol_propose", focal_point, **about)["id"][0]


def test_a_version_that_was_in_force_keeps_its_text(activate: Any, load: Any, change: Any) -> None:
    activate()
    with pytest.raises(tk.ValidationError, match="another text"):
        change("activate", id=load(rows=water("high"))["id"])


def test_what_a_protocol_asks_for_is_raised_narrowed_recorded_and_closed(
    answered: Dataset, activate: Any, sysadmin: Any, editor: Any
) -> None:
    made = answered(title="Wells of the valley", is_requestdata_type=False)
    other = answered({**ANSWERS, "type": ["cod"]})
    assert set(found_by_anyone()) == {made["id"], other["id"]}
    answer = activate(rows=[*water("high"), *(water("low") and cod())])
    assert stored(made) == ("high", "members")
    assert stored(other) == ("low", "open")
    assert found_by_anyone() == [other["id"]]
    changed = answer["changed"]
    assert (changed["total"], changed["tighten"], changed["same"]) == (2, 1, 1)
    assert events(made["id"]) == ["classified", "tightened"]
    told = act("isp_timeline", editor, id=made["id"])[0]
    assert (told["protocol"], told["protocol_version"]) == ("afg", "1")
    assert (told["level_before"], told["level_after"]) == ("low", "high")
    assert (told["exposure_before"], told["exposure_after"]) == ("open", "members")
    assert (told["actor"], told["reason"]) == (sysadmin["id"], "Endorsed")
    assert heard(answer["id"], sysadmin) == (0, 1)
    assert jobs.drain_outbox() == 1
    assert heard(answer["id"], sysadmin) == (1, 1)
    assert found_by_anyone() == [other["id"]]


def heard(proposal: int, by: dict[str, Any]) -> tuple[int, int]:
    """Of how many datasets that a proposal changed the index tells, and how many there are."""
    told = act("isp_protocol_proposals", by, proposal=proposal)[0]["indexed"]
    return told["done"], told["of"]


def cod() -> list[dict[str, Any]]:
    return [{"type": "cod", "level": "low", "words": "CODs"}]


def test_what_is_closed_by_its_level_alone_needs_no_answers(
    dataset: Dataset, load: Any, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckanext.isp.places", ["AFG"])
    made = dataset(sensitivity="high", private=False, is_requestdata_type=True)
    hidden = load(levels=level("high", discoverable=False))
    assert stored(made) == ("high", "on_request")
    assert change("activate", id=hidden["id"])["changed"]["tighten"] == 1
    assert stored(made) == ("high", "members")
    assert found_by_anyone() == []


def test_a_dataset_with_files_closes_to_its_members(
    answered: Dataset, activate: Any, editor: Any
) -> None:
    made = answered()
    act("resource_create", editor, package_id=made["id"], upload=csv(), name="people.csv")
    activate(rows=water("moderate"))
    assert stored(made) == ("moderate", "members")


def test_a_dataset_without_files_is_offered_on_request(answered: Dataset, activate: Any) -> None:
    made = answered()
    activate(rows=water("moderate"))
    assert stored(made) == ("moderate", "on_request")
    assert found_by_anyone() == []
    jobs.drain_outbox()
    assert found_by_anyone() == [made["id"]]


def test_a_dataset_that_nobody_owns_goes_to_the_holding_organisation(
    answered: Dataset, activate: Any, sysadmin: Any
) -> None:
    made = {"id": "unowned"}
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO package (id, name, type, state, private, extras) VALUES "
                "('unowned', 'unowned', 'dataset', 'active', false, '{\"sensitivity\": \"low\"}')"
            )
        )
    answer(made["id"], "low", ANSWERS)
    activate(rows=water("severe"))
    assert stored(made) == ("severe", "members")
    assert row(made["id"]).owner_org == model.Group.get("isp-holding").id


@pytest.mark.parametrize("binding", ["warn", "advise"])
def test_a_protocol_that_advises_raises_nothing(
    binding: str, answered: Dataset, activate: Any
) -> None:
    made = answered()
    activate(rows=water("high"), enforcement=binding)
    assert stored(made) == ("low", "open")


def test_a_looser_version_loosens_nothing_and_says_what_could_be(
    answered: Dataset, activate: Any, load: Any, focal_point: Any
) -> None:
    activate(rows=water("high"))
    made = answered(sensitivity="high")
    looser = load(version="2", rows=water("low"))
    told = act("isp_protocol_simulate", focal_point, id=looser["id"])
    assert (told["tighten"], told["loosen"]) == (0, 1)
    assert (told["datasets"][0]["level"], told["datasets"][0]["proposed"]) == ("high", "low")
    activate(version="2", rows=water("low"))
    assert stored(made) == ("high", "members")
    assert events(made["id"]) == ["classified"]


def test_what_a_second_person_lowered_stays_lowered(
    answered: Dataset, activate: Any, editor: Any, org_admin: Any
) -> None:
    activate(rows=water("severe"))
    made = answered(sensitivity="severe")
    lower = {"id": made["id"], "to": "moderate", "reason": "Only totals"}
    proposal = act("isp_lowering_request", editor, **lower)
    act("isp_lowering_approve", org_admin, id=proposal["id"])
    activate(key="hti", scope={"kind": "country", "places": ["HTI"]})
    activate(version="2", rows=water("severe"))
    assert stored(made)[0] == "moderate"


def test_simulating_changes_nothing_and_counts_by_organisation(
    answered: Dataset, load: Any, focal_point: Any, organization: Any, dataset: Dataset
) -> None:
    made = answered(title="Wells of the valley")
    dataset(private=True)
    told = act("isp_protocol_simulate", focal_point, source=text(rows=water("high")))
    assert stored(made) == ("low", "open")
    counts = {"total": 2, "tighten": 1, "loosen": 0, "same": 0, "unclassified": 1}
    assert {key: told[key] for key in counts} == counts
    named = {"organization": organization["name"], "title": organization["title"]}
    assert told["by_organization"] == [{**named, **counts}]
    one = told["datasets"][0]
    assert (one["id"], one["title"]) == (made["id"], "Wells of the valley")
    assert (one["level"], one["proposed"]) == ("low", "high")
    assert (one["exposure"], one["becomes"]) == ("open", "members")


def test_simulating_names_no_dataset_that_the_focal_point_does_not_find(
    answered: Dataset, focal_point: Any, sysadmin: Any
) -> None:
    made = answered(sensitivity="high", title="Shelters of Amina")
    told = {"source": text(rows=water("severe"))}
    assert "Amina" not in str(act("isp_protocol_simulate", focal_point, **told))
    assert act("isp_protocol_simulate", focal_point, **told)["tighten"] == 1
    assert act("isp_protocol_simulate", sysadmin, **told)["datasets"][0]["id"] == made["id"]


def test_retiring_a_protocol_brings_the_template_back(
    dataset: Dataset, activate: Any, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckanext.isp.places", ["AFG"])
    done = activate()
    made = dataset(sensitivity="low")
    answer(made["id"], "low", {"type": ["beneficiaries"], "personal_data": ["affected_people"]})
    change("retire", id=done["protocol"]["id"])
    assert keys_in_force() == ["iasc-template 2021"]
    assert stored(made) == ("severe", "members")
    told = sa.text("SELECT protocol FROM isp_event WHERE kind = 'tightened'")
    assert model.Session.scalar(told) == "iasc-template"


def test_retiring_what_is_not_in_force_is_refused(load: Any, focal_point: Any) -> None:
    about = {"act": "retire", "id": load()["id"], "reason": "Old"}
    assert "not in force" in refused("isp_protocol_propose", focal_point, **about)["id"][0]


# asking


def test_a_request_asks_once_and_whoever_writes_asks_again(activate: Any, app: Any) -> None:
    activate()
    with app.flask_app.test_request_context():
        assert keys_in_force() == ["iasc-template 2021", "afg 1"]
        with model.meta.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM isp_protocol_in_force"))
        assert keys_in_force() == ["iasc-template 2021", "afg 1"]
        assert [protocol.key for protocol in gate.protocols(hold=True)] == ["iasc-template"]
        assert keys_in_force() == ["iasc-template 2021"]


def test_a_version_of_the_templates_own_takes_its_place(activate: Any) -> None:
    activate(key="iasc-template", version="2027", scope={"kind": "template"})
    assert keys_in_force() == ["iasc-template 2027"]


# time


def test_a_version_says_nothing_before_its_first_day(
    answered: Dataset, activate: Any, freezer: Any, cli: Any
) -> None:
    freezer.move_to("2026-11-27 09:00")
    activate(rows=water("low"))
    made = answered()
    begins = {"from": "2026-12-01"}
    ahead = activate(version="2", rows=water("high"), in_force=begins)
    assert (ahead["impact"]["tighten"], ahead["changed"]["tighten"]) == (1, 0)
    assert stored(made) == ("low", "open")
    assert {p.version for p in gate.protocols() if p.in_force(gate.today())} == {"2021", "1"}
    freezer.move_to("2026-12-01 09:00")
    assert {p.version for p in gate.protocols() if p.in_force(gate.today())} == {"2021", "2"}
    remedies = [found.remedy for found in doctor.run()]
    assert "Start the portal's worker, or run `ckan isp protocol begin`." in remedies
    assert "1 datasets tightened" in cli.invoke(ckan_command, BEGIN).output
    assert stored(made) == ("high", "members")
    assert events(made["id"]) == ["classified", "tightened"]
    assert "0 versions began" in cli.invoke(ckan_command, BEGIN).output


def test_the_worker_begins_it_or_asks_again_where_it_has_to_wait(
    answered: Dataset, activate: Any, freezer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    freezer.move_to("2026-11-27 09:00")
    made = answered()
    activate(rows=water("high"), in_force={"from": "2026-12-01"})
    freezer.move_to("2026-12-01 09:00")
    connect_to_redis().set(jobs.DAY_KEY, "1")
    with model.meta.engine.begin() as connection:
        saving = sa.text("SELECT id FROM package WHERE id = :id FOR UPDATE")
        connection.execute(saving, {"id": made["id"]})
        monkeypatch.setattr(protocol_change, "PATIENCE_SECONDS", 0.2)
        with pytest.raises(Stopped):
            jobs.begin_today()
    assert stored(made) == ("low", "open")
    assert connect_to_redis().get(jobs.DAY_KEY) is None
    jobs.begin_today()
    assert stored(made) == ("high", "members")


def test_an_expired_protocol_is_overdue_and_in_force(activate: Any, focal_point: Any) -> None:
    activate(in_force={"until": "2025-12-31"})
    one = act("isp_protocol_list", focal_point)[1]
    assert (one["in_force"], one["overdue"]) == (True, True)
    found = [finding for finding in doctor.run() if finding.check == "protocols"]
    assert [finding.state.value for finding in found] == ["ok", "warn"]


# undoing


def test_what_an_activation_took_goes_back_as_one_batch(
    answered: Dataset, activate: Any, change: Any, sysadmin: Any, focal_point: Any
) -> None:
    activate(rows=water("low"))
    opened, asked = answered(), answered(sensitivity="moderate")
    done = activate(version="2", rows=water("severe"))
    assert [stored(one) for one in (opened, asked)] == [("severe", "members")] * 2
    jobs.drain_outbox()
    undone = change("undo", proposal=done["id"])
    assert undone["changed"]["back"] == 2
    assert [stored(one) for one in (opened, asked)] == [("low", "open"), ("moderate", "on_request")]
    assert keys_in_force() == ["iasc-template 2021", "afg 1"]
    people = sa.text(
        "SELECT DISTINCT requested_by, decided_by FROM isp_lowering_decision JOIN isp_lowering_use "
        "USING (lowering_id)"
    )
    assert model.Session.execute(people).all() == [(focal_point["id"], sysadmin["id"])]
    once = sa.text("SELECT count(*) FROM isp_event WHERE kind = 'protocol_undone'")
    assert model.Session.scalar(once) == 1
    assert heard(undone["id"], sysadmin) == (0, 2)
    jobs.drain_outbox()
    assert heard(undone["id"], sysadmin) == (2, 2)
    assert set(found_by_anyone()) == {opened["id"], asked["id"]}
    assert act("isp_protocol_proposals", focal_point, proposal=done["id"])[0]["state"] == "undone"


def test_what_somebody_changed_since_does_not_go_back(
    answered: Dataset, activate: Any, change: Any, editor: Any
) -> None:
    raised, reopened, untouched = answered(), answered(), answered()
    done = activate(rows=water("moderate"))
    act("package_patch", editor, id=raised["id"], sensitivity="severe")
    act("package_patch", editor, id=reopened["id"], private=True)
    act("package_patch", editor, id=reopened["id"], private=False, is_requestdata_type=True)
    change("undo", proposal=done["id"])
    assert stored(raised) == ("severe", "members")
    assert stored(reopened) == ("moderate", "on_request")
    assert stored(untouched) == ("low", "open")


def test_an_activation_is_undone_once_and_within_days(
    activate: Any, focal_point: Any, sysadmin: Any, freezer: Any, change: Any
) -> None:
    freezer.move_to("2026-11-27 09:00")
    one, other = activate(), activate(key="hti", scope={"kind": "country", "places": ["HTI"]})
    change("undo", proposal=one["id"])
    about = {"act": "undo", "reason": "Wrong"}
    again = refused("isp_protocol_propose", focal_point, **about, proposal=one["id"])
    assert "undone this already" in str(again)
    freezer.move_to("2026-12-12 09:00")
    late = refused("isp_protocol_propose", focal_point, **about, proposal=other["id"])
    assert "14 days" in str(late)


def test_what_was_overtaken_is_neither_activated_nor_undone(
    load: Any, activate: Any, focal_point: Any, sysadmin: Any
) -> None:
    slow = {"act": "activate", "id": load(version="2")["id"], "reason": "Better"}
    proposal = act("isp_protocol_propose", focal_point, **slow)
    done = activate(version="1.1")
    decide = {"proposal": proposal["id"], "approve": True}
    who = model.User.get(sysadmin["id"]).display_name
    assert who in refused("isp_protocol_decide", sysadmin, **decide)["proposal"][0]
    activate(version="3")
    undo = {"act": "undo", "proposal": done["id"], "reason": "Wrong"}
    assert who in str(refused("isp_protocol_propose", focal_point, **undo))


# two at once


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    """An activation can be stopped once it has changed the catalogue, before its commit."""
    tighten = tightening.tighten

    def stop_when_tightened(*told: Any) -> Any:
        counts = tighten(*told)
        reached(TIGHTENED)
        return counts

    monkeypatch.setattr(tightening, "tighten", stop_when_tightened)


@pytest.fixture
def proposed(load: Any, focal_point: Any) -> Callable[..., int]:
    def propose(**told: Any) -> int:
        about = {"act": "activate", "id": load(**told)["id"], "reason": "Endorsed"}
        return act("isp_protocol_propose", focal_point, **about)["id"]

    return propose


def approving(user: dict[str, Any], proposal: int, told: list[Any]) -> Callable[[], None]:
    """Approves, and keeps what was answered."""

    def approve() -> None:
        try:
            told.append(act("isp_protocol_decide", user, proposal=proposal, approve=True)["state"])
        except tk.ValidationError as error:
            told.append(str(error.error_dict))

    return approve


@pytest.mark.parametrize("same", [True, False])
def test_of_two_who_approve_at_once_one_is_told_of_the_other(
    same: bool, proposed: Any, sysadmin: Any, race: Race, stopping: None
) -> None:
    other = factories.Sysadmin()
    one, told = proposed(), []
    two = one if same else proposed(version="2")
    race(approving(sysadmin, one, told), approving(other, two, told), TIGHTENED)
    told.remove("approved")
    assert [model.User.get(sysadmin["id"]).display_name in refusal for refusal in told] == [True]
    assert keys_in_force() == ["iasc-template 2021", "afg 1"]


@pytest.mark.parametrize("moment", [LOADED, FLUSHED, INDEXED])
def test_a_dataset_that_is_made_during_an_activation_is_bound_by_it(
    moment: str, proposed: Any, sysadmin: Any, editor: Any, organization: Any, race: Race, app: Any
) -> None:
    hidden = proposed(scope={"kind": "portal"}, levels=level("high", discoverable=False))
    fields = {"owner_org": organization["id"], "sensitivity": "high"}
    told: list[Any] = []

    def make() -> None:
        opened = {"private": False, "is_requestdata_type": True}
        act("package_create", editor, name="canary", **fields, **opened)

    race(make, approving(sysadmin, hidden, told), moment)
    assert told == ["approved"]
    assert stored({"id": model.Package.get("canary").id}) == ("high", "members")
    assert found_by_anyone() == []


def test_a_dataset_that_is_saved_during_an_activation_is_bound_by_it(
    proposed: Any, sysadmin: Any, editor: Any, dataset: Dataset, race: Race, stopping: None
) -> None:
    hidden = proposed(scope={"kind": "portal"}, levels=level("high", discoverable=False))
    made, told = dataset(sensitivity="high"), []

    def offer() -> None:
        opened = {"private": False, "is_requestdata_type": True}
        act("package_patch", editor, id=made["id"], **opened)

    race(approving(sysadmin, hidden, told), offer, TIGHTENED)
    assert stored(made) == ("high", "members")
    assert found_by_anyone() == []


def test_an_activation_that_has_to_wait_too_long_changes_nothing(
    proposed: Any, sysadmin: Any, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = proposed()
    monkeypatch.setattr(protocol_change, "PATIENCE_SECONDS", 0.2)
    made = dataset(sensitivity="low")
    with model.meta.engine.begin() as connection:
        saving = sa.text("SELECT id FROM package WHERE id = :id FOR UPDATE")
        connection.execute(saving, {"id": made["id"]})
        told = refused("isp_protocol_decide", sysadmin, proposal=waiting, approve=True)
    assert "Nothing was changed" in told["proposal"][0]
    assert keys_in_force() == ["iasc-template 2021"]


# failing closed


def test_a_version_that_cannot_be_read_closes_the_portal(
    activate: Any, dataset: Dataset, app: Any
) -> None:
    activate()
    model.Session.commit()
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE isp_protocol DISABLE TRIGGER USER"))
        old = "UPDATE isp_protocol SET source = 'isp: 0', digest = 'of an older release'"
        connection.execute(sa.text(old))
        guard.make_append_only(connection, "isp_protocol")
    with pytest.raises(RuntimeError, match="afg"):
        gate.protocols()
    with pytest.raises(RuntimeError):
        dataset(sensitivity="low")
    found = [finding for finding in doctor.run() if finding.check == "protocols"]
    assert [finding.state for finding in found] == [doctor.State.REFUSE]
    doctor.look_again()
    assert app.get("/dataset/", status=503)
