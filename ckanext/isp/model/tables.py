"""Rows of the guard, the record and the lowering of levels."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

Moment = sa.DateTime(timezone=True)


class Event(tk.BaseModel):
    """One row of the record. Rows are added, never changed."""

    __tablename__ = "isp_event"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())
    kind: Mapped[str] = mapped_column(sa.Text)
    package_id: Mapped[str | None] = mapped_column(sa.Text)
    actor: Mapped[str | None] = mapped_column(sa.Text)
    subject: Mapped[str | None] = mapped_column(sa.Text)
    level_before: Mapped[str | None] = mapped_column(sa.Text)
    level_after: Mapped[str | None] = mapped_column(sa.Text)
    exposure_before: Mapped[str | None] = mapped_column(sa.Text)
    exposure_after: Mapped[str | None] = mapped_column(sa.Text)
    protocol: Mapped[str | None] = mapped_column(sa.Text)
    protocol_version: Mapped[str | None] = mapped_column(sa.Text)
    reason: Mapped[str | None] = mapped_column(sa.Text)
    door: Mapped[str] = mapped_column(sa.Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class EventLink(tk.BaseModel):
    """An event in the chain of hashes that tells whether any was changed (``policy/chain.py``)."""

    __tablename__ = "isp_event_link"

    number: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(sa.BigInteger)
    event_hash: Mapped[str] = mapped_column(sa.Text)
    hash: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[dt.datetime] = mapped_column(Moment)


class Person(tk.BaseModel):
    """Who a digest in the record stands for; erasing the row leaves the record whole."""

    __tablename__ = "isp_person"

    digest: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.Text)
    salt: Mapped[str] = mapped_column(sa.Text)


class Outbox(tk.BaseModel):
    """A dataset that the index has yet to be told about."""

    __tablename__ = "isp_outbox"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    package_id: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())


class Lowering(tk.BaseModel):
    """A proposal to lower a level from exactly one to exactly one other."""

    __tablename__ = "isp_lowering"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    package_id: Mapped[str] = mapped_column(sa.Text)
    from_level: Mapped[str] = mapped_column(sa.Text)
    to_level: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text)
    requested_by: Mapped[str] = mapped_column(sa.Text)
    requested_at: Mapped[dt.datetime] = mapped_column(
        Moment, server_default=sa.func.clock_timestamp()
    )
    event_id: Mapped[int] = mapped_column(sa.BigInteger)


class LoweringDecision(tk.BaseModel):
    """What a second person decided about a proposal, and until when an approval can be used."""

    __tablename__ = "isp_lowering_decision"

    lowering_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    requested_by: Mapped[str] = mapped_column(sa.Text)
    decided_by: Mapped[str] = mapped_column(sa.Text)
    approved: Mapped[bool] = mapped_column(sa.Boolean)
    reason: Mapped[str | None] = mapped_column(sa.Text)
    decided_at: Mapped[dt.datetime] = mapped_column(
        Moment, server_default=sa.func.clock_timestamp()
    )
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)
    event_id: Mapped[int] = mapped_column(sa.BigInteger)


class LoweringUse(tk.BaseModel):
    """The one use of an approval; written by the guard."""

    __tablename__ = "isp_lowering_use"

    lowering_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    used_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())


class ProtocolText(tk.BaseModel):
    """A version of a protocol as it was loaded: its text, word for word."""

    __tablename__ = "isp_protocol"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.Text)
    loaded_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())
    event_id: Mapped[int] = mapped_column(sa.BigInteger)


class ProtocolProposal(tk.BaseModel):
    """A proposal to activate or retire a protocol, or to undo that; with what it would change."""

    __tablename__ = "isp_protocol_proposal"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    act: Mapped[str] = mapped_column(sa.Text)
    protocol_id: Mapped[int] = mapped_column(sa.BigInteger)
    undoes: Mapped[int | None] = mapped_column(sa.BigInteger)
    reason: Mapped[str] = mapped_column(sa.Text)
    impact: Mapped[dict[str, Any]] = mapped_column(JSONB)
    requested_by: Mapped[str] = mapped_column(sa.Text)
    requested_at: Mapped[dt.datetime] = mapped_column(
        Moment, server_default=sa.func.clock_timestamp()
    )
    event_id: Mapped[int] = mapped_column(sa.BigInteger)


class ProtocolDecision(tk.BaseModel):
    """What a second person decided about a proposal, and what was in force before."""

    __tablename__ = "isp_protocol_decision"

    proposal_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    requested_by: Mapped[str] = mapped_column(sa.Text)
    decided_by: Mapped[str] = mapped_column(sa.Text)
    approved: Mapped[bool] = mapped_column(sa.Boolean)
    reason: Mapped[str | None] = mapped_column(sa.Text)
    before_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    decided_at: Mapped[dt.datetime] = mapped_column(
        Moment, server_default=sa.func.clock_timestamp()
    )
    event_id: Mapped[int] = mapped_column(sa.BigInteger)


class ProtocolInForce(tk.BaseModel):
    """The one version of a protocol that is in force.

    ``before_id`` is the version before it, which counts until the first day of this one. ``begins``
    is that day, until the catalogue has been tightened for it.
    """

    __tablename__ = "isp_protocol_in_force"

    key: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    protocol_id: Mapped[int] = mapped_column(sa.BigInteger)
    before_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    begins: Mapped[dt.date | None] = mapped_column(sa.Date)
    since: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())


class Tightened(tk.BaseModel):
    """What a change of protocols raised or narrowed: a dataset as it was, and as it became.

    ``event_id`` is the row of the record that tells of the change; ``bound_before`` the level that
    the protocols asked for before it; ``protocol`` the key of the one that asks for more now.
    """

    __tablename__ = "isp_tightened"

    event_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.BigInteger)
    package_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    level_before: Mapped[str | None] = mapped_column(sa.Text)
    level_after: Mapped[str | None] = mapped_column(sa.Text)
    exposure_before: Mapped[str] = mapped_column(sa.Text)
    exposure_after: Mapped[str] = mapped_column(sa.Text)
    owner_before: Mapped[str | None] = mapped_column(sa.Text)
    bound_before: Mapped[str | None] = mapped_column(sa.Text)
    protocol: Mapped[str | None] = mapped_column(sa.Text)


class Classification(tk.BaseModel):
    """What somebody answered about a dataset, and the level that came of it.

    Without a level it is the claim that the data is corporate, outside of any protocol (R23). The
    newest of a dataset counts. ``protocols`` is what each protocol that applied said then:
    ``key``, ``version``, ``level`` (its own) and ``rows`` (their numbers).
    """

    __tablename__ = "isp_classification"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    package_id: Mapped[str] = mapped_column(sa.Text)
    answers: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    level: Mapped[str | None] = mapped_column(sa.Text)
    proposed: Mapped[str | None] = mapped_column(sa.Text)
    protocols: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(sa.Text)
    corporate: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    review_on: Mapped[dt.date | None] = mapped_column(sa.Date)
    actor: Mapped[str | None] = mapped_column(sa.Text)
    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())


class Case(tk.BaseModel):
    """A breach of a protocol, or a dispute about it. ``parties`` are ids of organisations.

    ``request_id`` is set where whoever holds data reported that it went further than they may share
    it: what they wrote stands with the request, where it can be erased.
    """

    __tablename__ = "isp_case"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text)
    parties: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    package_id: Mapped[str | None] = mapped_column(sa.Text)
    request_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    opened_by: Mapped[str] = mapped_column(sa.Text)
    opened_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())
    event_id: Mapped[int] = mapped_column(sa.BigInteger)


class CaseStep(tk.BaseModel):
    """A stage that a case came to, or a remark on it; ``due`` is when it is to settle it."""

    __tablename__ = "isp_case_step"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.BigInteger)
    stage: Mapped[str] = mapped_column(sa.Text)
    note: Mapped[str] = mapped_column(sa.Text)
    due: Mapped[dt.date | None] = mapped_column(sa.Date)
    taken_by: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())
    event_id: Mapped[int] = mapped_column(sa.BigInteger)


class Acknowledgement(tk.BaseModel):
    """Somebody has read a version of a protocol."""

    __tablename__ = "isp_acknowledgement"

    protocol_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())


class Reminder(tk.BaseModel):
    """A reminder that was sent, so that none is sent twice."""

    __tablename__ = "isp_reminder"

    kind: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    subject: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    due: Mapped[dt.date] = mapped_column(sa.Date, primary_key=True)
    sent_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())


class Notice(tk.BaseModel):
    """Something that one person is told, and how the mail about it fares.

    ``about`` holds numbers and days only: what is told is worded when it is read. ``tried_at`` is
    when a mail last left, ``daily`` whether it goes with others once a day.
    """

    __tablename__ = "isp_notice"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[str] = mapped_column(sa.Text)
    package_id: Mapped[str | None] = mapped_column(sa.Text)
    about: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=sa.func.clock_timestamp())
    read_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    mail: Mapped[str] = mapped_column(sa.Text)
    daily: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    next_try_at: Mapped[dt.datetime] = mapped_column(
        Moment, server_default=sa.func.clock_timestamp()
    )
    tried_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    last_error: Mapped[str | None] = mapped_column(sa.Text)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class Reader(tk.BaseModel):
    """The language in which somebody last read the portal, and how they want to be mailed."""

    __tablename__ = "isp_reader"

    user_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    language: Mapped[str | None] = mapped_column(sa.Text)
    mails: Mapped[str] = mapped_column(sa.Text, server_default="at_once")


class RestrictedFile(tk.BaseModel):
    """A file in the restricted store.

    Its bytes lie in the storage in segments, encrypted under ``key``, which is wrapped by the
    portal's key named ``key_id``. Without a key it is destroyed, whatever lies in old copies.
    ``segment`` is how many bytes are in each segment but the last. ``columns`` and ``rows`` are
    what was read of a table when it came: never a value. ``resource_id`` is the resource that it
    was until it was sealed, or is once it is unsealed.
    """

    __tablename__ = "isp_file"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    package_id: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    name_withheld: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    description: Mapped[str | None] = mapped_column(sa.Text)
    format: Mapped[str] = mapped_column(sa.Text)
    media_type: Mapped[str] = mapped_column(sa.Text)
    columns: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    rows: Mapped[int | None] = mapped_column(sa.BigInteger)
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    digest: Mapped[str | None] = mapped_column(sa.Text)
    segment: Mapped[int] = mapped_column(sa.BigInteger)
    segments: Mapped[int | None] = mapped_column(sa.BigInteger)
    storage: Mapped[str] = mapped_column(sa.Text)
    key: Mapped[str | None] = mapped_column(sa.Text)
    key_id: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text)
    replaced_by: Mapped[str | None] = mapped_column(sa.Text)
    resource_id: Mapped[str | None] = mapped_column(sa.Text)
    created_by: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[dt.datetime] = mapped_column(
        Moment, server_default=sa.func.clock_timestamp()
    )
    kept_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    destroyed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
