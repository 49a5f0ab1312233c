"""A bill of a company that nobody has written a parser for.

cells       the page as labels and typed values
wordings    what bills call a field, in words that any company may use
pointing    which value a label points to
choosing    the value that most speaks for; nothing where the places of a bill disagree
amounts     the money of a bill, chosen by its own arithmetic
dates       when it was issued, when it is due, what period it covers
accounts    whose bill it is; which pages are one bill
usage       how much was used: labels, readings, charges
meters      the meters, with tariff and address
companies   names of companies and their codes
issuer      who issued it
recognising whether it is a bill at all
bill        the rules of such a bill
"""
