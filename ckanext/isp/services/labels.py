"""What lets somebody read datasets that are not public: one question to the database."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

# organizations below another lie at most so deep, as for CKAN
_DEPTH = 8
_OF_USER = sa.text(f"""
    WITH RECURSIVE mine AS (
        SELECT group_id, capacity = ANY(:cascading) AS cascades FROM member
         WHERE table_name = 'user' AND table_id = :user AND state = 'active'
           AND capacity = ANY(:reading)
    ), below (group_id, depth) AS (
        SELECT m.group_id, 0 FROM member m JOIN mine ON mine.cascades AND m.table_id = mine.group_id
         WHERE m.table_name = 'group' AND m.state = 'active'
        UNION
        SELECT m.group_id, below.depth + 1 FROM member m JOIN below ON m.table_id = below.group_id
         WHERE m.table_name = 'group' AND m.state = 'active' AND below.depth < {_DEPTH}
    )
    SELECT 'member-' || id, NULL FROM "group"
     WHERE is_organization AND state = 'active' AND (
           id IN (SELECT group_id FROM mine)
           OR (type = 'organization' AND id IN (SELECT group_id FROM below)))
    UNION ALL
    SELECT 'collaborator-' || package_id, NULL FROM package_member
     WHERE user_id = :user AND :collaborators
    UNION ALL
    SELECT NULL, package_id FROM isp_live_grants(:user) WHERE private
""")


def of_granted(package_id: str) -> str:
    """The label of a dataset by which those to whom it is granted find it.

    Short, for a search names every one that somebody holds, and Solr reads them all. In
    the database ``isp_grant_label`` says the same, more slowly.
    """
    digest = hashlib.sha256(package_id.encode()).digest()
    return f"isp-{urlsafe_b64encode(digest[:12]).decode()}"


def of_user(
    session: Session,
    user_id: str,
    *,
    reading: Sequence[str],
    cascading: Sequence[str],
    collaborators: bool,
) -> list[str]:
    """The labels that memberships and grants give somebody.

    Those of memberships are CKAN's, which asks for each by a question of its own. A grant gives one
    where the dataset is for members: what is on request everybody finds.

    :param reading: roles in an organization that read its datasets
    :param cascading: roles that hold in the organizations below, too
    :param collaborators: whether the portal lets single datasets be shared
    """
    asked = {
        "user": user_id,
        "reading": list(reading),
        "cascading": list(cascading),
        "collaborators": collaborators,
    }
    found = session.execute(_OF_USER, asked)
    return [label or of_granted(package_id) for label, package_id in found]
