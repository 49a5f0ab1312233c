"""Documents inside winmail.dat and zip archives, bounded whatever these claim."""

import io
import random
import struct
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_builder import PDF, attachment, found, letter, multipart, opened, pdf, reasons, text
from tnefparse import TNEF

from ingest.errors import Refused
from ingest.mail import parts, zips
from ingest.mail.magic import TNEF_MAGIC
from ingest.mail.part import Budget
from ingest.mail.tnef import attachments
from ingest.reasons import Reason
from samples.mails import winmail as tnef


def with_file(content: bytes, name: str = "winmail.dat", kind: str = "application/ms-tnef") -> bytes:
    return letter(multipart(text(), attachment(content, name, kind)))


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def with_zip(content: bytes, name: str = "bills.zip") -> bytes:
    return with_file(content, name, "application/zip")


def names(message: bytes) -> list[str]:
    return [document.name for document in opened(message)[0].documents]


class TestWinmail:
    @pytest.mark.parametrize("kind", ["application/ms-tnef", "application/octet-stream", "image/png"])
    @pytest.mark.parametrize("name", ["winmail.dat", "ATT0001.dat", "bill.pdf"])
    def test_is_known_by_its_magic(self, kind: str, name: str) -> None:
        assert found(with_file(tnef.stream(tnef.attached(PDF)), name, kind)) == [PDF]

    def test_an_independent_reader_sees_the_same(self) -> None:
        """What the builder writes is what Outlook writes, as far as tnefparse can tell."""
        content = tnef.stream(tnef.attached(pdf(1), "one.pdf", long_name="the first one.pdf"), tnef.attached(pdf(2)))
        theirs = TNEF(content, do_checksum=True)
        assert [attached.data for attached in theirs.attachments] == [pdf(1), pdf(2)]
        assert all(part.good_checksum for part in theirs.objects)
        ours = attachments(content, ())
        assert [part.head(10_000) for part in ours] == [pdf(1), pdf(2)]
        assert [part.name for part in ours] == [attached.long_filename() for attached in theirs.attachments]

    @pytest.mark.parametrize(
        ("attached", "name"),
        [
            (tnef.attached(PDF, "BILL~1.PDF", long_name="Rechnung für März.pdf"), "Rechnung für März.pdf"),
            (tnef.attached(PDF, "Zähler.pdf"), "Zähler.pdf"),
            (tnef.attached(PDF, "Untitled Attachment"), "document-1.pdf"),
            (tnef.attached(PDF, "Untitled Attachment", long_name="Untitled attachment"), "document-1.pdf"),
            (tnef.attached(PDF, ""), "document-1.pdf"),
            (tnef.attached(PDF, "..\\..\\bill.pdf"), "bill.pdf"),
        ],
    )
    def test_names(self, attached: bytes, name: str) -> None:
        assert names(with_file(tnef.stream(attached))) == [name]

    def test_messages_in_messages(self) -> None:
        content = tnef.stream(tnef.attached(pdf(0)))
        for number in range(1, 8):
            content = tnef.stream(tnef.message_attached(content), tnef.attached(pdf(number)))
        assert sorted(found(with_file(content))) == sorted(pdf(number) for number in range(8))

    def test_data_among_the_properties(self) -> None:
        [content] = found(with_file(tnef.stream(tnef.attached(PDF, as_object=True))))
        assert content == PDF

    def test_a_message_that_was_attached_as_a_file(self) -> None:
        inner = letter(multipart(text(), attachment(PDF)))
        assert found(with_file(tnef.stream(tnef.attached(inner, "forwarded.eml")))) == [PDF]

    def test_odd_properties_cost_nothing(self) -> None:
        before = b"".join([
            tnef.attribute(1, 0x00038005, b"no date"),
            tnef.attribute(1, 0x00018004, "é".encode("utf-16")),
            tnef.attribute(1, 0x00008000, b"no sender"),
            tnef.attribute(1, 0x00069003, b"\xff\xff\xff\xff\x1e\x00"),
            tnef.attribute(2, 0x00038013, b"neither a date"),
        ])  # fmt: skip
        assert found(with_file(tnef.stream(tnef.attached(PDF), before=before))) == [PDF]

    def test_properties_of_all_kinds_are_stepped_over(self) -> None:
        listed = [
            (0x0002, 0x3710, struct.pack("<HH", 1, 0)), (0x000B, 0x3711, struct.pack("<HH", 1, 0)),
            (0x0001, 0x3712, b""), (0x0005, 0x3713, bytes(8)), (0x0048, 0x3714, bytes(16)),
            tnef.many(0x0003, 0x3715, [bytes(4)] * 3), tnef.many(0x0002, 0x3716, [bytes(2)] * 3 + [bytes(2)]),
            tnef.many(0x001E, 0x3717, [tnef.variable(b"one\0")[4:], tnef.variable(b"three\0")[4:]]),
            tnef.named(0x0003, "Some name", bytes(4)), tnef.named(0x001E, "x", tnef.variable(b"text\0")),
            (0x001E, 0x3707, tnef.variable(b"after all.pdf\0")),
        ]  # fmt: skip
        attached = b"".join([
            tnef.attribute(2, tnef.RENDER_DATA, bytes(14)),
            tnef.attribute(2, tnef.DATA, PDF),
            tnef.attribute(2, tnef.PROPERTIES, tnef.properties(*listed)),
        ])  # fmt: skip
        assert names(with_file(tnef.stream(attached))) == ["after all.pdf"]

    @pytest.mark.parametrize("cut", [1, 5, 60, 100])
    def test_one_that_was_cut_off_loses_its_end(self, cut: int) -> None:
        content = tnef.stream(tnef.attached(pdf(1)), tnef.attached(pdf(2, 500)))
        assert found(with_file(content[:-cut]))[0] == pdf(1)

    def test_one_that_was_cut_off_before_its_first_attachment(self) -> None:
        assert reasons(with_file(tnef.stream(tnef.attached(PDF))[:60])) == [("winmail.dat", "damaged")]

    def test_without_attachments_there_is_no_document(self) -> None:
        opened_message, contents = opened(with_file(tnef.stream()))
        assert contents == []
        assert opened_message.refused == ()

    @given(st.binary(max_size=300), st.integers(0, 400))
    def test_any_bytes_are_read(self, junk: bytes, at: int) -> None:
        inner = tnef.message_attached(tnef.stream(tnef.attached(PDF)))
        whole = tnef.stream(tnef.attached(PDF, long_name="x" * 20), inner)
        for content in (TNEF_MAGIC + junk, whole[:at] + junk + whole[at:], whole[:at] + junk + whole[at + len(junk) :]):
            try:
                for part in attachments(content, ()):
                    part.head(1000)
            except Refused as refused:
                assert refused.reason is Reason.DAMAGED

    def test_the_work_does_not_grow_faster_than_the_stream(self) -> None:
        """A library that copies the rest of the stream for each object needs minutes for this one."""
        tiny = tnef.attribute(1, 0x00018004, b"x")
        content = tnef.stream(tnef.attached(PDF), before=tiny * 300_000)
        assert found(with_file(content)) == [PDF]

    @pytest.mark.parametrize("kind", [0x1002, 0x1003, 0x101E, 0x001E, 0x0003, 0x0001])
    def test_counts_that_lie(self, kind: int) -> None:
        listed = struct.pack("<IHHI", 0xFFFFFFFF, kind, 0x3710, 0xFFFFFFFF)
        content = tnef.stream(tnef.attached(PDF) + tnef.attribute(2, tnef.PROPERTIES, listed))
        assert found(with_file(content)) == [PDF]


class TestZip:
    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    @pytest.mark.parametrize("name", ["bills.zip", "bills.pdf", "ATT0001"])
    def test_is_known_by_its_magic(self, name: str, method: int) -> None:
        content = zipped(("march.pdf", pdf(1)), ("notes.txt", b"no bill"), ("april", pdf(2)), method=method)
        message = with_zip(content, name)
        assert found(message) == [pdf(1), pdf(2)]
        assert names(message) == ["march.pdf", "april"]
        assert reasons(message) == []

    def test_a_pdf_at_the_beginning_of_a_stored_archive(self) -> None:
        """Its magic stands within the archive's first kilobyte."""
        assert found(with_zip(zipped(("a.pdf", PDF), method=zipfile.ZIP_STORED), "bill.pdf")) == [PDF]

    def test_names_are_for_show(self) -> None:
        content = zipped(("../../etc/bill.pdf", pdf(1)), ("C:\\bills\\other.pdf", pdf(2)), ("a/b/Zähler.pdf", pdf(3)))
        assert names(with_zip(content)) == ["bill.pdf", "other.pdf", "Zähler.pdf"]

    def test_odd_names_hide_nothing(self) -> None:
        listed = [".bill.pdf", "..", "bill.pdf~", ".hidden/bill.tmp", "Thumbs.db"]
        content = zipped(*((name, pdf(number)) for number, name in enumerate(listed)))
        assert found(with_zip(content)) == [pdf(number) for number in range(5)]

    def test_what_a_mac_puts_beside_is_no_document(self) -> None:
        content = zipped(("bill.pdf", PDF), ("__MACOSX/._bill.pdf", b"\x00\x05\x16\x07%PDF-1.4 1 0 obj"))
        assert found(with_zip(content)) == [PDF]

    def test_a_zip_in_a_zip(self) -> None:
        once = zipped(("inner.zip", zipped(("bill.pdf", PDF))))
        assert found(with_zip(once)) == [PDF]
        twice = zipped(("outer.zip", once))
        assert found(with_zip(twice)) == []
        assert reasons(with_zip(twice)) == [("inner.zip", "too_large")]

    def test_messages_and_winmail_in_a_zip(self) -> None:
        forwarded = letter(multipart(text(), attachment(pdf(1))))
        content = zipped(("mail.eml", forwarded), ("winmail.dat", tnef.stream(tnef.attached(pdf(2)))))
        assert found(with_zip(content)) == [pdf(1), pdf(2)]

    def test_a_zip_in_a_winmail(self) -> None:
        assert found(with_file(tnef.stream(tnef.attached(zipped(("bill.pdf", PDF)), "x.zip")))) == [PDF]

    @pytest.mark.parametrize("marker", ["[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"])
    def test_office_documents_are_no_archives(self, marker: str) -> None:
        content = zipped((marker, b"x"), ("embedded.pdf", PDF))
        assert found(with_zip(content, "letter.docx")) == []
        assert reasons(with_zip(content, "letter.docx")) == [("letter.docx", "not_a_pdf")]
        beside = letter(multipart(attachment(content, "letter.docx"), attachment(PDF)))
        assert found(beside) == [PDF]
        assert reasons(beside) == []

    def test_a_broken_one(self) -> None:
        content = zipped(("one.pdf", pdf(1, 3000)), ("two.pdf", pdf(2, 3000)))
        assert reasons(with_zip(content[: len(content) // 2])) == [("bills.zip", "damaged")]
        flipped = bytearray(content)
        flipped[60] ^= 0xFF
        message = with_zip(bytes(flipped))
        assert found(message) == [pdf(2, 3000)], "the other one is whole"
        assert reasons(message) == [("one.pdf", "damaged")]

    def test_a_bomb(self) -> None:
        content = zipped(("bomb.pdf", b"%PDF-1.4\n1 0 obj" + bytes(60 * 1024 * 1024)), ("bill.pdf", PDF))
        message = with_zip(content)
        assert found(message) == [PDF]
        assert reasons(message) == [("bomb.pdf", "too_large")]

    def test_many_small_bombs_share_one_budget(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parts, "Budget", lambda: Budget(unpacked=8 * 1024 * 1024))
        each = b"%PDF-1.4\n1 0 obj" + bytes(900_000)
        content = zipped(*((f"{n}.pdf", each + b"%d" % n) for n in range(40)))
        opened_message, contents = opened(with_zip(content))
        assert sum(map(len, contents)) < 8 * 1024 * 1024
        assert {part.reason.value for part in opened_message.refused} == {"too_large"}

    def test_too_many_entries(self) -> None:
        assert reasons(with_zip(zipped(*((f"{n}", b"") for n in range(201))))) == [("bills.zip", "too_large")]
        assert reasons(with_zip(zipped(*((f"{n}", b"") for n in range(20_000))))) == [("bills.zip", "too_large")]

    def test_other_archives_are_not_passed_over(self) -> None:
        for magic in (b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08"):
            message = with_file(magic + bytes(100), "bills.archive", "application/octet-stream")
            assert reasons(message) == [("bills.archive", "not_a_pdf")]

    @settings(deadline=None, max_examples=150)
    @given(st.data())
    def test_damaged_archives_are_read_or_refused(self, data: st.DataObject) -> None:
        content = bytearray(zipped(("one.pdf", pdf(1, 300)), ("in.zip", zipped(("two.pdf", pdf(2))))))
        for _ in range(data.draw(st.integers(1, 8))):
            place = data.draw(st.integers(0, len(content) - 1))
            content[place : place + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
        found(with_zip(bytes(content)))


def encrypted(files: Sequence[tuple[str, bytes]], password: bytes) -> bytes:
    """An archive with ZipCrypto (APPNOTE 6.1), which ``zipfile`` reads but does not write."""
    source = io.BytesIO(zipped(*files))
    written, directory = b"", b""
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            source.seek(entry.header_offset + 26)
            name_length, extra_length = struct.unpack("<HH", source.read(4))
            source.seek(entry.header_offset + 30 + name_length + extra_length)
            packed = source.read(entry.compress_size)
            head = random.Random(1).randbytes(11) + bytes([entry.CRC >> 24])
            secret = _zip_crypto(head + packed, password)
            name = entry.filename.encode()
            fields = (20, 1, entry.compress_type, 0, 33, entry.CRC, len(secret), entry.file_size, len(name), 0)
            directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, *fields, 0, 0, 0, 0, len(written)) + name
            written += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", *fields) + name + secret
    count = len(files)
    return (
        written + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), len(written), 0)
    )


def _zip_crypto(plain: bytes, password: bytes) -> bytes:
    from zlib import crc32

    def crc(byte: int, value: int) -> int:
        return crc32(bytes([byte]), value ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = crc(byte, keys[0])
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc(keys[1] >> 24, keys[2])

    for byte in password:
        update(byte)
    secret = bytearray()
    for byte in plain:
        mask = keys[2] | 2
        secret.append(byte ^ (((mask * (mask ^ 1)) >> 8) & 0xFF))
        update(byte)
    return bytes(secret)


class TestPasswords:
    ARCHIVE = encrypted([("march.pdf", pdf(1)), ("april.pdf", pdf(2))], b"correct horse")

    def test_each_file_says_that_it_needs_one(self) -> None:
        expected = [("march.pdf", "password_required"), ("april.pdf", "password_required")]
        assert reasons(with_zip(self.ARCHIVE)) == expected
        assert reasons(with_zip(self.ARCHIVE), "wrong", "very wrong") == expected

    def test_the_accounts_passwords_are_tried(self) -> None:
        assert found(with_zip(self.ARCHIVE), "wrong", "correct horse") == [pdf(1), pdf(2)]

    def test_a_wrong_one_that_seems_right_is_not_believed(self) -> None:
        """Of 256 wrong passwords one passes the first check."""
        guesses = [f"guess {n}" for n in range(600)]
        assert found(with_zip(self.ARCHIVE), *guesses, "correct horse") == [pdf(1), pdf(2)]

    def test_a_large_one_is_not_decrypted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(zips, "MAX_ENCRYPTED", 10)
        assert {reason for _, reason in reasons(with_zip(self.ARCHIVE), "correct horse")} == {"password_required"}

    def test_aes(self) -> None:
        """Method 99: the head is enough, as it is not opened."""
        content = self.ARCHIVE.replace(struct.pack("<HHH", 20, 1, 8), struct.pack("<HHH", 51, 1, 99))
        assert {reason for _, reason in reasons(with_zip(content), "correct horse")} == {"password_required"}
