"""What people can set. ``load`` reads it once; nothing else looks at the environment."""

from ingest.config.account import Account
from ingest.config.kinds import MiB
from ingest.config.sections import Folder, Limits, Ocr, Polling, Sandbox, Web
from ingest.config.settings import ENVIRONMENT_PREFIX, Settings, load
from ingest.config.smtp import Dns, Smarthost, Smtp
from ingest.config.store import Store

__all__ = [
    "ENVIRONMENT_PREFIX",
    "Account",
    "Dns",
    "Folder",
    "Limits",
    "MiB",
    "Ocr",
    "Polling",
    "Sandbox",
    "Settings",
    "Smarthost",
    "Smtp",
    "Store",
    "Web",
    "load",
]
