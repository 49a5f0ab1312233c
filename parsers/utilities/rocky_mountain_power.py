"""Rocky Mountain Power: PacifiCorp in Utah, Wyoming and Idaho, as its sister Pacific Power bills."""

from parsers.families.pacificorp import PacifiCorpUtility


class RockyMountainPower(PacifiCorpUtility):
    code = "rocky_mountain_power"
    name = "Rocky Mountain Power"
    marks = ("rockymountainpower.net", "Rocky Mountain Power", "Your Balance With Us", "BILLING DATE:")
    proven = False
