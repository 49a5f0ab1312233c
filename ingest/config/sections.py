"""Settings of everything but accounts and mail, one class a section."""

from pathlib import Path

from pydantic import Field, SecretStr

from ingest.config.kinds import MiB, Port, Section


class Folder(Section):
    """Watched folders."""

    inbox: Path | None = Field(None, description="Of a sole account without its own; data_dir/inbox when not set.")
    stable_seconds: float = Field(0.5, gt=0, description="A file is taken when size and time stood still so long.")
    rescan_seconds: float = Field(30, gt=0, description="Full look at the folder, whatever the events say.")
    poll_seconds: float = Field(2, gt=0, description="How often to look where there are no events (NFS, SMB).")
    force_polling: bool = Field(False, description="Poll even where events exist.")
    in_worker: bool = Field(True, description="The worker watches them too; false where the role 'folder' does.")


class Web(Section):
    """The HTTP port: health, metrics, records, webhooks from the API."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(8080, description="Port to listen on.")
    api_webhook_secret: SecretStr | None = Field(
        None, description="Path part of the address that the API's webhooks are sent to; off when not set."
    )


class Sandbox(Section):
    """The built-in API on the local parsers, used by accounts without an API key."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(8081, description="Port to listen on.")
    delay_seconds: float = Field(1.0, ge=0, description="How long a bill stays 'unparsed'.")
    not_supported: tuple[str, ...] = Field((), description="Utilities answered with 'not_supported'.")


class Limits(Section):
    """What a document may cost."""

    max_document_bytes: int = Field(50 * MiB, ge=1024, description="Size of a PDF.")
    max_pages: int = Field(400, ge=1, description="Pages of a PDF.")
    parser_children: int = Field(2, ge=1, le=64, description="Documents read at the same time.")
    parser_memory_mb: int = Field(1024, ge=128, description="Address space of a parser child.")
    parser_seconds: float = Field(45, gt=0, description="Wall time for one document.")
    bills_in_work: int = Field(64, ge=1, description="Bills whose next step runs at the same time.")
    lease_seconds: float = Field(
        30, ge=5, description="PostgreSQL: a worker that says nothing for so long loses its bills to another."
    )


class Ocr(Section):
    """Scans and photos; needs the extra bill-ingest[ocr]."""

    children: int = Field(1, ge=0, le=64, description="Scans and photos read at the same time; 0: none is.")
    memory_mb: int = Field(2048, ge=1024, description="Address space of an OCR child.")
    seconds: float = Field(300, gt=0, description="Wall time for one scan; a page takes 3 to 5 seconds.")


class Polling(Section):
    """How the API is asked for an answer."""

    first_seconds: float = Field(2, gt=0, description="First question after the upload.")
    max_seconds: float = Field(3600, gt=0, description="Longest pause between two questions.")
    give_up_hours: float = Field(48, gt=0, description="Then the local values stand ('timed_out').")
