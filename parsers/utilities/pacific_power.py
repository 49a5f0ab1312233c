"""Pacific Power: PacifiCorp in Oregon, Washington and California."""

from parsers.families.pacificorp import PacifiCorpUtility


class PacificPower(PacifiCorpUtility):
    code = "pacific_power"
    name = "Pacific Power"
    marks = ("pacificpower.net", "Pacific Power", "Your Balance With Us", "BILLING DATE:")
