"""The names under which the sandbox keeps things on its application and on a request."""

from collections import Counter

from aiohttp import web

from ingest.sandbox.engine import Engine
from ingest.sandbox.faults import Faults
from ingest.sandbox.options import Options

ENGINE = web.AppKey("engine", Engine)
FAULTS = web.AppKey("faults", Faults)
OPTIONS = web.AppKey("options", Options)
ANSWERS: web.AppKey[Counter[str]] = web.AppKey("answers", Counter)
"""How often each call was answered how: ``upload 200``."""

WORKSPACE = web.RequestKey("workspace", str)
IGNORED = web.RequestKey("external_id_ignored", bool)
