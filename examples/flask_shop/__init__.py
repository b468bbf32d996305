"""A small shop on Flask: webhooks in, customers out, renewals from cron.

From the folder above: ``flask --app flask_shop run``; see the README for what has to be set.
"""

from __future__ import annotations

from flask import Flask

from flask_shop import answers, commands, staff, webhooks
from flask_shop.database import Database
from flask_shop.settings import Settings

__all__ = ["create_app"]

_LARGEST = 5 * 1024 * 1024  # a webhook's body, in bytes; beyond it the answer is 413


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application; settings come from the environment unless they are given."""
    settings = settings or Settings.from_environment()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST
    app.extensions["shop"] = Database(settings)
    app.register_blueprint(webhooks.pages)
    app.register_blueprint(staff.pages)
    answers.register(app)
    commands.register(app)
    return app
