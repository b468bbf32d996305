"""Serving: a shop of examples as a process of its own, asked over HTTP."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import define, field, frozen

from tests.house import ROOT

SECRET = "an invented client secret"
TOKEN = "an invented staff token"
_EXAMPLES = ROOT / "examples"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_SHOWS_ADDRESS = 30  # seconds a server may take to begin


@frozen
class Answer:
    """An answer: its status, and its body as JSON, or as text where it is none."""

    status: int
    body: Any
    text: str


@define
class Server:
    """A running server, and everything it has printed."""

    process: subprocess.Popen[str]
    port: int = 0
    lines: list[str] = field(factory=list)
    _told: threading.Event = field(factory=threading.Event)

    def read(self) -> None:
        """Keep what the server prints; the address it serves at is among it."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if not self.port and (found := _ADDRESS.search(line)):
                self.port = int(found[1])
                self._told.set()
        self._told.set()

    def wait(self) -> None:
        """Wait until it serves."""
        self._told.wait(_SHOWS_ADDRESS)
        assert self.port, "".join(self.lines)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request and return the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return Answer(answer.status, json.loads(text) if is_json else None, text)

    def webhook(self, topic: str, told: object, *, event: str, secret: str = SECRET) -> Answer:
        """Send what Shopify would send; bytes are sent as they are."""
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        signature = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Event-Id": event,
            "X-Shopify-Hmac-SHA256": signature,
        }
        return self.ask("POST", "/webhooks/shopify", body, headers)

    def woocommerce(self, topic: str, told: object, *, event: str, secret: str = SECRET) -> Answer:
        """Send what WooCommerce would send."""
        body = json.dumps(told).encode()
        signature = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Delivery-ID": event,
            "X-WC-Webhook-Signature": signature,
        }
        return self.ask("POST", "/webhooks/woocommerce", body, headers)

    def stripe(self, told: object, *, secret: str = SECRET, age: int = 0) -> Answer:
        """Send what Stripe would send, or would have sent ``age`` seconds ago."""
        body, stamp = json.dumps(told).encode(), str(int(time.time()) - age)
        signed = hmac.digest(secret.encode(), stamp.encode() + b"." + body, "sha256").hex()
        return self.ask(
            "POST", "/webhooks/stripe", body, {"Stripe-Signature": f"t={stamp},v1={signed}"}
        )

    def staff(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Ask as somebody of the staff; ``idempotency_key=`` and the like are headers."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        data = b"" if body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **named}
        return self.ask(method, path, data, given)


@frozen
class Shop:
    """A shop of examples: how its tables are made, how it is served, and its due run."""

    name: str
    driver: str
    makes: tuple[str, ...]
    serves: tuple[str, ...]
    due: tuple[str, ...]

    def run(self, command: tuple[str, ...], url: str) -> subprocess.CompletedProcess[str]:
        """Run one of its commands to the end."""
        return subprocess.run(
            [sys.executable, *command], cwd=_EXAMPLES, env=self._environment(url), check=False,
            capture_output=True, encoding="utf-8",
        )  # fmt: skip

    @contextmanager
    def serve(self, url: str) -> Iterator[Server]:
        """Serve it from a process of its own."""
        with subprocess.Popen(
            [sys.executable, *self.serves], cwd=_EXAMPLES, env=self._environment(url),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        ) as process:  # fmt: skip
            server = Server(process)
            reader = threading.Thread(target=server.read)
            reader.start()
            try:
                server.wait()
                yield server
            finally:
                process.terminate()
                reader.join()

    def _environment(self, url: str) -> dict[str, str]:
        named = re.sub(r"^postgresql(\+\w+)?:", f"postgresql+{self.driver}:", url)
        return {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "SHOP_DATABASE_URL": named,
            "SHOP_SHOPIFY_SECRET": SECRET,
            "SHOP_WOOCOMMERCE_SECRET": SECRET,
            "SHOP_STRIPE_SECRET": SECRET,
            "SHOP_STAFF_TOKEN": TOKEN,
            "SHOP_CRM_SECRET": "an invented secret of the store",
        }


ALEMBIC = ("-m", "alembic", "--config", "flask_shop/alembic.ini")
FLASK = Shop(
    name="flask",
    driver="psycopg",
    makes=(*ALEMBIC, "upgrade", "head"),
    serves=("-m", "flask", "--app", "flask_shop", "run", "--port", "0"),
    due=("-m", "flask", "--app", "flask_shop", "due"),
)
FASTAPI = Shop(
    name="fastapi",
    driver="asyncpg",
    makes=("-m", "fastapi_shop", "create"),
    serves=("-m", "uvicorn", "--factory", "fastapi_shop:create_app", "--port", "0"),
    due=("-m", "fastapi_shop", "due"),
)
