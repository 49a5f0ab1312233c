"""Photos in mails, folders and archives: taken where they may be a page, passed over where they are a letterhead."""

import io
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from mail_builder import opened
from PIL import Image

from ingest.sources.collecting import collect
from ingest.sources.stability import examine

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"


def picture(width: int, height: int, kind: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.new("L", (width, height), 200).save(made, kind)
    return made.getvalue()


PAGE, LOGO = picture(1200, 1600), picture(300, 90)


def mail(*attachments: tuple[str, bytes], inline: bool = False) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "ann@corp.example", "bills@in.example"
    message.set_content("See the photo.")
    for name, content in attachments:
        kind = ("application", "pdf") if name.endswith(".pdf") else ("image", "jpeg")
        disposition = "inline" if inline else "attachment"
        message.add_attachment(content, *kind, filename=name, disposition=disposition)
    return message.as_bytes(policy=SMTP)


@pytest.mark.parametrize(
    ("attachments", "found"),
    [
        ([("page.jpg", PAGE)], ["page.jpg"]),
        ([("logo.jpg", LOGO)], []),
        ([("logo.jpg", LOGO), ("page.jpg", PAGE)], ["page.jpg"]),
        ([("page.jpg", PAGE), ("bill.pdf", PDF)], ["bill.pdf"]),
    ],
)
def test_in_a_mail(attachments: list[tuple[str, bytes]], found: list[str]) -> None:
    assert [document.name for document in opened(mail(*attachments))[0].documents] == found


def test_a_telephone_sends_photos_inline() -> None:
    message, contents = opened(mail(("IMG_1.jpeg", PAGE), inline=True))
    [document] = message.documents
    assert (document.name, contents) == ("IMG_1.jpeg", [PAGE])


def test_in_folders_and_archives(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(picture(1200, 1600, "PNG"))
    (tmp_path / "logo.png").write_bytes(picture(300, 90, "PNG"))
    with zipfile.ZipFile(tmp_path / "bills.zip", "w") as archive:
        archive.writestr("scan.jpg", PAGE)
        archive.writestr("logo.jpg", LOGO)
    collected = collect([tmp_path])
    assert sorted(item.name for item in collected.items) == ["page.png", "scan.jpg"]
    assert collected.skipped == {"no document": 2}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_that_is_still_being_copied_looks_unfinished(kind: str, tmp_path: Path) -> None:
    path, whole = tmp_path / "photo", picture(1200, 1600, kind)
    path.write_bytes(whole[: len(whole) // 2])
    assert examine(path)[1]
    path.write_bytes(whole)
    assert not examine(path)[1]
