"""What this process has accepted of late, so that a receipt asked for at once is not unknown. In memory, bounded."""

from collections import OrderedDict
from datetime import datetime

from shared.envelope import Event

MOST = 50_000


class Recent:
    """(sender, source, id) → when ingest took the event, the latest `MOST` of them."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._at: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()

    def remember(self, event: Event) -> None:
        key = (event.sender, *event.key)
        self._at[key] = event.received
        self._at.move_to_end(key)
        if len(self._at) > self.most:
            self._at.popitem(last=False)

    def accepted_at(self, sender: str, source: str, id: str) -> datetime | None:
        return self._at.get((sender, source, id))
