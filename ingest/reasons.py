"""The closed list of reasons: one code, one sentence, one next step, the same wherever a reason is shown.

SMTP replies, ``.txt`` files beside refused documents, webhooks, reports and pages all take their words from here.
"""

from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """Why a document or a bill did not go the plain way. ``sentence`` and ``next_step`` are for people."""

    sentence: str
    next_step: str

    def __new__(cls, code: str, sentence: str, next_step: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        member.next_step = next_step
        return member

    # who sent it
    SENDER_NOT_ALLOWED = (
        "sender_not_allowed",
        "The sender's domain may not put bills on this account.",
        "Send from an address of the company's own domain, or have the domain added to the account.",
    )
    SENDER_NOT_AUTHENTICATED = (
        "sender_not_authenticated",
        "It could not be verified that the message comes from the domain that its From header names.",
        "Send through the company's own mail server; its SPF or DKIM must match the From address.",
    )
    RECIPIENT_UNKNOWN = (
        "recipient_unknown",
        "No account takes bills at this address.",
        "Check the address; the accounts and their addresses are listed by 'bill-ingest check-config'.",
    )
    # what came
    NO_DOCUMENT = (
        "no_document",
        "The message holds neither a PDF nor a photo as large as a page.",
        "Attach the bill as a PDF file, or forward the utility's message as an attachment.",
    )
    NOT_A_PDF = (
        "not_a_pdf",
        "The file is neither a PDF nor a photo (JPEG, PNG, HEIC) that can be read.",
        "Send the bill as the PDF that the utility issued.",
    )
    FILE_MISSING = (
        "file_missing",
        "There is no file at this path.",
        "Correct the path and import again; what was imported before is not imported twice.",
    )
    FILE_UNREADABLE = (
        "file_unreadable",
        "The file could not be read.",
        "See that the service may read the file, and import again.",
    )
    EMPTY = ("empty", "The file is empty.", "Copy or send the file again; it may not have been written completely.")
    PASSWORD_REQUIRED = (
        "password_required",
        "The PDF is protected with a password.",
        "Save it without a password and send it again. Or add its password to accounts.NAME.passwords first.",
    )
    DAMAGED = (
        "damaged",
        "The PDF is damaged or incomplete.",
        "Download the bill again from the utility and send that file.",
    )
    TOO_LARGE = (
        "too_large",
        "The file is larger, or takes more to read, than this account allows.",
        "Send fewer bills in one file, or raise limits.max_document_bytes.",
    )
    TOO_MANY_PAGES = (
        "too_many_pages",
        "The PDF has more pages than this account allows.",
        "Split it into files of fewer bills, or raise limits.max_pages.",
    )
    DUPLICATE = (
        "duplicate",
        "The same document came in before.",
        "Nothing to do: the record of the first one stands.",
    )
    # what it says
    NOT_A_BILL = ("not_a_bill", "The document is not a utility bill.", "Send the bill itself.")
    NO_ENERGY = (
        "no_energy",
        "The bill has no electric or gas service.",
        "Nothing to do: only electricity and gas bills become records.",
    )
    UNKNOWN_UTILITY = (
        "unknown_utility",
        "No local parser knows the company that issued this document, and it does not read as a bill.",
        "Wait for the API's answer, or add a parser for the company.",
    )
    NEEDS_OCR = (
        "needs_ocr",
        "The document is a scan or a photo, and was not read.",
        "Install bill-ingest[ocr] to have scans read, wait for the API's answer, or send the original PDF.",
    )
    DOES_NOT_ADD_UP = (
        "does_not_add_up",
        "The numbers on the bill do not add up.",
        "Compare the record's checks with the bill before you use its amounts.",
    )
    GENERIC = (
        "generic",
        "No parser was written for the company that issued this bill; what its labels and sums tell was read.",
        "Compare the values with the bill, or add a parser for the company.",
    )
    UNPROVEN = (
        "unproven",
        "The local parser for this company was written from descriptions; no real bill has proven it yet.",
        "Compare the values with the bill, and report what differs.",
    )
    CONFLICT = (
        "conflict",
        "The API and the local reading disagree on some values; the API's stand.",
        "Compare the values that the record marks 'conflict' with the bill.",
    )
    PAGES_MISSING = (
        "pages_missing",
        "The pages say that the bill has more of them than came.",
        "Send the whole bill; what its other pages say is not in the record, and sums may lack it.",
    )
    REBILL = ("rebill", "The bill corrects an earlier one.", "Check which of the two your records should use.")
    # what the API said
    REJECTED_BY_API = (
        "rejected_by_api",
        "The API refused the document.",
        "See the record's detail for the API's own message.",
    )
    CUSTOMER_ID_INVALID = (
        "customer_id_invalid",
        "The API does not know the customer that this bill was sent for.",
        "Create the customer in the API, or correct the customer id, and import the bill again.",
    )
    EXTERNAL_ID_TAKEN = (
        "external_id_taken",
        "The API holds another document under this bill's external id.",
        "Look at both bills in the API's dashboard; nothing was overwritten.",
    )
    NOT_SUPPORTED = (
        "not_supported",
        "The API does not support this utility; the values were read locally.",
        "Compare the values with the bill where they matter.",
    )
    LOCKED = (
        "locked",
        "The API holds the amounts back until the bill is unlocked; they were read locally.",
        "Unlock the bill in the API if its values are needed (it costs money).",
    )
    TIMED_OUT = (
        "timed_out",
        "The API did not answer in time; the values were read locally.",
        "Nothing to do: when the API answers after all, its webhook updates the record.",
    )
    ACCOUNT_STOPPED = (
        "account_stopped",
        "The API refuses this account's key, so nothing is uploaded for it.",
        "Correct the API key and restart the worker; its bills go on from where they are.",
    )
    # what is wrong with us
    STORAGE_FULL = ("storage_full", "There is no space left to store the document.", "Free disk space; send it again.")
    UNAVAILABLE = ("unavailable", "The document could not be stored just now.", "Send it again in a few minutes.")


BY_CODE: dict[str, Reason] = {member.value: member for member in Reason}
