"""Names of countries, in every language, from the Unicode locale data."""

from __future__ import annotations

from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

# what was a country once and shares its new code with a country of today
_GONE = {"BUR", "ZAR", "DDR", "FXX", "TMP", "YMD"}


def name(code: str) -> str:
    """What a place is called: a country by its name, a part of one by country and code."""
    from . import language

    country, _dash, part = code.partition("-")
    known = countries(language()).get(country)
    if known is None:
        return code
    return f"{known} ({code})" if part else known


@cache
def countries(language: str) -> dict[str, str]:
    """Names of countries by their code of three letters, in order of name."""
    try:
        names = Locale.parse(language).territories
    except (ValueError, UnknownLocaleError):
        names = Locale("en").territories
    aliases = get_global("territory_aliases")
    found = {
        code: names[new[0]]
        for code, new in aliases.items()
        if len(code) == 3 and code.isalpha() and code not in _GONE
        if len(new) == 1 and len(new[0]) == 2 and new[0] in names
    }
    return dict(sorted(found.items(), key=lambda entry: entry[1]))
