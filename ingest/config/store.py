"""Settings of the store that roles on several machines share."""

from importlib.util import find_spec
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from ingest.config.kinds import Section

SCHEMES = ("s3", "gs", "az")


class Store(Section):
    """Where documents lie when several machines share them; each machine writes to its data_dir first."""

    url: str | None = Field(
        None, description="s3://bucket/prefix (or gs://, az://), or a shared folder; data_dir alone when not set."
    )
    endpoint: str | None = Field(None, description="Of an S3-compatible server that is not Amazon's.")
    region: str | None = Field(None, description="Region of the bucket.")
    access_key_id: str | None = Field(None, description="S3 key; that of the environment or machine when not set.")
    secret_access_key: SecretStr | None = Field(None, description="Its secret.")
    allow_http: bool = Field(False, description="Allow an endpoint without TLS.")
    timeout_seconds: float = Field(60, gt=0, description="Longest for one request; an upload has one for each 5 MiB.")
    cache_mb: int = Field(5000, ge=1, description="Copies in data_dir; what is not uploaded yet stays beyond that.")
    cache_hours: float = Field(24, gt=0, description="What nobody used for so long is not kept there.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.url is None:
            return self
        scheme = urlsplit(self.url).scheme
        if scheme not in (*SCHEMES, "file", ""):
            raise ValueError(f"url: begin it with {'://, '.join(SCHEMES)}://, or name an absolute folder")
        if scheme in SCHEMES and not urlsplit(self.url).netloc:
            raise ValueError(f"url: name a bucket, as in {scheme}://bucket/prefix")
        if scheme in SCHEMES and find_spec("obstore") is None:
            raise ValueError("url: object storage needs an extra: pip install 'bill-ingest[s3]'")
        if scheme not in SCHEMES and not Path(urlsplit(self.url).path).is_absolute():
            raise ValueError("url: name the shared folder by its absolute path")
        if scheme != "s3" and (self.endpoint or self.access_key_id or self.secret_access_key):
            raise ValueError("endpoint, access_key_id and secret_access_key belong to s3://…")
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("access_key_id and secret_access_key go together")
        if (self.endpoint or "").startswith("http://") and not self.allow_http:
            raise ValueError("endpoint: without TLS only with allow_http = true")
        return self

    @property
    def folder(self) -> Path | None:
        """The shared folder, where it is one."""
        if self.url is None or urlsplit(self.url).scheme in SCHEMES:
            return None
        return Path(urlsplit(self.url).path)
