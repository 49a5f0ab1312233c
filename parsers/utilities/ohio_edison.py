"""Ohio Edison, of FirstEnergy."""

from parsers.families.first_energy import FIRST_ENERGY, FirstEnergy, issued_by


class OhioEdison(FirstEnergy):
    code = "ohio_edison"
    name = "Ohio Edison"
    marks = (issued_by("Ohio Edison"), FIRST_ENERGY)
