"""Rows of requests for data, and of what was granted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

Moment = sa.DateTime(timezone=True)
NOW = sa.func.clock_timestamp()


class Request(tk.BaseModel):
    """A request for the data of a dataset.

    ``said`` is what it says, by the names of ``policy.criteria.Field``; empty once it is erased.
    ``offer`` is what those who decide would give. ``round`` counts how often it was sent: what was
    agreed to before is agreed to no more; ``needed`` are the keys of the agreements that it needed
    then. ``requester`` is empty where somebody without an account asked, and ``typed_in_by`` wrote
    that down.
    """

    __tablename__ = "isp_request"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    package_id: Mapped[str] = mapped_column(sa.Text)
    requester: Mapped[str | None] = mapped_column(sa.Text)
    typed_in_by: Mapped[str | None] = mapped_column(sa.Text)
    origin: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text)
    round: Mapped[int] = mapped_column(sa.Integer, default=0)
    level: Mapped[str | None] = mapped_column(sa.Text)
    protocol: Mapped[str | None] = mapped_column(sa.Text)
    protocol_version: Mapped[str | None] = mapped_column(sa.Text)
    third_party: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    organization_id: Mapped[str | None] = mapped_column(sa.Text)
    said: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    offer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    longer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    needed: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    answer_by: Mapped[dt.date | None] = mapped_column(sa.Date)
    consulting: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    made_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=NOW)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    changed_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=NOW)


class RequestStep(tk.BaseModel):
    """A command that a request took. Rows are added, never changed; the words stand apart."""

    __tablename__ = "isp_request_step"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.BigInteger)
    command: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text)
    by: Mapped[str | None] = mapped_column(sa.Text)
    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=NOW)
    event_id: Mapped[int] = mapped_column(sa.BigInteger)


class RequestNote(tk.BaseModel):
    """The words of a step, and what else it says. Erasing the row leaves the step."""

    __tablename__ = "isp_request_note"

    step_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    note: Mapped[str | None] = mapped_column(sa.Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class RequestAgreement(tk.BaseModel):
    """An agreement that somebody gave to a request as it was sent that time."""

    __tablename__ = "isp_request_agreement"

    request_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    round: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    key: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    by: Mapped[str] = mapped_column(sa.Text)
    way: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=NOW)


class RequestAside(tk.BaseModel):
    """Somebody who stepped aside: they have an interest in it."""

    __tablename__ = "isp_request_aside"

    request_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=NOW)


class Consultation(tk.BaseModel):
    """A body or a person that was asked for advice (R86), and what it said."""

    __tablename__ = "isp_request_consultation"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.BigInteger)
    body: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[str | None] = mapped_column(sa.Text)
    question: Mapped[str] = mapped_column(sa.Text)
    asked_by: Mapped[str] = mapped_column(sa.Text)
    asked_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=NOW)
    advice: Mapped[str | None] = mapped_column(sa.Text)
    advised_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class Grant(tk.BaseModel):
    """What an approved request gives: to one person or one organisation, of some files or all.

    ``files`` are ids; nothing means all. It gives nothing before ``accepted_at`` and ``begins_at``,
    where a day was named from which it is given, nor while ``suspended_at`` or after ``ended_at``
    is set: ``isp_live_grants`` in the database says what is
    live. ``terms`` is what was shown and accepted, word for word. ``level`` is the one that the
    dataset had: above it nothing is given.
    """

    __tablename__ = "isp_grant"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.BigInteger)
    package_id: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[str | None] = mapped_column(sa.Text)
    organization_id: Mapped[str | None] = mapped_column(sa.Text)
    files: Mapped[list[str] | None] = mapped_column(ARRAY(sa.Text))
    level: Mapped[str] = mapped_column(sa.Text)
    from_day: Mapped[dt.date | None] = mapped_column(sa.Date)
    begins_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    until: Mapped[dt.date] = mapped_column(sa.Date)
    ends_at: Mapped[dt.datetime] = mapped_column(Moment)
    destroy_by: Mapped[dt.date] = mapped_column(sa.Date)
    terms: Mapped[str | None] = mapped_column(sa.Text)
    made_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=NOW)
    accepted_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    suspended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    suspended_why: Mapped[str | None] = mapped_column(sa.Text)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class StandIn(tk.BaseModel):
    """Somebody who answers requests for another, or for an organisation's people who are late.

    :ivar user_id: whose office it is; nothing for a deputy of the organisation
    """

    __tablename__ = "isp_stand_in"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    organization_id: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[str | None] = mapped_column(sa.Text)
    stands_in: Mapped[str] = mapped_column(sa.Text)
    from_day: Mapped[dt.date] = mapped_column(sa.Date)
    until_day: Mapped[dt.date | None] = mapped_column(sa.Date)
    made_by: Mapped[str] = mapped_column(sa.Text)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
