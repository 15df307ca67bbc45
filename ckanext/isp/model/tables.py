"""Rows of the guard, the record and the lowering of levels."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
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
