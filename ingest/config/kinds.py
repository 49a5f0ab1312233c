"""The kinds of values that settings have, as they are compared: domains, addresses, networks, ports."""

import json
import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode

from ingest.mail.addresses import MalformedAddress, normalise_domain, parse_address

MiB = 1024 * 1024
MOST_SECRETS = 20
LONGEST_SECRET = 127
"""Characters; PDF uses no more than 127 bytes of a password."""


class Section(BaseModel):
    """A part of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _domain(name: str) -> str:
    """A domain as it is compared: lower case, A-labels, no trailing dot."""
    try:
        return normalise_domain(name.strip())
    except MalformedAddress as error:
        raise ValueError(f"{name!r} is not a domain; write it as 'example.com'") from error


def _address(text: str) -> str:
    """A recipient address as it is compared: in lower case, the domain normalised."""
    try:
        address = parse_address(text.strip())
    except MalformedAddress as error:
        raise ValueError(f"{text!r} is not an address; write it as 'bills@in.example.com'") from error
    return f"{address.local.lower()}@{address.domain}"


def _network(value: Any) -> Any:
    """One address is a network of its own. Bits beyond the prefix are refused: which of both was meant?"""
    try:
        return ip_network(value.strip()) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"{value!r} is not a network; write it as '192.0.2.0/24' or '2001:db8::/32'") from error


_SERVER = re.compile(r"(?:\[(?P<bracketed>[^\]]+)\]|(?P<plain>[^:\[\]]+))(?::(?P<port>[0-9]{1,5}))?")


def name_server(text: str) -> tuple[str, int]:
    """Address and port of a DNS server; an IPv6 address with a port stands in brackets. Raises ValueError."""
    try:
        return str(ip_address(text)), 53
    except ValueError:
        found = _SERVER.fullmatch(text)
    if found is None or not 0 < int(found["port"] or 53) <= 65535:
        raise ValueError("not an address with a port")
    return str(ip_address(found["bracketed"] or found["plain"])), int(found["port"] or 53)


def _name_server(text: str) -> str:
    try:
        name_server(text.strip())
    except ValueError as error:
        raise ValueError(
            f"{text!r} is not the address of a DNS server; write it as '192.0.2.53', '192.0.2.53:5353' or "
            "'[2001:db8::53]:5353'"
        ) from error
    return text.strip()


def _lines(value: Any) -> Any:
    """A file holds one secret a line, without spaces around it; a variable does, or is a list in JSON."""
    if isinstance(value, str):
        return _listed(value) or tuple(line.strip() for line in value.splitlines() if line.strip())
    if isinstance(value, list | tuple):
        return value
    raise ValueError("write it as a list of strings, or name a file with one a line in its '_file' form")


def _listed(text: str) -> list[str] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, list) and all(isinstance(each, str) for each in found) else None


def _not_too_many(secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if len(secrets) > MOST_SECRETS:
        raise ValueError(f"at most {MOST_SECRETS} are tried on a file; there are {len(secrets)}")
    for number, secret in enumerate(secrets, start=1):
        if not 1 <= len(secret.get_secret_value()) <= LONGEST_SECRET:
            raise ValueError(f"number {number} is empty, or longer than {LONGEST_SECRET} characters")
    return secrets


Domain = Annotated[str, AfterValidator(_domain)]
MailAddress = Annotated[str, AfterValidator(_address)]
Port = Annotated[int, Field(ge=0, le=65535)]
NameServer = Annotated[str, AfterValidator(_name_server)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
SecretLines = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_lines), AfterValidator(_not_too_many)]
"""Secrets; as one text (of a file, or of a variable) one a line."""
