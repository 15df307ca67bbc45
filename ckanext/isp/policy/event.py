"""What is recorded, and under which name. Past tense: the record tells what happened.

The database writes the first group itself, in the transaction that changes a dataset, whoever
changes it; the others are written by the use case that they belong to.
"""

from __future__ import annotations

import enum


class Event(enum.Enum):
    """Kinds of rows in the record (R22, R50, R54-R57, R62, R81)."""

    CLASSIFIED = "classified"
    RAISED = "raised"
    LOWERED = "lowered"
    CLOSED = "closed"
    EXPOSED = "exposed"
    DELETED = "deleted"
    UNDELETED = "undeleted"
    MOVED = "moved"
    ACCESS_WIDENED = "access_widened"

    ADOPTED = "adopted"
    REFUSED = "refused"
    PURGED = "purged"
    LOWERING_REQUESTED = "lowering_requested"
    LOWERING_APPROVED = "lowering_approved"
    LOWERING_REFUSED = "lowering_refused"
    GUARD_ARMED = "guard_armed"

    PROTOCOL_LOADED = "protocol_loaded"
    PROTOCOL_PROPOSED = "protocol_proposed"
    PROTOCOL_ACTIVATED = "protocol_activated"
    PROTOCOL_BEGUN = "protocol_begun"
    PROTOCOL_RETIRED = "protocol_retired"
    PROTOCOL_UNDONE = "protocol_undone"
    PROTOCOL_REFUSED = "protocol_refused"
    TIGHTENED = "tightened"
    REVIEWED = "reviewed"

    FILE_KEPT = "file_kept"
    FILE_SEALED = "file_sealed"
    FILE_CHANGED = "file_changed"
    FILE_DOWNLOADED = "file_downloaded"
    FILE_DESTROYED = "file_destroyed"
    DELIVERED = "delivered"
    FILE_UNSEALED = "file_unsealed"
    EXPOSURE_CHECKED = "exposure_checked"

    CASE_OPENED = "case_opened"
    CASE_TAKEN_ON = "case_taken_on"
    CASE_SETTLED = "case_settled"

    REQUEST_SUBMITTED = "request_submitted"
    REQUEST_WITHDRAWN = "request_withdrawn"
    REQUEST_SAID = "request_said"
    REQUEST_RETURNED = "request_returned"
    REQUEST_CONSULTED = "request_consulted"
    REQUEST_ADVISED = "request_advised"
    REQUEST_ASIDE = "request_aside"
    REQUEST_AGREED = "request_agreed"
    REQUEST_DECLINED = "request_declined"
    GRANT_ACCEPTED = "grant_accepted"
    GRANT_SUSPENDED = "grant_suspended"
    GRANT_RECONFIRMED = "grant_reconfirmed"
    GRANT_LONGER_ASKED = "grant_longer_asked"
    GRANT_EXTENDED = "grant_extended"
    GRANT_NOT_EXTENDED = "grant_not_extended"
    GRANT_REVOKED = "grant_revoked"
    GRANT_EXPIRED = "grant_expired"
    GRANT_GIVEN_BACK = "grant_given_back"
    DESTRUCTION_DUE = "destruction_due"
    DESTRUCTION_ATTESTED = "destruction_attested"
    ONWARD_REPORTED = "onward_reported"
    STAND_IN_NAMED = "stand_in_named"
    STAND_IN_ENDED = "stand_in_ended"
    ANNOTATED = "annotated"
    FORGOTTEN = "forgotten"


WRITTEN_BY_THE_DATABASE = frozenset(list(Event)[: list(Event).index(Event.ADOPTED)])
