"""Every sentence has its French, and levels have the template's own words."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from jinja2 import nodes
from jinja2.ext import Extension, babel_extract

from ckanext.isp.documents import library

TOP = Path(__file__).resolve().parents[2]
I18N = TOP / "i18n"
LANGUAGES = ("en", "fr")
PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)[sd]|%[sd]")

# The words of the template's French text (its section on sensitivity).
TEMPLATE_WORDS = {
    "Low or No Sensitivity": "Sensibilité: Faible",
    "Moderate Sensitivity": "Sensibilité: Modérée",
    "High Sensitivity": "Sensibilité: Élevée",
    "Severe Sensitivity": "Sensibilité: Sévère",
    "Low or No": "Faible",
    "Moderate": "Modérée",
    "High": "Élevée",
    "Severe": "Sévère",
    "Public": "Publique",
    "Restricted": "Limitée",
    "Confidential": "Confidentielle",
    "Strictly Confidential": "Strictement confidentielle",
    "Information or data that, if disclosed or accessed without proper authorization, are unlikely "
    "to cause any harm or negative impacts to affected people and/or humanitarian actors.": (
        "Informations ou données dont la divulgation ou l’accès non-autorisé ne sont pas "
        "susceptibles d’engendrer du préjudice ou un impact négatif sur les populations affectées "
        "et/ou les acteurs humanitaires."
    ),
    "Information or data that, if disclosed or accessed without proper authorization, are likely "
    "to cause minor harm or negative impacts and/or be disadvantageous for affected people and/or "
    "humanitarian actors.": (
        "Informations ou données dont la divulgation ou l’accès non-autorisé sont susceptibles "
        "d’engendrer du préjudice ou un impact négatif mineurs sur les populations affectées et/ou "
        "les acteurs humanitaires."
    ),
    "Information or data that, if disclosed or accessed without proper authorization, are likely "
    "to cause serious harm or negative impacts to affected people and/or humanitarian actors "
    "and/or damage to a response.": (
        "Informations ou données dont la divulgation ou l’accès non-autorisé sont susceptibles "
        "d’engendrer du préjudice ou un impact négatif important sur les populations affectées "
        "et/ou les acteurs humanitaires et/ou du dommage à la réponse humanitaire."
    ),
    "Information or data that, if disclosed or accessed without proper authorization, are likely "
    "to cause severe harm or negative impacts and/or damage to affected people and/or humanitarian "
    "actors and/or impede the conduct of the work of a response.": (
        "Informations ou données dont la divulgation ou l’accès non-autorisé sont susceptibles "
        "d’engendrer du préjudice ou un impact négatif sévères sur les populations affectées et/ou "
        "les acteurs humanitaires et d’entraver le bon déroulement de la réponse."
    ),
    "Data or information may be publicly disclosed.": (
        "Les données ou informations peuvent être partagées publiquement."
    ),
    "Data or information can be shared within a wider humanitarian community, based on a clearly "
    "specified purpose and related standards for data protection.": (
        "Les données ou informations peuvent être partagées dans une communauté humanitaire plus "
        "large, sur la base d'un objectif clairement défini et de normes associées en matière de "
        "protection des données."
    ),
    "Data or information can be disclosed within an organization or small community of "
    "organizations directly involved in delivering humanitarian assistance, based on a clearly "
    "specified purpose and related standards for data protection.": (
        "Les données ou informations peuvent être divulguées au sein d'une organisation ou d'une "
        "petite communauté d'organisations directement impliquées dans la fourniture de l'aide "
        "humanitaire, sur la base d'un objectif clairement défini et de normes associées en "
        "matière de protection des données."
    ),
    "Highly limited, bilateral disclosure only. Determined and approved on a case-by-case basis, "
    "with assurance of upholding the highest standards of data protections.": (
        "Divulgation strictement limitée et bilatérale. Déterminée et approuvée au cas par cas, "
        "avec l’assurance de respecter les normes les plus strictes en matière de protection des "
        "données."
    ),
    "ReliefWeb": "ReliefWeb",
    "HRInfo": "HRInfo",
    "HDX": "HDX",
    "Other response-specific public sites": "Autres sites spécifiques à la réponse en question",
    "HDX [via HDX Connect]": "HDX [via HDX Connect]",
    "Intra-sector mailing lists": "Listes de diffusion intra-sectorielles",
    "Internal intra-sector sharing only": "Partage interne intrasectoriel",
    # the template has "intersectoral", which is no French
    "Inter-sector sharing on case by case basis": "Partage intersectoriel déterminé au cas par cas",
    "HDX Connect": "HDX Connect",
    "Bilateral disclosure between organizations based on formal requests and, in some cases, "
    "bilateral data sharing agreements": (
        "Divulgation bilatérale entre organisations, fondée sur des demandes formalisées, et, dans "
        "certains cas, sur un accord bilatéral de partage des données"
    ),
}


class PortalTags(Extension):
    """The tags that CKAN adds to Jinja, parsed as far as the words in them."""

    tags = {"snippet", "asset", "ckan_extends", "url_for", "link_for"}

    def parse(self, parser: Any) -> nodes.Node:
        line = next(parser.stream).lineno
        parts = []
        while not parser.stream.current.test("block_end"):
            parser.stream.skip_if("comma")
            if parser.stream.current.test("name") and parser.stream.look().test("assign"):
                parser.stream.skip(2)
            parts.append(parser.parse_expression())
        return nodes.Output(parts, lineno=line)


def templates(file: Any, keywords: Any, tags: Any, options: Any) -> Any:
    extensions = f"{__name__}.PortalTags,jinja2.ext.do"
    wanted = {**options, "extensions": extensions, "silent": "false", "trimmed": "true"}
    return babel_extract(file, keywords, tags, wanted)


def sources() -> set[str]:
    methods = [("**.py", "python"), ("**.js", "javascript"), ("**/templates/**.html", templates)]
    found = extract_from_dir(TOP / "ckanext" / "isp", methods, keywords=DEFAULT_KEYWORDS)  # type: ignore[arg-type]
    messages = (message for _file, _line, message, _comments, _context in found)
    return {one for message in messages for one in _forms(message)}


def _forms(message: Any) -> tuple[str, ...]:
    """A sentence, or both forms of one with a plural."""
    return (message,) if isinstance(message, str) else tuple(message)


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def po(language: str) -> Path:
    return I18N / language / "LC_MESSAGES" / "ckanext-isp.po"


def words(of: Catalog) -> dict[Any, Any]:
    """Sentences and their translations; of one with a plural, both forms."""
    found = {}
    for message in of:
        found.update(zip(_forms(message.id), _forms(message.string), strict=True))
    return {message: text for message, text in found.items() if message}


@pytest.fixture(scope="module")
def template() -> dict[Any, Any]:
    return words(catalogue(I18N / "ckanext-isp.pot"))


def test_every_sentence_of_the_code_is_in_the_template_and_no_other(
    template: dict[Any, Any],
) -> None:
    assert set(template) == sources()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str, template: dict[Any, Any]) -> None:
    translated = words(catalogue(po(language)))
    assert set(translated) == set(template)
    assert [message for message, text in translated.items() if not text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fuzzy_or_left_over(language: str) -> None:
    read = catalogue(po(language))
    assert [message.id for message in read if message.fuzzy and message.id] == []
    assert not read.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language: str) -> None:
    for message, text in words(catalogue(po(language))).items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(message)), message


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue(po(language)))
    compiled.seek(0)
    with po(language).with_suffix(".mo").open("rb") as file:
        assert words(read_mo(file)) == words(read_mo(compiled))


def test_english_says_what_the_code_says() -> None:
    assert all(text == message for message, text in words(catalogue(po("en"))).items())


def said_by_the_template() -> dict[str, str]:
    """What the shipped template says, and the words for it in the catalogue: English and French."""
    protocol = library.template().protocol
    texts = [text for rule in protocol.levels for text in rule.words.values()]
    texts += [method.name for rule in protocol.levels for method in rule.methods]
    return {**words(catalogue(po("fr"))), **{text["en"]: text["fr"] for text in texts}}


@pytest.mark.parametrize("english", TEMPLATE_WORDS)
def test_french_has_the_words_of_the_protocol_template(english: str) -> None:
    assert said_by_the_template()[english] == TEMPLATE_WORDS[english]
