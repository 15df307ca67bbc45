"""Who uses the test portal."""

from __future__ import annotations

from typing import NamedTuple

PASSWORD = "a password for tests"


class Person(NamedTuple):
    name: str
    role: str


PEOPLE = {
    "amina": Person("Amina Diallo", "editor"),
    "jean": Person("Jean Traoré", "admin"),
    "fatima": Person("Fatima Sow", "member"),
    "musa": Person("Musa Garba", "member"),
    # of no organization
    "stranger": Person("Ada Mensah", ""),
    # of other organizations: see fill.OTHERS
    "awa": Person("Awa Ba", ""),
    "ines": Person("Inès Kaboré", ""),
    # of Sahelia Water, too
    "kofi": Person("Kofi Owusu", ""),
    "nadia": Person("Nadia Haddad", ""),
    # of an organization that gathers what survivors tell
    "rosa": Person("Rosa Camara", ""),
}
FOCAL_POINTS = ("fatima", "musa")
