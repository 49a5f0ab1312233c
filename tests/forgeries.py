"""What a forger writes. The forger owns evil.example and everything that looks like corp.example, with valid SPF, DKIM
and DMARC for all of it, and has honest people's signed mail to change and to send again.
"""

import re
from typing import Any

import dkim
from signed_mail import BODY, mail, sign, sign_with_tags

EVIL = "<eve@evil.example>"


def signed_by_evil(message: bytes) -> bytes:
    """As a forger would, wherever dkimpy can read the header at all."""
    try:
        return sign(message, "evil.example")
    except (dkim.DKIMException, IndexError):
        return message


def header_trick(sender: str | bytes, *extra: str | bytes) -> bytes:
    return signed_by_evil(mail(sender, *extra))


def raw_header(first: bytes) -> bytes:
    """``first`` stands in the place of the From header."""
    return signed_by_evil(mail().replace(b"From: Ann <ann@corp.example>\r\n", first))


# The domain of the From header is another one, however it looks: the forger's passes are aligned with some of these.
LOOK_ALIKES = {
    "another domain": "eve@evil.example",
    "digit for a letter": "ann@c0rp.example",
    "prefix": "ann@notcorp.example",
    "suffix": "ann@corp.example.evil.example",
    "sub-domain": "ann@mail.corp.example",
    "deep sub-domain that does not exist": "ann@a.b.c.corp.example",
    "other top level": "ann@corp.test",
    "dot left out": "ann@corpexample",
    "hyphen for the dot": "ann@corp-example.test",
    "parent": "ann@example",
    "Cyrillic o": "ann@c\u043erp.example",
    "Cyrillic o as an A-label": "ann@xn--crp-tlc.example",
    "full-width letters": "ann@\uff43orp.example",
    "ideographic full stop": "ann@corp\u3002example",
    "zero-width space": "ann@corp\u200b.example",
    "soft hyphen": "ann@co\u00adrp.example",
    "Kelvin sign": "ann@ban\u212a.example",
    "right-to-left override": "ann@\u202eelpmaxe.proc",
    "combining accent": "ann@corp\u0301.example",
    "A-label of plain letters": "ann@xn--corp-.example",
    "domain literal": "ann@[203.0.113.66]",
    "trailing dots": "ann@corp.example..",
    "underscore": "ann@corp_.example",
    "percent hack": "ann%corp.example@evil.example",
    "bang path": "corp.example!ann@evil.example",
    "plus address of the forger": "ann+corp.example@evil.example",
}
DISPLAY_NAMES = {
    "quoted name is an address": '"ann@corp.example" <eve@evil.example>',
    "bare name is an address": "ann@corp.example <eve@evil.example>",
    "encoded name is an address": "=?utf-8?q?ann=40corp.example?= <eve@evil.example>",
    "name with an address in brackets": '"Ann <ann@corp.example>" <eve@evil.example>',
    "comment is an address": "eve@evil.example (ann@corp.example)",
    "comment before it": "(<ann@corp.example>) eve@evil.example",
    "name ends with a line of its own": '"Ann\t\t\t\t\t<ann@corp.example>" <eve@evil.example>',
}
ADDRESS_TRICKS = {
    "quoted local part with the address": '"ann@corp.example"@evil.example',
    "quoted local part, other way round": '"eve@evil.example"@corp.example',
    "escaped quote": '"a\\"@evil.example"@corp.example',
    "two addresses": "ann@corp.example, eve@evil.example",
    "two addresses, other way round": "eve@evil.example, ann@corp.example",
    "semicolon between addresses": "ann@corp.example; eve@evil.example",
    "two brackets": "<ann@corp.example> <eve@evil.example>",
    "quoted pair for the comma": "<ann@corp.example>\\,<eve@evil.example>",
    "quoted pair for the comma, other way round": "<eve@evil.example>\\,<ann@corp.example>",
    "semicolon cuts it": "ann@corp.example;.evil.example",
    "space cuts it": "ann@corp.example .evil.example",
    "slash cuts it": "ann@corp.example/.evil.example",
    "two brackets, no space": "<ann@corp.example><eve@evil.example>",
    "bracket in bracket": "<eve@evil.example<ann@corp.example>>",
    "address after the bracket": "<ann@corp.example> eve@evil.example",
    "address before the bracket": "eve@evil.example <ann@corp.example>",
    "group": "Staff: ann@corp.example;",
    "empty group": "ann@corp.example:;",
    "group and mailbox": "Staff: ann@corp.example;, eve@evil.example",
    "source route": "<@evil.example:ann@corp.example>",
    "long source route": "<@evil.example,@corp.example:eve@evil.example>",
    "two @": "ann@corp.example@evil.example",
    "two @, other way round": "eve@evil.example@corp.example",
    "NUL after the domain": "ann@corp.example\x00.evil.example",
    "NUL before the address": "\x00ann@corp.example",
    "control character": "ann\x08@corp.example",
    "escape character in the name": "Ann\x1b[2K <ann@corp.example>",
    "comment in the address": "ann@corp(.evil).example",
    "comment for the domain": "ann@(evil.example)corp.example",
    "open comment": "ann@corp.example (",
    "open quote": '"ann@corp.example',
    "open bracket": "Ann <ann@corp.example",
    "encoded address": "=?utf-8?b?PGFubkBjb3JwLmV4YW1wbGU+?=",
    "encoded address before another": "=?utf-8?b?PGFubkBjb3JwLmV4YW1wbGU+?=,<eve@evil.example>",
    "encoded local part": "=?utf-8?q?ann=40corp.example=3E?=@evil.example",
    "encoded local part of ours": "=?utf-8?q?eve=40evil.example=3E?=@corp.example",
    "space in the domain": "ann@corp .example",
    "folded domain": "ann@corp\r\n .example",
    "no address": "Ann",
    "empty brackets": "Ann <>",
    "backslash": "ann\\@corp.example",
    "8-bit letters that are not UTF-8": b"Ann <ann@c\xf6rp.example>",
    "overlong": "a" * 3000 + "@corp.example",
}
HEADERS = {
    "no From": raw_header(b""),
    "two From, ours first": raw_header(b"From: ann@corp.example\r\nFrom: eve@evil.example\r\n"),
    "two From, ours last": raw_header(b"From: eve@evil.example\r\nFrom: ann@corp.example\r\n"),
    "two From of ours": raw_header(b"From: ann@corp.example\r\nFrom: bob@corp.example\r\n"),
    "From with a space before the colon": raw_header(b"From : ann@corp.example\r\nFrom: eve@evil.example\r\n"),
    "From with a tab before the colon": raw_header(b"From\t: eve@evil.example\r\nFrom: ann@corp.example\r\n"),
    "From in capitals beside another": raw_header(b"FROM: eve@evil.example\r\nfrom: ann@corp.example\r\n"),
    "From behind a space": raw_header(b" From: eve@evil.example\r\nFrom: ann@corp.example\r\n"),
    "From behind a tab, first line": b"\tFrom: ann@corp.example\r\n" + mail("eve@evil.example"),
    "folded name": raw_header(b"From\r\n : ann@corp.example\r\n"),
    "folded name beside another": raw_header(b"From\r\n : eve@evil.example\r\nFrom: ann@corp.example\r\n"),
    "NUL in the name": raw_header(b"From\x00: ann@corp.example\r\nFrom: eve@evil.example\r\n"),
    "Cyrillic o in the name": raw_header("Fr\u043em: ann@corp.example\r\nFrom: eve@evil.example\r\n".encode()),
    "line of spaces in From": raw_header(b"From: ann@corp.example\r\n \r\n eve\r\n"),
    "From cut by a bare LF": raw_header(b"From: ann@corp.example\nFrom: eve@evil.example\r\n"),
    "From cut by a bare CR": raw_header(b"From: ann@corp.example\rFrom: eve@evil.example\r\n"),
    "From behind a bare CR of another field": raw_header(
        b"X-A: b\rFrom: ann@corp.example\r\nFrom: eve@evil.example\r\n"
    ),
    "header ended by bare LFs": raw_header(b"From: ann@corp.example\n\nFrom: eve@evil.example\r\n"),
    "vertical tab as a line end": raw_header(b"X-A: b\x0bFrom: ann@corp.example\r\nFrom: eve@evil.example\r\n"),
    "line separator as a line end": raw_header(
        "X-A: b\u2028From: ann@corp.example\r\nFrom: eve@evil.example\r\n".encode()
    ),
    "From of a mailbox file": raw_header(b"From ann@corp.example Mon Mar  2\r\nFrom: eve@evil.example\r\n"),
    "Sender of ours": header_trick("eve@evil.example", "Sender: ann@corp.example"),
    "Sender alone": raw_header(b"Sender: ann@corp.example\r\n"),
    "Reply-To of ours": header_trick("eve@evil.example", "Reply-To: ann@corp.example"),
    "Resent-From of ours": header_trick("eve@evil.example", "Resent-From: ann@corp.example"),
    "Resent-From alone": raw_header(b"Resent-From: ann@corp.example\r\n"),
    "Apparently-From, X-Original-From": raw_header(
        b"X-Original-From: ann@corp.example\r\nReturn-Path: <a@corp.example>\r\n"
    ),
    "Return-Path of ours": header_trick("eve@evil.example", "Return-Path: <ann@corp.example>"),
    "Received-SPF of ours": header_trick("ann@corp.example", "Received-SPF: pass envelope-from=ann@corp.example"),
    "From in the body": mail("eve@evil.example", body=b"From: ann@corp.example\r\n\r\n" + BODY),
    "empty header": b"\r\nFrom: ann@corp.example\r\n\r\n",
    "header without an end": b"From: ann@corp.example\r\nX-A: " + b"a" * 100,
}
ENVELOPES = {
    "null sender": "<>",
    "our domain, whose SPF says no": "<ann@corp.example>",
    "our sub-domain, whose SPF says no": "<ann@mail.corp.example>",
    "our sub-domain that does not exist": "<any@nowhere.corp.example>",
    "our domain in a quoted local part": '<"ann@corp.example"@evil.example>',
    "our domain, NUL": "<ann@corp.example\x00.evil.example>",
    "our domain, open comment": "<ann@corp.example(.evil.example>",
    "our domain, quote": "<ann@corp.example'@evil.example>",
    "our domain in a route": "<@corp.example:eve@evil.example>",
    "parenthesis in front": "<(ann@corp.example>",
    "our domain in the local part": "<ann%corp.example@evil.example>",
    "the forger's own, SPF +all": EVIL,
    "the bank, whose SPF loops": "<ann@bank.example>",
}


def changed(pattern: bytes, into: bytes, **how: Any) -> bytes:
    """An honest signed message, altered afterwards."""
    message = sign(mail(), "corp.example", **how)
    altered = re.sub(pattern, into, message, count=1)
    assert altered != message
    return altered


def added(field: bytes, **how: Any) -> bytes:
    return field + b"\r\n" + sign(mail(), "corp.example", **how)


FROM_ONLY = ["from", "subject"]
INNER = b"--x\r\nContent-Type: application/pdf\r\n\r\n%PDF-"


def retyped(body: bytes) -> bytes:
    """A signed text that quotes the forger's parts, made a multipart of them by a Content-Type that nobody signed."""
    text = mail(body=body).replace(b'multipart/mixed; boundary="b1"', b"text/plain")
    return sign(text, "corp.example", names=FROM_ONLY).replace(b"text/plain", b"multipart/mixed; boundary=x", 1)


REPLAYED: dict[str, bytes] = {
    "From changed": changed(rb"Ann <ann@", b"Bob <bob@"),
    "Subject changed": changed(rb"Subject: Bill", b"Subject: Other"),
    "Content-Type changed": changed(rb'boundary="b1"', b'boundary="b2"'),
    "body changed": changed(rb"The bill", b"My bill"),
    "body longer": sign(mail(), "corp.example") + b"--b1\r\n\r\nmore\r\n",
    "second Subject on top": added(b"Subject: Other"),
    "second To on top": added(b"To: other@in.example"),
    "second Date on top": added(b"Date: Tue, 03 Mar 2026 10:00:00 +0000"),
    "second Message-ID on top": added(b"Message-ID: <2@corp.example>"),
    "second Content-Type on top": added(b'Content-Type: multipart/mixed; boundary="b2"'),
    "second Content-Type at the end": changed(rb"\r\n\r\n--b1", b'\r\nContent-Type: text/html; x="b1"\r\n\r\n--b1'),
    "second MIME-Version": added(b"MIME-Version: 1.0"),
    "two Content-Transfer-Encodings": b"Content-Transfer-Encoding: base64\r\n"
    + sign(mail("Ann <ann@corp.example>", "Content-Transfer-Encoding: 8bit"), "corp.example"),
    "Content-Transfer-Encoding added to a text": b"Content-Transfer-Encoding: base64\r\n"
    + sign(mail(body=b"JVBERi0xLjQK\r\n").replace(b'multipart/mixed; boundary="b1"', b"text/plain"), "corp.example"),
    "unsigned Content-Type changed": changed(rb'boundary="b1"', b'boundary="in the text"', names=[*FROM_ONLY, "date"]),
    "unsigned Content-Type, shorter boundary": changed(rb'boundary="b1"', b'boundary="b"', names=FROM_ONLY),
    "unsigned Content-Type, its parts in the middle of a text": retyped(b"Hello\r\n" + INNER + b"\r\n--x--\r\n"),
    "unsigned Content-Type, text behind its parts": retyped(INNER + b"\r\n--x--\r\nand more\r\n"),
    "unsigned Content-Type, parts that do not end": retyped(INNER + b"\r\n"),
    "unsigned Content-Type becomes a PDF": changed(rb"multipart/mixed;", b"application/pdf;", names=FROM_ONLY),
    "unsigned Subject": changed(rb"Subject: Bill", b"Subject: Other", names=["from", "date"]),
    "Subject added to none": b"Subject: x\r\n" + sign(mail().replace(b"Subject: Bill\r\n", b""), "corp.example"),
    "length tag, nothing added": sign(mail(), "corp.example", length=True),
    "length tag, body added": sign(mail(), "corp.example", length=True) + b"--b1\r\n\r\n%PDF-\r\n--b1--\r\n",
    "length zero": sign_with_tags(mail(body=b""), "corp.example", "l=0") + BODY,
    "expired": sign_with_tags(mail(), "corp.example", "t=1000000000; x=1000600000"),
    "expired before it was made": sign_with_tags(mail(), "corp.example", "t=1900000000; x=1800000000"),
    "made in the future": sign_with_tags(mail(), "corp.example", "t=9900000000"),
    "SHA-1": sign(mail(), "corp.example", algorithm="rsa-sha1"),
    "SHA-1 called SHA-256": sign(mail(), "corp.example", algorithm="rsa-sha1").replace(b"a=rsa-sha1", b"a=rsa-sha256"),
    "key in test mode": sign(mail(), "corp.example", "test"),
    "key for SHA-1 only": sign(mail(), "corp.example", "sha1only"),
    "key for another service": sign(mail(), "corp.example", "web"),
    "key revoked": sign(mail(), "corp.example", "revoked"),
    "two keys at one name": sign(mail(), "corp.example", "two"),
    "key of another version": sign(mail(), "corp.example", "v2"),
    "another key": sign(mail(), "corp.example", "other"),
    "no such key": sign(mail(), "corp.example", "none"),
    "identity outside": sign_with_tags(mail(), "corp.example", "i=@evil.example"),
    "identity of a domain that ends alike": sign_with_tags(mail(), "corp.example", "i=@notcorp.example"),
    "identity below, forbidden by the key": sign_with_tags(mail(), "corp.example", "i=@sub.corp.example", "exact"),
    "forger's domain": sign(mail(), "evil.example"),
    "look-alike domain": sign(mail(), "notcorp.example"),
    "parent of everything": sign(mail(), "example"),
    "NUL in the selector": sign(mail(), "evil.example").replace(b"s=s1", b"s=s1._domainkey.evil.example.\0x"),
    "selector that goes elsewhere": sign(mail(), "evil.example")
    .replace(b"d=evil.example", b"d=corp.example")
    .replace(b"s=s1", b"s=s1._domainkey.evil.example"),
    "domain with a quote": sign(mail(), "evil.example").replace(b"d=evil.example", b"d=corp.example'a.evil.example"),
    "domain with a comment": sign(mail(), "evil.example").replace(b"d=evil.example", b"d=corp.example(.evil.example"),
    "two domains": sign(mail(), "evil.example").replace(b"d=evil.example", b"d=corp.example; d=evil.example"),
    "domain changed": sign(mail(), "evil.example").replace(b"d=evil.example", b"d=corp.example"),
    "no algorithm": sign(mail(), "corp.example").replace(b"a=rsa-sha256;", b""),
    "algorithm none": sign(mail(), "corp.example").replace(b"a=rsa-sha256;", b"a=none;"),
    "another kind of key": sign(mail(), "corp.example", "e1"),
    "version 2": sign(mail(), "corp.example").replace(b"v=1;", b"v=2;"),
    "empty signature": re.sub(rb"(?s) b=.*?\r\n(?=From)", b" b=\r\n", sign(mail(), "corp.example")),
    "signature of zeros": re.sub(
        rb"(?s) b=.*?\r\n(?=From)", b" b=" + b"A" * 344 + b"\r\n", sign(mail(), "corp.example")
    ),
    "only a name of the field": b"DKIM-Signature:\r\n" + mail(),
    "six broken ones before a good one of the forger": b"DKIM-Signature: v=1; d=corp.example; s=s1; h=from\r\n" * 6
    + sign(mail(), "evil.example"),
    "space before the colon": sign(mail(), "corp.example").replace(b"DKIM-Signature:", b"DKIM-Signature :"),
    "From not signed": sign_with_tags(mail(), "corp.example", "t=1", signed=[b"subject", b"content-type"]),
    "nothing signed that exists": sign_with_tags(mail(), "corp.example", "t=1", signed=[b"subject"]),
}
