"""Reading a protocol: finding a kind of data in it, its clocks, and who has read it."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from conftest import Dataset
from test_datasets import act, refused
from test_protocols import activate, answered, change, focal_point, load, text, water

from ckanext.isp import gate

__all__ = ["activate", "answered", "change", "focal_point", "load"]


@pytest.fixture
def whole_portal(activate: Any) -> dict[str, Any]:
    """A protocol in force that applies to all data of the portal."""
    return activate(scope={"kind": "portal"})["protocol"]


def codes(answer: dict[str, Any]) -> list[str]:
    return [notice["code"] for notice in answer.get("isp_notices", ())]


# reading


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("3W", {4, 6}),
        ("qui fait quoi où", {4, 6}),
        ("beneficiary lists", {8, 11}),
        ("tanks", set()),
    ],
)
def test_a_kind_of_data_is_found_by_any_of_its_names(typed: str, found: set[int], app: Any) -> None:
    shown = tk.get_action("isp_protocol_show")({"user": ""}, {"key": "iasc-template", "q": typed})
    assert set(shown["found"]) == found


def test_a_kind_under_a_listed_one_is_found_with_its_rows(activate: Any, editor: Any) -> None:
    activate(rows=[{"type": "facilities", "level": "low", "words": "Facilities"}])
    assert act("isp_protocol_show", editor, key="afg", q="HeRAMS")["found"] == [1]


@pytest.mark.parametrize(
    ("dates", "late"),
    [
        ({}, (False, False)),
        ({"date": "2025-11"}, (False, True)),
        ({"date": "2020-01-31"}, (True, True)),
        ({"date": "2020-01-31", "reviews": {"protocol": {"months": 120}}}, (False, True)),
    ],
)
def test_both_reviews_of_a_protocol_in_force_can_be_overdue(
    dates: dict[str, Any], late: tuple[bool, bool], activate: Any, editor: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(gate, "today", lambda: dt.date(2026, 11, 27))
    reviews = {"protocol": {"months": 24}}
    activate(**{"reviews": reviews, **dates})
    shown = act("isp_protocol_show", editor, key="afg")
    assert (shown["review_overdue"], shown["classification_review_overdue"]) == late


def test_pages_of_all_shapes_open(app: Any, activate: Any, focal_point: Any) -> None:
    activate(date="2025-11", rows=water("high"))
    asks = {"headers": {"Authorization": focal_point["token"]}}
    for path in ("", "/afg", "/afg/print", "/iasc-template/print", "/afg/compare", "/proposals"):
        assert app.get(f"/protocol{path}", **asks).status_code == 200, path
    for path in ("/none", "/iasc-template/1", "/none/compare", "/afg/9/print", "/proposals/9"):
        assert app.get(f"/protocol{path}", **asks).status_code == 404, path


def test_two_versions_are_compared_in_words_in_whatever_direction_these_run(
    app: Any, load: Any, focal_point: Any
) -> None:
    term = {"from": "2026-01-05", "until": "2026-12-31"}
    signed = [{"name": {"en": "HCT"}, "date": "2026-11-01"}]
    one = load(scope={"kind": "exercise", "exercises": {"tamrin": "تمرين"}}, in_force=term)["id"]
    two = load(version="2", endorsed_by=signed)["id"]
    asks = {"headers": {"Authorization": focal_point["token"]}}
    page = app.get(f"/protocol/afg/compare?a={one}&b={two}", **asks).body
    assert "from January 5, 2026 until December 31, 2026" in page
    assert "HCT, November 1, 2026" in page
    assert "Joint exercise: <bdi>تمرين</bdi>" in app.get(f"/protocol/afg/{one}", **asks).body


def test_a_link_of_a_protocol_leads_to_the_web_or_nowhere(app: Any, load: Any) -> None:
    parts = [
        {"title": {"en": "Annex"}, "link": "https://example.org/annex"},
        {"title": {"en": "Trap"}, "link": "javascript:alert(1)"},
    ]
    page = app.get(f"/protocol/afg/{load(supplements=parts)['id']}").body
    assert '<a href="https://example.org/annex">Annex</a>' in page
    assert "javascript:alert" not in page


def test_a_file_that_is_no_text_is_told_and_nothing_typed_is_lost(
    app: Any, focal_point: Any
) -> None:
    asks = {"headers": {"Authorization": focal_point["token"]}}
    sent = {"source": "typed: before", "upload": (io.BytesIO(b"key: \xff"), "isp.yaml")}
    page = app.post("/protocol/new", data=sent, **asks).body
    assert "This is not UTF-8" in page
    assert "typed: before" in page


def test_a_draft_has_no_page_for_others(app: Any, load: Any, editor: Any) -> None:
    draft = load(status="draft")["id"]
    mine = {"headers": {"Authorization": editor["token"]}}
    for path in ("", "/print", "/download/yaml", "/try", "/readers", "/try.csv"):
        assert app.get(f"/protocol/afg/{draft}{path}", **mine).status_code == 404, path


# trying


def test_what_would_change_is_filtered_and_taken_along(
    answered: Dataset, load: Any, focal_point: Any, sysadmin: Any, organization: Any
) -> None:
    names = {answered(title="=1+1")["name"] for _number in range(3)}
    version = load(rows=water("high"))["id"]
    asked = {"id": version, "effect": "tighten", "organization": organization["name"]}
    told = act("isp_protocol_simulate", sysadmin, **asked, limit=2)
    assert (told["matching"], len(told["datasets"])) == (3, 2)
    assert told["by_organization"][0]["title"] == organization["title"]
    assert told["datasets"][0]["organization_title"] == organization["title"]
    assert act("isp_protocol_simulate", sysadmin, **{**asked, "effect": "loosen"})["matching"] == 0
    none = act("isp_protocol_simulate", sysadmin, **{**asked, "organization": "other"})
    assert (none["matching"], none["tighten"]) == (0, 3)
    table = act("isp_protocol_simulate_csv", sysadmin, **asked)["text"]
    assert all(name in table for name in names)
    assert ",'=1+1," in table


# having read


def test_somebody_says_once_to_have_read_a_protocol(
    whole_portal: Any, editor: Any, focal_point: Any
) -> None:
    assert [one["key"] for one in act("isp_to_acknowledge", editor)] == ["afg"]
    first = act("isp_acknowledge", editor, id=whole_portal["id"])
    assert act("isp_acknowledge", editor, id=whole_portal["id"]) == first
    assert act("isp_to_acknowledge", editor) == []
    listed = act("isp_acknowledgement_list", focal_point, id=whole_portal["id"])
    assert [one["user"] for one in listed if one["at"]] == [editor["id"]]


def test_who_has_not_read_it_is_listed_first(
    whole_portal: Any, editor: Any, org_admin: Any, focal_point: Any, organization: Any
) -> None:
    act("isp_acknowledge", editor, id=whole_portal["id"])
    listed = act("isp_acknowledgement_list", focal_point, id=whole_portal["id"])
    assert listed[-1]["user"] == editor["id"]
    waiting = {one["user"]: one["organizations"] for one in listed if not one["at"]}
    assert waiting[org_admin["id"]] == [organization["title"]]
    with pytest.raises(tk.NotAuthorized):
        act("isp_acknowledgement_list", editor, id=whole_portal["id"])


def test_what_is_not_in_force_is_not_to_be_read(load: Any, editor: Any) -> None:
    kept = load(scope={"kind": "portal"})
    assert "not in force" in refused("isp_acknowledge", editor, id=kept["id"])["id"][0]
    assert act("isp_to_acknowledge", editor) == []


def test_a_protocol_of_another_place_is_not_asked_for(
    activate: Any, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    activate()
    assert act("isp_to_acknowledge", editor) == []
    monkeypatch.setitem(tk.config, "ckanext.isp.places", ["AFG"])
    assert [one["key"] for one in act("isp_to_acknowledge", editor)] == ["afg"]


def test_a_script_is_told_and_never_refused(
    whole_portal: Any, dataset: Dataset, editor: Any
) -> None:
    made = dataset(sensitivity="low")
    assert codes(made) == ["to_acknowledge"]
    saved = act("package_patch", editor, id=made["id"], title="Wells")
    assert codes(saved) == ["to_acknowledge"]
    assert "Afghanistan ISP, 1" in saved["isp_notices"][0]["message"]
    act("isp_acknowledge", editor, id=whole_portal["id"])
    assert codes(act("package_patch", editor, id=made["id"], title="Springs")) == []


def test_a_box_that_is_ticked_is_kept_with_the_save_alone(
    whole_portal: Any, dataset: Dataset, editor: Any
) -> None:
    ticked = str(whole_portal["id"])
    with pytest.raises(tk.ValidationError):
        dataset(sensitivity="nonsense", isp_acknowledge=ticked)
    assert len(act("isp_to_acknowledge", editor)) == 1
    made = dataset(sensitivity="low", isp_acknowledge=["nonsense", ticked])
    assert codes(made) == []
    assert act("isp_to_acknowledge", editor) == []
    assert "isp_acknowledge" not in made
    assert made.get("extras", []) == []


def test_a_new_version_is_to_be_read_anew(whole_portal: Any, activate: Any, editor: Any) -> None:
    act("isp_acknowledge", editor, id=whole_portal["id"])
    activate(version="2", scope={"kind": "portal"}, rows=water("high"))
    assert [one["version"] for one in act("isp_to_acknowledge", editor)] == ["2"]


def test_the_text_of_a_version_is_edited_from_its_page(
    app: Any, load: Any, focal_point: Any
) -> None:
    kept = load(status="draft")["id"]
    asks = {"headers": {"Authorization": focal_point["token"]}}
    page = app.get(f"/protocol/new?from={kept}", **asks).body
    assert text(status="draft").splitlines()[1] in page
