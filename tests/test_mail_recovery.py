"""Documents of messages that are broken as real senders, scanners and gateways break them."""

import base64
import binascii
import hashlib
import io
import quopri
import zipfile

import pytest
from mail_builder import PDF, attachment, entity, found, letter, lines, multipart, opened, pdf, reasons, text

from samples.mails import winmail as tnef

ONE, TWO = pdf(1, 3000), pdf(2, 3000)
TYPE = "Content-Type: application/pdf; name=bill.pdf"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
BASE64 = "Content-Transfer-Encoding: base64"


def single(body: bytes, *headers: str) -> bytes:
    return letter(entity(*(headers or (TYPE, BASE64)), body=body))


def zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bill.pdf", content)
    return target.getvalue()


def uuencoded(content: bytes, name: str = "bill.pdf", *, trimmed: bool = False) -> bytes:
    encoded = [binascii.b2a_uu(content[at : at + 45], backtick=not trimmed) for at in range(0, len(content), 45)]
    written = [line.rstrip() if trimmed else line.rstrip(b"\n") for line in encoded]
    return b"\r\n".join([f"begin 644 {name}".encode(), *written, b"`", b"end", b""])


class TestBase64:
    @pytest.mark.parametrize(
        "junk",
        [
            b"-- \r\n",
            b"This message was scanned by ExampleShield.\r\n",
            b"--- scanned by MailGuard ---\r\n\r\n",
            b"> \r\n",
            b"_______________________________________________\r\nbills mailing list\r\nbills@lists.example\r\n",
            b"[Message clipped]\r\n",
        ],
    )
    @pytest.mark.parametrize("where", [5, 20, -1])
    def test_lines_of_words_between_its_lines(self, junk: bytes, where: int) -> None:
        encoded = lines(ONE).splitlines(keepends=True)
        encoded[-1] += b"\r\n"
        encoded.insert(where % (len(encoded) + 1), junk)
        assert found(single(b"".join(encoded))) == [ONE]

    def test_quoted_as_in_a_reply(self) -> None:
        quoted = b"\r\n".join(b"> " + line for line in lines(ONE).splitlines())
        assert found(single(quoted)) == [ONE]
        assert found(single(b"see:\r\n" + quoted, "Content-Type: text/plain")) == [ONE]

    def test_blanks_between_its_groups(self) -> None:
        encoded = base64.b64encode(ONE)
        spaced = b"\r\n".join(
            b" ".join(encoded[at + n : at + n + 4] for n in range(0, 60, 4)) for at in range(0, len(encoded), 60)
        )
        assert found(single(spaced)) == [ONE]

    @pytest.mark.parametrize("declared", ["7bit", "8bit", "quoted-printable", "x-unknown", "binary"])
    def test_encoded_but_declared_otherwise(self, declared: str) -> None:
        assert found(single(lines(ONE), TYPE, f"Content-Transfer-Encoding: {declared}")) == [ONE]
        assert found(single(lines(ONE), TYPE)) == [ONE]

    def test_in_the_alphabet_for_urls(self) -> None:
        content = ONE.replace(b"trailer", bytes(range(256)) + b"trailer")
        encoded = base64.urlsafe_b64encode(content)
        assert found(single(encoded)) == [content]
        assert found(single(b"\r\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76)))) == [content]

    def test_encoded_twice(self) -> None:
        assert found(single(lines(lines(ONE)))) == [ONE]
        twice = quopri.encodestring(lines(ONE)).replace(b"\n", b"\r\n")
        assert found(single(twice, TYPE, "Content-Transfer-Encoding: quoted-printable")) == [ONE]

    def test_other_files_that_are_declared_otherwise(self) -> None:
        assert found(single(lines(zipped(ONE)), "Content-Type: application/zip")) == [ONE]


class TestBoundaries:
    PARTS = (text(), attachment(ONE, "one.pdf"), attachment(TWO, "two.pdf"))

    def mixed(self, boundary: str = "=_xyz") -> bytes:
        return letter(multipart(*self.PARTS, boundary=boundary))

    def test_one_delimiter_was_changed_on_the_way(self) -> None:
        for number in (1, 2, 3):
            pieces = self.mixed().split(b"--=_xyz\r\n")
            broken = b"--=_xyz\r\n".join(pieces[:number]) + b"--=_xyZ\r\n" + b"--=_xyz\r\n".join(pieces[number:])
            assert found(broken) == [ONE, TWO], number

    def test_the_header_declares_another_one(self) -> None:
        assert found(self.mixed().replace(b'boundary="=_xyz"', b'boundary="=_abc"')) == [ONE, TWO]
        assert found(self.mixed().replace(b'boundary="=_xyz"', b'boundary="=_xyz')) == [ONE, TWO]
        assert found(self.mixed().replace(b'; boundary="=_xyz"', b"")) == [ONE, TWO]

    def test_the_header_declares_no_multipart(self) -> None:
        assert found(self.mixed().replace(b"multipart/mixed", b"text/plain")) == [ONE, TWO]
        assert found(self.mixed().replace(b"Content-Type: multipart", b"X-Type: multipart")) == [ONE, TWO]

    def test_the_header_is_gone(self) -> None:
        body = self.mixed().split(b"\r\n\r\n", 1)[1]
        assert found(body) == [ONE, TWO]
        assert found(b"\r\n" + body) == [ONE, TWO]

    @pytest.mark.parametrize("after", [b" ", b"\t  ", b"  \t"])
    def test_blanks_behind_a_delimiter(self, after: bytes) -> None:
        assert found(self.mixed().replace(b"--=_xyz\r\n", b"--=_xyz" + after + b"\r\n")) == [ONE, TWO]

    def test_the_last_delimiter_is_missing_or_too_early(self) -> None:
        assert found(self.mixed().replace(b"--=_xyz--", b"")) == [ONE, TWO]
        early = self.mixed().replace(b"--=_xyz\r\n", b"--=_xyz--\r\n\r\n--=_xyz\r\n")
        assert found(early) == [ONE, TWO]

    def test_a_signature_that_looks_like_a_delimiter(self) -> None:
        words = text("Regards\r\n--Ann\r\n--\r\nphone 555\r\n-- \r\nsent\r\n")
        message = letter(multipart(words, *self.PARTS, boundary="=_xyz"))
        assert found(message) == [ONE, TWO]
        assert found(message.replace(b'boundary="=_xyz"', b"x=y")) == [ONE, TWO]

    def test_the_same_boundary_within_itself(self) -> None:
        inner = multipart(attachment(ONE), text(), boundary="same")
        assert found(letter(multipart(text(), inner, attachment(TWO), boundary="same"))) == [ONE, TWO]

    def test_a_boundary_that_begins_as_the_outer_one(self) -> None:
        inner = multipart(attachment(ONE), text(), boundary="B1")
        assert found(letter(multipart(inner, attachment(TWO), boundary="B"))) == [ONE, TWO]
        inner = multipart(attachment(ONE), text(), boundary="B")
        assert found(letter(multipart(inner, attachment(TWO), boundary="B1"))) == [ONE, TWO]

    def test_behind_the_last_delimiter(self) -> None:
        late = b"--other\r\n" + attachment(TWO) + b"\r\n--other--\r\n"
        assert found(letter(multipart(text(), attachment(ONE))) + late) == [ONE, TWO]
        assert found(letter(multipart(text(), attachment(ONE))) + b"\r\n" + lines(TWO)) == [ONE, TWO]

    def test_before_the_first_delimiter(self) -> None:
        whole = self.mixed()
        assert found(whole.replace(b"\r\n\r\n", b"\r\n\r\n" + lines(pdf(3)) + b"\r\n", 1)) == [pdf(3), ONE, TWO]

    def test_parts_without_headers(self) -> None:
        assert found(letter(multipart(b"\r\n" + lines(ONE), lines(TWO)))) == [ONE, TWO]

    def test_a_header_that_is_folded_without_blanks(self) -> None:
        assert found(self.mixed().replace(b"\r\nContent-Transfer", b"\r\nx=y;\r\nContent-Transfer")) == [ONE, TWO]
        named = attachment(ONE).replace(b"; name", b";\r\nname")
        message, contents = opened(letter(multipart(named)))
        assert (contents, message.documents[0].name) == ([ONE], "bill.pdf")

    def test_a_part_that_is_all_header(self) -> None:
        notes = b"".join(b"Note-%d: x\r\n" % number for number in range(2000))
        assert found(letter(multipart(notes, attachment(ONE), notes + lines(TWO)))) == [ONE, TWO]

    def test_a_forwarded_message_without_a_header(self) -> None:
        inner = b"\r\n\r\nno header\r\n\r\n--x\r\n" + attachment(ONE) + b"\r\n--x--\r\n"
        assert found(letter(multipart(entity("Content-Type: message/rfc822", body=inner)))) == [ONE]

    @pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\r\n\r\n", b"From ann Tue\r\n", b">From ann\r\n"])
    def test_something_before_the_header(self, before: bytes) -> None:
        assert found(before + self.mixed()) == [ONE, TWO]

    def test_a_multipart_that_was_encoded(self) -> None:
        inner = b"--B\r\n" + attachment(ONE) + b"\r\n--B\r\n" + attachment(TWO) + b"\r\n--B--\r\n"
        assert found(single(lines(inner), 'Content-Type: multipart/mixed; boundary="B"', BASE64)) == [ONE, TWO]
        assert found(single(inner, 'Content-Type: multipart/mixed; boundary="B"', BASE64)) == [ONE, TWO]

    def test_a_delimiter_without_a_header_in_the_middle(self) -> None:
        body = lines(ONE) + b"\r\n--lost\r\n\r\n" + lines(TWO)
        assert found(single(body)) == [ONE, TWO]

    @pytest.mark.parametrize("end", [b"\n", b"\r"])
    def test_other_line_ends(self, end: bytes) -> None:
        assert found(self.mixed().replace(b"\r\n", end)) == [ONE, TWO]
        assert found(self.mixed().replace(b"\r\n", end) + b"\r\n") == [ONE, TWO]

    def test_line_ends_that_change(self) -> None:
        halves = self.mixed().split(b"--=_xyz\r\n", 2)
        mixed = halves[0] + b"--=_xyz\r\n" + halves[1].replace(b"\r\n", b"\n") + b"--=_xyz\n" + halves[2]
        assert found(mixed) == [ONE, TWO]

    def test_the_empty_line_behind_the_header_is_missing(self) -> None:
        lost = self.mixed().replace(b"\r\n\r\n", b"\r\n")
        assert found(lost) == [ONE, TWO]

    def test_an_empty_line_too_many_in_the_header_of_a_part(self) -> None:
        """What was meant as the encoding stands in the body."""
        broken = attachment(ONE).replace(b"Content-Transfer", b"\r\nContent-Transfer")
        assert found(letter(multipart(text(), broken))) == [ONE]


class TestTexts:
    def test_pasted_into_a_text(self) -> None:
        body = b"Here it is:\r\n\r\n" + lines(ONE) + b"\r\n\r\nRegards, Ann.\r\n"
        [content] = found(single(body, "Content-Type: text/plain"))
        assert content.startswith(ONE)
        assert len(content) < len(ONE) + 20

    def test_a_zip_and_a_winmail_below_their_headers(self) -> None:
        for container in (zipped(ONE), tnef.stream(tnef.attached(ONE))):
            broken = attachment(container, "x", "application/octet-stream").replace(b"Content-Tra", b"\r\nContent-Tra")
            assert found(letter(multipart(text(), broken))) == [ONE]

    def test_the_target_of_a_link(self) -> None:
        link = b'<p>Your <a href="data:application/pdf;base64,' + base64.b64encode(ONE) + b'">bill</a></p>'
        assert found(single(link, "Content-Type: text/html")) == [ONE]
        assert found(single(lines(link), "Content-Type: text/html", BASE64)) == [ONE]
        printable = quopri.encodestring(link).replace(b"\n", b"\r\n")
        encoding = "Content-Transfer-Encoding: quoted-printable"
        assert found(single(printable, "Content-Type: text/html", encoding)) == [ONE]

    def test_a_text_about_pdfs(self) -> None:
        words = b"In base64 every PDF begins with JVBERi0, which is %PDF-1.4. begin 644 x\r\nbegin 644 x\r\nend\r\n"
        assert opened(single(words, "Content-Type: text/plain"))[1] == []

    @pytest.mark.parametrize("trimmed", [False, True])
    def test_uuencoded(self, trimmed: bool) -> None:
        body = b"Here:\r\n" + uuencoded(ONE, trimmed=trimmed) + b"\r\nand\r\n" + uuencoded(TWO, "two.pdf") + b"\r\nAnn"
        message, contents = opened(single(body, "Content-Type: text/plain"))
        assert contents == [ONE, TWO]
        assert [document.name for document in message.documents] == ["bill.pdf", "two.pdf"]
        assert found(single(body.replace(b"\r\n", b"\n"), "Content-Type: text/plain")) == [ONE, TWO]

    @pytest.mark.parametrize("encoding", ["x-uuencode", "uuencode", "x-uue"])
    def test_declared_as_uuencoded(self, encoding: str) -> None:
        assert found(single(uuencoded(ONE), TYPE, f"Content-Transfer-Encoding: {encoding}")) == [ONE]

    def test_uuencoded_and_cut_off(self) -> None:
        [content] = found(single(uuencoded(ONE)[:1500], "Content-Type: text/plain"))
        assert ONE.startswith(content)
        assert len(content) > 900

    def test_begin_base64(self) -> None:
        body = b"begin-base64 644 bill.pdf\r\n" + lines(ONE) + b"\r\n====\r\n"
        assert found(single(b"Here:\r\n" + body, "Content-Type: text/plain")) == [ONE]

    def test_a_bare_pdf_below_a_text(self) -> None:
        body = b"Here:\r\n" + b"x" * 2000 + b"\r\n" + PDF
        assert found(single(body, "Content-Type: text/plain", "Content-Transfer-Encoding: 8bit")) == [PDF]


class TestWhatCannotBeOpened:
    @pytest.mark.parametrize(
        ("content", "word"),
        [
            (entity("Content-Type: message/partial; id=x; number=1; total=2", body=b"X: y\r\n\r\nhalf"), "several"),
            (entity("Content-Type: message/external-body; access-type=URL", body=b"X: y\r\n\r\n"), "linked"),
            (entity("Content-Type: application/pkcs7-mime; name=smime.p7m", BASE64, body=b"MIAGCSqGSIb3"), "S/MIME"),
            (multipart(entity("Content-Type: application/pgp-encrypted", body=b"1"), subtype="encrypted"), "PGP"),
            (entity("Content-Type: application/mac-binhex40; name=bill.hqx",
                    body=b"(This file must be converted with BinHex 4.0)\r\n\r\n:xx:"), "BinHex"),
            (attachment(OLE + bytes(600), "forwarded.msg", "application/octet-stream"), "Outlook"),
            (attachment(b"Rar!\x1a\x07\x00", "bills.rar", "application/octet-stream"), "archive"),
            (attachment(b"<html>Sign in to download</html>", "bill.pdf"), "called a PDF"),
            (attachment(b"PK\x00\x00", "bill.docx", "application/octet-stream"), "neither"),
        ],
    )  # fmt: skip
    def test_is_said(self, content: bytes, word: str) -> None:
        message, contents = opened(letter(multipart(text(), content)))
        assert contents == []
        refusal = message.why_empty()
        assert refusal.reason.value == "not_a_pdf"
        assert word in refusal.detail

    def test_an_empty_file(self) -> None:
        assert reasons(letter(multipart(text(), attachment(b"", "bill.pdf")))) == [("bill.pdf", "empty")]

    def test_beside_a_bill_other_files_are_nothing(self) -> None:
        other = attachment(b"a,b\r\n1,2\r\n", "usage.csv", "application/vnd.ms-excel")
        assert reasons(letter(multipart(attachment(ONE), other))) == []
        assert reasons(letter(multipart(text(), other))) == [("usage.csv", "not_a_pdf")]

    def test_beside_a_bill_a_locked_one_is_still_said(self) -> None:
        message, contents = opened(letter(multipart(attachment(ONE), attachment(b"Rar!\x1a\x07\x00", "more.rar"))))
        assert contents == [ONE]
        assert [(part.name, part.part) for part in message.refused] == [("more.rar", "2")]


class TestSignedAndSplit:
    def test_signed_messages_are_read(self) -> None:
        signature = entity("Content-Type: application/pkcs7-signature; name=smime.p7s", BASE64, body=b"MIAGCSqGSIb3")
        assert found(letter(multipart(multipart(text(), attachment(ONE)), signature, subtype="signed"))) == [ONE]
        assert reasons(letter(multipart(text(), signature, subtype="signed")))  # said, as nothing else is there

    def test_apple_double(self) -> None:
        fork = attachment(b"\x00\x05\x16\x07" + bytes(100), "bill.pdf", "application/applefile")
        assert found(letter(multipart(multipart(fork, attachment(ONE), subtype="appledouble")))) == [ONE]

    @pytest.mark.parametrize(
        "second",
        [
            lines(ONE[1500:]),
            b"\r\n" + lines(ONE[1500:]),
            attachment(ONE[1500:], "bill.pdf"),
            attachment(ONE[1500:], "bill-2", "application/octet-stream"),
        ],
    )
    def test_a_pdf_that_was_torn_in_two(self, second: bytes) -> None:
        first = attachment(ONE[:1500], "bill.pdf")
        message, contents = opened(letter(multipart(text(), first, second, attachment(TWO, "two.pdf"))))
        assert contents == [ONE, TWO]
        one = message.documents[0]
        assert (one.name, one.part, one.size) == ("bill.pdf", "2", len(ONE))
        assert one.sha256 == hashlib.sha256(ONE).hexdigest()
        assert message.refused == ()

    def test_a_pdf_that_was_cut_off_takes_no_other_part(self) -> None:
        cut = attachment(ONE[:1500], "bill.pdf")
        assert found(letter(multipart(cut, text("Regards"), attachment(TWO)))) == [ONE[:1500], TWO]

    def test_the_same_document_twice_is_one(self) -> None:
        message, contents = opened(
            letter(multipart(attachment(ONE, "a.pdf"), attachment(TWO), attachment(ONE, "b.pdf")))
        )
        assert contents == [ONE, TWO]
        assert [(document.name, document.copies) for document in message.documents] == [("a.pdf", 2), ("bill.pdf", 1)]
