"""What happens to the outbox itself -> notices owed to the webhooks that ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.model.delivery import Notice, owed
from feeder.pipeline.identity import event_id
from feeder.store import deliveries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from feeder.config import WebhookOptions
    from feeder.model.delivery import NoticeKind
    from feeder.store import Tx


def notify(
    tx: Tx, options: Mapping[str, WebhookOptions], kind: NoticeKind, name: str, text: str, now: datetime
) -> None:
    """Owe the notice to whoever asks for it, but never to the webhook that it is about.

    The same of the same within one hour is one notice: trouble comes in crowds.
    """
    asking = [it for it in sorted(options) if it != name and kind in options[it].on and options[it].enabled]
    hour = int(now.timestamp()) // 3600
    notice = Notice(event_id(f"notice {name}", kind, hour), kind, now, name, text)
    if not asking or not deliveries.put_notice(tx, notice):
        return
    for webhook in asking:
        delivery = owed(notice.id, webhook, kind, now, due=now)
        deliveries.owe(tx, delivery, ordered=options[webhook].ordered)
