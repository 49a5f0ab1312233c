"""Toledo Edison, of FirstEnergy."""

from parsers.families.first_energy import FIRST_ENERGY, FirstEnergy, issued_by


class ToledoEdison(FirstEnergy):
    code = "toledo_edison"
    name = "Toledo Edison"
    marks = (issued_by("Toledo Edison"), FIRST_ENERGY)
