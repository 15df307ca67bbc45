"""Actions, one module per noun."""

from typing import Any

from .. import unseen
from . import (
    acknowledgement,
    activity,
    case,
    classification,
    dataset,
    deletion,
    delivery,
    exposed,
    file,
    grant,
    hdx_connect,
    log,
    lowering,
    membership,
    notice,
    protocol,
    protocol_change,
    queue_filter,
    record,
    request,
    review,
    search,
    stand_in,
    table,
)
from .acknowledgement import *  # noqa: F403
from .case import *  # noqa: F403
from .classification import *  # noqa: F403
from .dataset import *  # noqa: F403
from .deletion import *  # noqa: F403
from .delivery import *  # noqa: F403
from .exposed import *  # noqa: F403
from .file import *  # noqa: F403
from .grant import *  # noqa: F403
from .log import *  # noqa: F403
from .lowering import *  # noqa: F403
from .membership import *  # noqa: F403
from .notice import *  # noqa: F403
from .protocol import *  # noqa: F403
from .protocol_change import *  # noqa: F403
from .queue_filter import *  # noqa: F403
from .record import *  # noqa: F403
from .request import *  # noqa: F403
from .review import *  # noqa: F403
from .search import *  # noqa: F403
from .stand_in import *  # noqa: F403

__all__ = [
    *acknowledgement.__all__,
    *case.__all__,
    *classification.__all__,
    *dataset.__all__,
    *deletion.__all__,
    *delivery.__all__,
    *exposed.__all__,
    *file.__all__,
    *grant.__all__,
    *log.__all__,
    *lowering.__all__,
    *membership.__all__,
    *notice.__all__,
    *protocol.__all__,
    *protocol_change.__all__,
    *queue_filter.__all__,
    *record.__all__,
    *request.__all__,
    *review.__all__,
    *search.__all__,
    *stand_in.__all__,
]


def offered() -> dict[str, Any]:
    """What the plugin offers on this portal, CKAN's own actions that it wraps among them."""
    own = {name: globals()[name] for name in __all__}
    doors = {**activity.doors(), **table.doors(), **hdx_connect.offered()}
    return unseen.answered({**own, **doors})
