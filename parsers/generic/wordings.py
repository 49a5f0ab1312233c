"""What bills call their fields, in words that any company may use.

Each wording is a regular expression over words as ``cells.bare`` leaves them, and must cover all of the words that
stand together; spaces in it are for the reader. The first group of a field says it beyond doubt, the later ones less
so. What is said of another field is not said of this one: a wording belongs to the first field that lists it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

Ranks = tuple[tuple[str, ...], ...]

_BEFORE = r"(?: your| the| this| my| our)?"
_AFTER = (
    r"(?: (?:by| on or before| on| as of| before| is| of| was| for| from you| upon receipt| today| now| immediately"
    r"| this month| this period| thank you| cr| usd| due date))*"
)
_COMPANY = r"(?!\w*(?:supply|generation|delivery|distribution|transmission|tax|credit|last|prior|previous))\w{0,24}?"
_UTILITY = r"(?!\w*(?:gas|tax|credit|last|prior|previous|water))\w{0,24}?"
_NO_SERVICE = r"(?!\w*(?:supply|generation|delivery|distribution|transmission|electric|gas|water|sewer))"
_SERVICE = r"(?: charges?| services?( charges?)?| bill| amount| costs?| charges and credits| energy charges?)"

OTHER = "other"
WORDINGS: Mapping[str, Ranks] = {
    # what is none of our fields, though it looks like one
    OTHER: (
        (
            r".*(?: amount| total) (?: due| past due| now due| owed)? (?: if paid)? after.*",
            r".*(?: after due date| late payment| if paid late| late amount).*",
            r".*(?: amount| payment) enclosed.*",
            r"(?: enter)? amount paid| amount you are paying",
            r"next .*| .*(?: next meter| next read| next bill| next scheduled).*",
            r".*(?: average| last year| year ago| per day| daily| comparison| history| to date| deposit| budget plan).*",
            r"budget(?: billing)? (?: amount| balance| charges?| settlement).*",
            r"invoice(?: number| no| #)?| statement(?: number| no| #)| bill(?: number| no| #| id)",
            r"verification code| cycle(?: number)?| route",
            r"(?: phone| telephone| fax)(?: number)?| customer service.*| questions.*| page",
            r"amount of (?: your )? last payment.*| date of last payment",
            r"scheduled? read date| reading date next| contract (?: end|expiration) date| meter read cycle",
            r"mailing address| remit to.*| mail payment.*| rotating outage(?: group)?| group",
        ),
    ),
    "account_number": (
        (
            r"(?: customer| utility| billing| electric| gas| contract)? (?: account|acct|a/c) (?: number|no|num|nbr|#|id)",
            r"customer account| contract account(?: number)?| (?: account|acct) (?: number|no|#)? (?: for|with) us",
            r"account (?: number|no|#) (?: is)?",
        ),
        (r"(?: service) account (?: number|no|#)", r"account| acct"),
        (r"customer (?: number|no|#|id)",),
    ),
    "billed_on": (
        (
            r"(?: bill| billing| statement| invoice| notice) (?: issue|issued|mailing|mailed|print|preparation|prepared)? date",
            r"date (?: of)? (?: bill| billing| statement| invoice| issued| mailed| prepared| of issue)",
            r"date (?: bill| statement| invoice) (?: issued| prepared| mailed| printed)",
            r"(?: bill| billed| invoice| statement| mailed| prepared) (?: issued| prepared| mailed| created| printed)? (?: on)?",
            r"(?: issue|issued|billing|mailing|mail) (?: date|on)",
            r"(?: bill|statement|billing summary|summary|account summary|charge summary)"
            r" (?: mailing| mailed)? (?: date)? (?: is| as of| for statement)",
            r"current charge summary for statement",
        ),
        (
            r"(?:account )? balance (?: at billing)? (?: on| as of)",
            r"(?: account)? summary as of",
            r".* billing summary as of",
        ),
        (r"date", r"as of"),
    ),
    "due_on": (
        (
            r"(?: payment| bill| current)? (?: due date| date due| pay by date)",
            r"(?: total|amount|payment|balance|current (?: charges|amount|bill))+ (?: now| is)? due (?: by| on or before| on| before)?",
            r"(?: please)? (?: pay|remit) (?: this amount)? (?: by| on or before| before)",
            r"due (?: by| on| date for (?: this|current) bill| no later than)?",
            r"(?: total)? amount you owe (?: by| on)",
            r"due date for (?: current|this) (?: bill|charges)",
            r"(?: auto(?:matic)? ?pay(?:ment)?| auto withdrawal| bank draft| autodraft) (?: date| on| scheduled (?: for|on))?",
            r"(?: total)? amount (?: will be| to be) (?: deducted|drafted|withdrawn|debited) (?: on)?",
            r".*(?: pay the)? total amount due (?: by| on or before)",
            r"payment (?: must be received| is due| due) (?: by| on)?",
            r"(?: pay )? on or before",
        ),
        (
            r"(?: current charges| bill| charges| amount)? (?: is)? (?: past due| delinquent| late) (?: after| date| if not paid by)",
        ),
    ),
    "previous_balance": (
        (
            r"(?: total)? (?: previous| prior) (?: account|statement|bill|billing|gas|electric|month)? (?: balance|amount|charges?| amount due)(?: due)?",
            r"(?: amount|total|balance)? (?: due)? (?: on| of| at| from)? (?: your)? (?: last|previous|prior) (?: bill|billing|statement|invoice)(?: amount| balance| total)?",
            r"total (?: amount)? (?: charges|due) (?: from|on|at) (?: your)? (?: last|previous) (?: bill|billing|statement)",
            r"(?: last| prior) month'?s? (?: account)? (?: balance| bill| charges)",
            r"(?: beginning|opening|starting) balance",
            r"previous (?: charges| bill)",
        ),
    ),
    "payments": (
        (
            r"(?: total| less| your| minus)* (?: payments?|pymts?)(?: s)? (?: and (?: other )? credits|/adjustments| adjustments|/credits)?"
            r" (?: received| posted| applied| made| on| through| thru| since| from| by| as of| last| bill| statement| invoice| you| ach| automatic| electronic| check| in full| thank| s)*",
            r"thank you (?: for your)? (?: payment| payments)(?: of| received)?",
            r"(?: no)? payments? received.*| amount paid (?: since last bill)?",
        ),
        (r"(?: last| recent) payment (?: received)?",),
    ),
    "outstanding_balance": (
        (
            r"(?: total)? (?: account)? balance (?: brought| carried)? forward",
            r"(?: amount )? (?: brought| carried) forward",
            r"(?: remaining| unpaid| outstanding| overdue| past due| remaining previous| remaining prior) (?: account| previous| prior)? (?: balance| amount)? (?: due)?",
            r"(?: previous| prior) (?: unpaid|outstanding|remaining) balance",
            r"(?: amount|balance|total) (?: past due| outstanding| overdue| remaining| unpaid)",
            r"(?: prior| previous) balance (?: due| forward| remaining)",
            r"balance (?: at (?: time of)? billing| before (?: new|current) charges| prior to (?: new|current) charges| after payments?)",
            r"(?: unpaid|past due) (?: charges|balance from (?: previous|last|prior) (?: bill|statement))",
            r"balance from (?: your)? (?: previous| last| prior) (?: bill|statement)",
            r"\w{2,12} outstanding balance| total past due",
        ),
        (r"balance| balance due before new charges| balance as of", r"charges from previous bill"),
    ),
    "total_amount": (
        (
            rf"{_NO_SERVICE}total (?: of)? (?: your)? (?: new|current|net new|net current) (?: \w{{0,10}})? (?: charges?|billing|bill|activity|month(?:ly)? charges?|amount)(?: and credits)?",
            r"(?: new|current|net current|net new) (?: account|monthly|month|months|period|bill|billing|utility)? (?: charges?|billing|activity|bill charges?)(?: total)?",
            r"total (?: for)? (?: this|the|current) (?: month|period|bill|billing period|statement)",
            r"total from this billing period",
            r"(?: total)? charges? (?: for)? (?: this|the|current) (?: month|period|bill|billing period)",
            r"total amount of (?: new|current) charges",
            r"(?: this|current) months? (?: charges?|bill|total)",
            r"(?: sub)?total of (?: your)? (?: new|current) charges",
            r"total (?: for)? (?: new|current) (?: services?|charges)",
            r"new account charges",
        ),
        (r"total charges", r"total bill(?: this (?: month|period))?", r"(?: sub)?total(?: of)? charges"),
    ),
    "gas_delivery": ((rf"(?: sub)?total {_COMPANY} gas (?: delivery|distribution){_SERVICE}?",),),
    "gas_supply": ((rf"(?: sub)?total {_COMPANY} gas (?: supply|supplier|cost){_SERVICE}?",),),
    "delivery_charge": (
        (
            rf"(?: sub)?total {_UTILITY} (?: electric|electricity) (?: delivery|distribution|transmission and distribution){_SERVICE}?",
            r"(?: sub)?total (?: electricity|electric) delivery",
            rf"current {_UTILITY} (?: electric|electricity) delivery {_SERVICE}",
        ),
        (
            rf"(?: sub)?total (?: current|new)? (?: delivery|distribution|transmission and distribution|tdu delivery|tdsp|tdu){_SERVICE}?",
            r"(?: electric|electricity) delivery (?: charges?| services?)? (?: total| subtotal)?",
            r"tdu delivery charges?| delivery (?: total|subtotal)",
        ),
        (r"delivery (?: charges?| services?)?",),
    ),
    "supply_charge": (
        (
            rf"(?: sub)?total {_UTILITY} (?: electric|electricity) (?: supply|generation|supplier){_SERVICE}?",
            rf"current {_UTILITY} (?: electric|electricity) (?: supply|generation) {_SERVICE}",
            rf"{_UTILITY} electric generation charges",
        ),
        (
            rf"(?: sub)?total (?: current|new)? (?: supply|generation|supplier|generation and transmission|energy supply){_SERVICE}?",
            r"(?: electric|electricity) (?: supply|generation)(?: services?)? (?: charges?)? (?: total| subtotal)?",
            r"supply (?: total|subtotal)",
        ),
        (r"(?: supply|generation|supplier) (?: charges?| services?)?",),
    ),
    "gas_amount": (
        (
            rf"(?: sub)?total {_COMPANY} (?: natural)? gas{_SERVICE}?",
            rf"(?: your)? current {_COMPANY} (?: natural)? gas{_SERVICE}",
            r"(?: natural)? gas (?: charges?| services?| costs?)* total",
        ),
        (rf"(?: natural)? gas{_SERVICE}", r"(?: natural)? gas"),
    ),
    "electricity_amount": (
        (
            rf"(?: sub)?total {_COMPANY} (?: electric|electricity){_SERVICE}?",
            rf"(?: your)? current {_COMPANY} (?: electric|electricity){_SERVICE}",
            r"(?: your)? (?: electric|electricity) (?: charges?| services?| costs?)* total",
        ),
        (rf"(?: electric|electricity){_SERVICE}", r"(?: electric|electricity)"),
    ),
    "other_charges": (
        (
            r"(?: total)? (?: water|sewer|wastewater|stormwater|storm water|drainage|refuse|trash|sanitation|solid waste|street ?light(?:s|ing)?|garbage|recycling|fire)(?: services?)? (?: charges?)?",
            r"(?: total)? (?: other|miscellaneous|misc|non energy|additional) (?: charges?| services?| fees)(?: and credits|/adjustments| and adjustments|/credits| or credits)?",
            r"(?: total)? (?: taxes|tax) (?: and (?: other )? (?: fees|charges|surcharges))?",
        ),
    ),
    "community_solar_bill_credit": (
        (
            r".*(?: community|shared) (?: solar|generation)(?: bill)? credits?(?: applied)?",
            r".*cdg credit ?-? applied to this bill| solar subscription credits?| .*net meter(?:ing)? credit transfer(?:red)?",
        ),
    ),
    "amount_due": (
        (
            r"(?: total|net|current|your total|full)* (?: amount|balance|payment) (?: now| currently)? (?: due|owing|owed|payable)(?: now)?",
            r"total (?: due|owing|owed|now due)",
            r"(?: total)? amount you (?: now )? owe",
            r"(?: please)? pay (?: this amount| amount)?",
            r"(?: total)? amount to (?: pay|be (?: paid|deducted|drafted|withdrawn|debited))",
            r"(?: total)? amount we'?ll? (?: will )? debit",
            r"(?: total)? (?: account|new) balance (?: due)?",
            r"(?: amount|total) due cantidad a pagar| amount due usd",
            r"due now| you owe",
        ),
        (r"(?: total|current|ending|new|closing) balance| total bill(?: amount)?| payment amount| auto ?pay amount",),
        (r"amount",),
    ),
    "period": (
        (
            r".*(?: billing| service| bill| usage| read| meter reading) (?: period| dates?)(?: from)?",
            r"(?: for)? (?: service|services|usage|billing|bill) (?: from| for| dates?| between| provided)",
            r"(?: for the)? period(?: from| of| covered)?| for (?: the )? (?: billing )? period",
            r"service| usage period| dates? of service| for service (?: from)?| electric service from| period of service",
            r".*billing period (?: from)?| service dates| days? of service",
        ),
        (
            r"from| dates| read dates",
            r".*(?: delivery| supply| generation| electric| gas| energy)(?: charges?| service)? (?: for| from)",
        ),
    ),
    "days": (
        (
            r"(?: number of)? (?: billing|service|billed|elapsed)? days (?: in)? (?: the)? (?: billing|service|bill|of service|billed|on bill)? (?: period| cycle)?",
        ),
    ),
    "start_read": (
        (
            r"(?: previous|prior|last|start|begin|beginning) (?: meter)? (?: read|reading) date",
            r"(?: service|period|date|read)? from (?: date)?",
        ),
    ),
    "end_read": (
        (
            r"(?: current|present|this|end|ending) (?: meter)? (?: read|reading) date",
            r"read date",
            r"(?: service|period|date|read)? to (?: date)?",
        ),
    ),
    "meter_id": (
        (
            r"(?: for| electric| gas| your| serial)* meter (?: serial)? (?: number|no|num|nbr|#|id|serial #)",
            r"(?: for|electric|gas) meter| meter badge(?: number)?",
            r".* usage (?: information)? for meter (?: number|no|#)?",
        ),
        (r"meter",),
    ),
    "consumption": (
        (
            r"(?: total|billed|metered|net|actual|current|monthly)* (?: kwh|electricity|electric|energy|kilowatt hours?) (?: usage|used?|consumption|consumed|delivered|billed)(?: kwh| this (?: month|period|bill))?",
            r"total (?: kwh|energy|energy usage|usage kwh|kilowatt hours?| electric use kwh)(?: used| usage)?(?: this (?: month|period))?",
            r"(?: total)? (?: electricity|electric|energy|kwh) (?: you)? (?: use|used) (?: this (?: month|period|billing period))? (?: in kwh| kwh)?",
            r"(?: total)? (?: usage|consumption|use)(?: in)? kwh",
            r"(?: billed|measured|metered|actual|total) kwh| kwh| kwh used| kwh (?: usage|consumption)| kilowatt ?-?hours?(?: used| kwh)?",
            r"total delivered| total (?: metered )? energy use| total estimated electricity usage (?: this month)? (?: in kwh)?",
            r"(?: total)? (?: therms|ccf)(?: used| usage| billed)?| (?: gas|natural gas) (?: used|usage|use)(?: this (?: month|period))?(?: ccf| therms)?",
            r"(?: total)? (?: gas|natural gas) you used| (?: actual|estimated|billed)? usage in ccf| total (?: therms|ccf)| therms used(?: this period)?| ccf used",
            r"gas usage this period",
        ),
        (
            r"(?: total|billed|current|amount)? (?: usage|used|consumption|use)(?: this (?: month|period))?| total used| amount used this month| energy| usage",
        ),
    ),
    "demand_kw": (
        (
            r"(?: billed|billing|measured|metered|actual|maximum|peak|on peak|off peak|mid peak|total|current|kw|billable|your)*(?: demand| load)(?: kw| in kw| reading| reached| usage| used| read)*(?: this (?: billing)? period)?(?: is)?",
            r"(?: billed|actual|measured|metered|max|maximum|peak|total|on peak|off peak)? kw(?: demand| billed| used)?",
            r".* demand reached this billing period is",
        ),
    ),
    "tariff": (
        (
            r"(?: your|electric|electricity|gas|billing|current|service|distribution|delivery)* rate (?: schedule|class|code|category|plan|name|type|description| is)?",
            r"(?: rate)? (?: schedule|tariff)| rate class(?:ification)?| your (?: current)? rate is| tariff",
            r".* breakdown rate",
        ),
    ),
    "address": (
        (
            r"service (?: address|location|at|to|for|delivered to|provided to|provided for|located at| address is)",
            r"(?: premise|premises|property|site|location) (?: address)?| address of service| svc addr(?:ess)?| service for",
            r"for service (?: at|to)| location of service| serving| customer name and service address",
            r"service account",
        ),
    ),
    "premises_number": ((r"premises? (?: number|no|#|id)",),),
    "service_id": (
        (
            r"service (?: id|identifier)(?: number)?| service account(?: number)?| service agreement (?: id|number)| sa (?: id|#)",
        ),
    ),
    "pod_id": (
        (r"(?: your)? pod(?: id)?(?: number)?(?: is)?| point of delivery(?: id(?:entification)?)?(?: number)?",),
    ),
    "esi_id": ((r"esi ?-?id(?: number| #)?| esid(?: #)?",),),
    "electric_choice_id": ((r"electric choice (?: id|number|id number)",),),
    "loadzone": ((r"load ?zone",),),
    "supplier_name": (
        (
            r"(?: your|current|electric|electricity|gas)* supplier(?: is| name)?| (?: your)? (?: electric|energy|electricity) (?: supplier|generation supplier) (?: is)?",
            r"(?: electric)? generation supplier| non \w{2,6} supplier| electricity supplier| supplied by| energy supplier",
        ),
    ),
}


def _compiled(wording: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(?<!\\)\s+", "", f"{_BEFORE}(?:{wording}){_AFTER}"))


_COMPILED = {
    (field, rank): [_compiled(wording) for wording in group]
    for field, ranks in WORDINGS.items()
    for rank, group in enumerate(ranks)
}
_TELLING = re.compile(
    "due|pay|ow|amount|balance|bal|charg|bill|total|account|acct|a/c|customer|date|issue|mail|statement|invoice|as ?of|on"
    "|meter|kwh|kilowatt|used|usage|use|energy|electric|gas|therm|ccf|deliver|supp|generat|demand|load|kw|rate|tariff"
    "|schedule|serv|premis|propert|location|site|period|from|to|days|read|forward|previous|prior|last|past|from|month"
    "|water|sewer|tax|trash|solar|cdg|premis|pod|esi|choice|zone|refuse|misc|address|time|debit|tdu|consum"
)
LONGEST_LABEL = 70  # letters; more make a sentence


@lru_cache(maxsize=20_000)
def fields_of(words: str) -> tuple[tuple[str, int], ...]:
    """The fields that these bare words can stand for, each with the rank of the wording; the likeliest first."""
    if not words or len(words) > LONGEST_LABEL or not _TELLING.search(words):
        return ()
    found: dict[str, int] = {}
    for (field, rank), patterns in _COMPILED.items():
        if field not in found and any(pattern.fullmatch(words) for pattern in patterns):
            found[field] = rank
    if OTHER in found:
        return ()
    return tuple(sorted(found.items(), key=lambda item: item[1]))


def is_label(words: str) -> bool:
    """Whether these bare words are a label, be it one of a field that we do not read."""
    if fields_of(words):
        return True
    return 0 < len(words) <= LONGEST_LABEL and any(pattern.fullmatch(words) for pattern in _COMPILED[OTHER, 0])
