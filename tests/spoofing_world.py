"""Domains of honest people and of a forger, the DNS of both, and the check that must tell them apart."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from dns_world import DnsWorld
from signed_mail import ThreadVerifier, ed25519_record, rsa_key, rsa_record

from ingest.config.account import Account, Redirects
from ingest.mail.addresses import MalformedAddress, parse_path
from ingest.mail.authentication.header_fields import header_end
from ingest.mail.authentication.resolver import Resolver
from ingest.mail.sender import SenderCheck
from ingest.mail.verdict import Verdict
from ingest.reasons import Reason

OWN, RELAY, FORGER, UTILITY = "192.0.2.10", "192.0.2.99", "203.0.113.66", "198.51.100.7"
AUTHSERV_ID = "mx.corp.example"
DOMAINS = ("corp.example", "plain.example", "xn--mnchen-3ya.example", "strict.example", "bank.example")
REDIRECTS = Redirects(utilities=("power.example",), arc_sealers=("sealer.example",))


def account(mode: str, *, redirects: bool = False) -> Account:
    """An account of the honest people."""
    return Account.model_validate(
        {
            "domains": DOMAINS,
            "sender_check": mode,
            "peers": [RELAY] if mode != "dmarc" else [],
            "authserv_id": AUTHSERV_ID if mode == "relay" else None,
            "redirects": REDIRECTS if redirects else Redirects(),
        }
    )


def publish(world: DnsWorld) -> None:
    """What the domains say of themselves."""
    _honest(world)
    _forged(world)
    _broken_policies(world)


def _honest(world: DnsWorld) -> None:
    for domain in (*DOMAINS, "power.example", "sealer.example", "mail.corp.example", "mail.strict.example"):
        world.add(domain, "TXT", "unrelated", f"v=spf1 ip4:{OWN} ip6:2001:db8::10 -all")
        world.add(f"s1._domainkey.{domain}", "TXT", rsa_record())
        world.add(f"e1._domainkey.{domain}", "TXT", ed25519_record())
    world.add("power.example", "TXT", f"v=spf1 ip4:{UTILITY} -all")
    world.add("_dmarc.corp.example", "TXT", "v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@corp.example")
    world.add("_dmarc.strict.example", "TXT", "v=DMARC1; p=reject; adkim=s; aspf=s")
    world.add("_dmarc.example", "TXT", "v=DMARC1; p=none; psd=y; np=reject")
    world.add("bounces.provider.example", "TXT", f"v=spf1 ip4:{OWN} -all")
    world.add("s1._domainkey.provider.example", "TXT", rsa_record())


def _forged(world: DnsWorld) -> None:
    """All that a forger can have: passes for whatever is registered to them."""
    names = ["evil.example", "c0rp.example", "notcorp.example", "corp.example.evil.example", "xn--crp-tlc.example"]
    names += ["corp.test", "corpexample", "corp-example.test", "sub.evil.example", "evil.corp-example.test"]
    for name in names:
        world.add(name, "TXT", "v=spf1 +all").add(f"s1._domainkey.{name}", "TXT", rsa_record())
        world.add(f"_dmarc.{name}", "TXT", "v=DMARC1; p=reject")
    world.add("helo.evil.example", "TXT", "v=spf1 +all")
    world.add("arc.evil.example", "TXT", "v=spf1 -all").add("s1._domainkey.arc.evil.example", "TXT", rsa_record())


def _broken_policies(world: DnsWorld) -> None:
    """Selectors of an honest domain that prove nothing, and records of the bank that SPF gives up on."""
    world.add("test._domainkey.corp.example", "TXT", rsa_record(flags="t=y; "))
    world.add("sha1only._domainkey.corp.example", "TXT", rsa_record(flags="h=sha1; "))
    world.add("web._domainkey.corp.example", "TXT", rsa_record(flags="s=tlsrpt; "))
    world.add("exact._domainkey.corp.example", "TXT", rsa_record(flags="t=s; "))
    world.add("revoked._domainkey.corp.example", "TXT", "v=DKIM1; k=rsa; p=")
    world.add("two._domainkey.corp.example", "TXT", rsa_record(), rsa_record(rsa_key(1024)))
    world.add("other._domainkey.corp.example", "TXT", rsa_record(rsa_key(1024)))
    world.add("v2._domainkey.corp.example", "TXT", rsa_record().replace("DKIM1", "DKIM2"))
    world.add("bank.example", "TXT", "v=spf1 include:loop.bank.example -all")
    world.add("loop.bank.example", "TXT", "v=spf1 include:loop.bank.example +all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message on its way: ``sender`` is what stands in MAIL FROM, with its brackets."""

    message: bytes
    sender: str = "<ann@corp.example>"
    peer: str = FORGER
    helo: str | None = "helo.evil.example"


class PostOffice:
    """The check with its DNS; letters come straight (dmarc) or through the relay."""

    def __init__(self, world: DnsWorld, folder: Path, *, seconds: float = 5) -> None:
        self.world = world
        self._path = folder / "message"
        names = {
            f"{mode}{suffix}": (mode, bool(suffix)) for mode in ("dmarc", "relay", "envelope") for suffix in ("", "+")
        }
        accounts = {name: account(mode, redirects=redirects) for name, (mode, redirects) in names.items()}
        self.check = SenderCheck(accounts, Resolver(world.settings(seconds=seconds)), ThreadVerifier())

    async def judge(self, letter: Letter, account: str = "dmarc") -> Verdict:
        """The verdict of ``account``; a MAIL FROM that is no address is refused as the dialogue does it."""
        try:
            sender, _ = parse_path(letter.sender)
        except MalformedAddress as error:
            mode = account.removesuffix("+")
            return Verdict(
                mode=mode,  # type: ignore[arg-type]
                envelope_from=None,
                header_from=None,
                reason=Reason.SENDER_NOT_ALLOWED,
                detail=str(error),
            )
        self._path.write_bytes(letter.message)
        end = header_end(letter.message)
        return await self.check.judge(
            account=account,
            peer=letter.peer,
            helo=letter.helo,
            sender=sender,
            header=letter.message[:end],
            message=self._path,
        )


def relayed(letter: Letter, *findings: str) -> Letter:
    """As it comes out of the relay, which wrote ``findings`` and its own Received field on top."""
    received = b"Received: from x (x [203.0.113.66]) by mx.corp.example; Mon, 2 Mar 2026 10:00:00 +0000\r\n"
    written = "".join(f"Authentication-Results: {AUTHSERV_ID}; {finding}\r\n" for finding in findings).encode()
    return Letter(message=written + received + letter.message, sender=letter.sender, peer=RELAY, helo=AUTHSERV_ID)


@contextlib.asynccontextmanager
async def post_office(folder: Path, *, seconds: float = 5) -> AsyncIterator[PostOffice]:
    """Everything published, the DNS running."""
    async with DnsWorld().serving() as world:
        publish(world)
        yield PostOffice(world, folder, seconds=seconds)
