"""Automatic redirects of a utility's own mail: taken by an explicit rule of the account, refused without one.

Such a message keeps its From header, so that its domain is not one of the account's. It is taken when the utility
signed it and the company's own server passed it on, or when a listed server sealed what it had found out about it.
"""

from ingest.config.account import Account
from ingest.mail.addresses import Address
from ingest.mail.authentication import relay
from ingest.mail.authentication.authentication_results import (
    AuthenticationResults,
    MalformedResults,
    parse_results,
)
from ingest.mail.authentication.proof import Proof


def may_be_redirected(account: Account, author: str) -> bool:
    """Whether a rule can apply to mail of ``author``: before anything is asked."""
    return author in account.redirects.utilities


def rule_by_signature(account: Account, sender: Address | None, proof: Proof) -> str | None:
    """The utility's aligned signature, and an envelope of the account's domains that SPF proves."""
    if proof.author not in account.redirects.utilities or not proof.signed:
        return None
    if sender is None or sender.domain not in account.domains or proof.spf.result != "pass":
        return None
    return f"signed by {proof.author}, redirected by {sender.domain}"


def rule_by_seal(account: Account, proof: Proof) -> str | None:
    """The first results in the chain that vouch for the From domain, as long as every newer seal is listed too."""
    if proof.author not in (*account.redirects.utilities, *account.domains):
        return None
    chain = proof.signatures.arc
    for seal in chain.seals if chain is not None and chain.result == "pass" else ():
        if seal.domain not in account.redirects.arc_sealers:
            return None
        found = _sealed(seal.results)
        if found is not None and relay.speaks_for(found, proof.author):
            return f"ARC seal of {seal.domain} for {proof.author}"
    return None


def rule_by_relay(account: Account, sender: Address | None, author: str, results: AuthenticationResults) -> str | None:
    """As ``rule_by_signature``, by the findings of the relay."""
    if author not in account.redirects.utilities or not relay.dkim_passed(results, author):
        return None
    if sender is None or sender.domain not in account.domains or not relay.spf_passed(results, sender.domain):
        return None
    return f"signed by {author}, redirected by {sender.domain}"


def _sealed(value: str) -> AuthenticationResults | None:
    """What stands after ``i=<number>;`` (RFC 8617, 4.1.1)."""
    instance, _, rest = value.partition(";")
    if not instance.replace(" ", "").startswith("i="):
        return None
    try:
        return parse_results(rest.strip().encode("utf-8"))
    except MalformedResults:
        return None
