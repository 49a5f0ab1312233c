"""What the built-in sandbox keeps of a bill: it stands for the API, but its data lie in our own folder."""

import sqlite3

from ingest.api_steps import external_id_of
from ingest.config import Settings
from ingest.errors import Unavailable
from ingest.sandbox.app import workspace
from ingest.sandbox.options import key_of
from ingest.sandbox.state import State
from ingest.store.disk import disk_errors


def forget(settings: Settings, account: str, sha256: str) -> None:
    """Deletes the sandbox's bill of a document, its PDF, and its customer when it was the last bill. Blocks.

    Nothing where the account has another API. A sandbox that runs at the same time simply has no such bill any more.
    """
    chosen = settings.accounts.get(account)
    folder = settings.data_dir / "sandbox"
    if chosen is None or chosen.environment != "sandbox" or not (folder / "sandbox.sqlite3").exists():
        return
    try:
        state = State(folder / "sandbox.sqlite3")
    except sqlite3.Error as error:
        raise Unavailable(f"the sandbox's data cannot be opened: {error}") from error
    try:
        unneeded = state.forget(workspace(key_of(account, chosen)), external_id_of(sha256))
    except sqlite3.Error as error:
        raise Unavailable(f"the sandbox's data cannot be changed: {error}") from error
    finally:
        state.close()
    if unneeded is not None:
        with disk_errors():
            (folder / "pdfs" / f"{unneeded}.pdf").unlink(missing_ok=True)
