"""The NOTICE file: the project's own notice, and under which licence each cited document of the background stands."""

from __future__ import annotations

from inventories.background_files import read_sources
from lca.quantity import ESTIMATE

#: Word found in the `licence` column -> heading of the group; the first that fits counts.
_GROUPS = (
    ("open government licence", "Open Government Licence v3.0 (contains public sector information of the United Kingdom)"),
    ("etalab", "Licence Ouverte / Open Licence 2.0 (Etalab)"),
    ("licence ouverte", "Licence Ouverte / Open Licence 2.0 (Etalab)"),
    ("baudat", "Free use with attribution, modification and redistribution allowed (OEKOBAUDAT)"),
    ("free use", "Free use with attribution, modification and redistribution allowed (OEKOBAUDAT)"),
    ("open with attribution", "Free use with attribution, modification and redistribution allowed (OEKOBAUDAT)"),
    ("cc by", "Creative Commons Attribution (CC BY), version as said"),
    ("european union", "Reuse with attribution, European Union"),
    ("eu law", "Reuse with attribution, European Union"),
    ("us public", "Public domain or public data of the United States"),
    ("bsd", "Repositories under a BSD licence; the figures are cited as facts"),
    ("mit", "Repositories under the MIT licence; the figures are cited as facts"),
)
_FACTS = "Single figures cited as facts; no text, table or file of the document is part of this project"

_HEAD = """\
Lifeloop

Copyright of the Lifeloop authors. The programs and the tables are licensed under the Apache License, Version 2.0
(file LICENSE).

The background database (inventories/background), the archetypes and the shipped products cite figures of the documents
below. Each figure names its document and its place in it. No figure was taken from a source under a share-alike,
non-commercial or no-redistribution licence. Names of products and makers are used to say which product is meant and
imply no approval by the maker.

The list is made from inventories/background/sources/*.csv (`make readme`): publisher, title (year) [licence as noted].
Documents that only product files cite stand in those files.
"""


def notice() -> str:
    """The whole file."""
    groups: dict[str, list[str]] = {heading: [] for heading in [*(heading for _, heading in _GROUPS), _FACTS]}
    for key, source in read_sources().items():
        if key != ESTIMATE and (source.licence or "").lower() != "none":
            groups[licence_group(source.licence or "")].append(f"- {source.publisher}, {source.title} ({source.year}) [{source.licence}]")
    parts = ["\n".join([heading, "-" * len(heading), *sorted(lines)]) for heading, lines in groups.items() if lines]
    return "\n\n".join([_HEAD.rstrip("\n"), *parts]) + "\n"


def licence_group(licence: str) -> str:
    """The heading under which a licence, as the `licence` column words it, stands."""
    words = licence.lower()
    return next((heading for word, heading in _GROUPS if word in words), _FACTS)
