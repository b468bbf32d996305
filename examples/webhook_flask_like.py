"""A Shopify webhook in any web framework: verify, take in under the event's id, answer.

``receive`` is what a view of Flask, Django or FastAPI calls with the raw body and the headers:

    @app.post("/webhooks/shopify")
    def webhook():
        return receive(crm, request.headers, request.get_data(), secret=SECRET)

    python examples/webhook_flask_like.py
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping

from ecrm_core import Crm
from ecrm_core.errors import InputError, KeyReused, RefusedError, StorageError
from ecrm_core.kernel import parse_instant
from ecrm_core.sources import shopify

OK, BAD_REQUEST, UNAUTHORISED, TRY_AGAIN = 200, 400, 401, 503


def receive(
    crm: Crm, headers: Mapping[str, str], body: bytes, *, secret: str
) -> tuple[dict[str, object], int]:
    """Return the answer and its HTTP status."""
    found = {name.lower(): value for name, value in headers.items()}
    topic = found.get("x-shopify-topic", "")
    try:
        shopify.verify(body, found.get("x-shopify-hmac-sha256"), secret=secret)
        if topic not in shopify.TOPICS:  # signed, and nothing for us
            return {"ignored": topic}, OK
        sent = found.get("x-shopify-triggered-at")  # the time of what has none, such as a deletion
        delivery = shopify.read(
            body, received_at=crm.now(), topic=topic, sent_at=parse_instant(sent) if sent else None
        )
        # One event may come under several topics, so the topic is part of the key.
        event = found.get("x-shopify-event-id")
        try:
            receipt = crm.ingest(delivery, key=event and f"shopify/{topic}/{event}")
        except KeyReused:  # the same event with newer content: a statement like any other
            receipt = crm.ingest(delivery)
    except RefusedError as error:
        return {"error": error.code}, UNAUTHORISED
    except InputError as error:
        return {"error": error.code, "path": error.path}, BAD_REQUEST
    except StorageError as error:  # nothing was written, and Shopify sends it again
        return {"error": error.code}, TRY_AGAIN
    return {"accepted": receipt.accepted, "replayed": receipt.replayed}, OK


def signed(body: bytes, secret: str) -> str:
    """Return the signature Shopify would send."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def main() -> None:
    """Print the answers to a webhook, the same one again, a forged one and a broken one."""
    secret = "an invented client secret"
    body = json.dumps({"id": 1, "email": "minjun@example.kr"}).encode()
    headers = {
        "X-Shopify-Topic": "customers/update",
        "X-Shopify-Event-Id": "00000000-0000-0000-0000-000000000001",
        "X-Shopify-Hmac-SHA256": signed(body, secret),
    }
    with Crm.open(region="KR", tz="Asia/Seoul") as crm:
        print(receive(crm, headers, body, secret=secret))
        print(receive(crm, headers, body, secret=secret))
        print(receive(crm, headers, body + b" ", secret=secret))
        broken = b'{"id": 1, "email": "minjun'
        resigned = headers | {"X-Shopify-Hmac-SHA256": signed(broken, secret)}
        print(receive(crm, resigned, broken, secret=secret))
        print(len(crm.find("minjun@example.kr")), "customer")


if __name__ == "__main__":
    main()
