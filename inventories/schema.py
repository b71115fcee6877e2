"""The JSON Schema of a product file as people write it: the model's schema, with `extends`, `replaces` and `remove`."""

from __future__ import annotations

from typing import Any

from lca.product import Product

_URL = "https://json-schema.org/draft/2020-12/schema"


def product_schema() -> dict[str, Any]:
    """The schema for editors and validators (JSON Schema 2020-12)."""
    schema = Product.model_json_schema(by_alias=True)
    schema["$schema"] = _URL
    schema["title"] = "Lifeloop product file"
    # a file that extends another may leave out what it inherits
    schema["properties"]["extends"] = {"type": "string", "description": "id or path of the archetype or product this one is laid over"}
    complete = {"required": [name for name in schema.pop("required") if name not in {"id", "name", "extends"}]}
    schema["required"] = ["id", "name"]
    schema["if"] = {"not": {"required": ["extends"]}}
    schema["then"] = complete
    definitions = schema["$defs"]
    for name, key in (("Line", "part"), ("PackagingComponent", "component")):
        definitions[name] = _line(definitions[name], key)
    definitions["Parameter"]["required"] = ["value", "source"]
    return schema


def _line(definition: dict[str, Any], key: str) -> dict[str, Any]:
    """A line of its own or replacing one, or one that only removes a line of the parent."""
    definition["properties"]["replaces"] = {"type": "string", "description": f"the parent's line of this {key}"}
    removal = {"type": "object", "properties": {"remove": {"type": "string"}}, "required": ["remove"], "additionalProperties": False}
    return {"anyOf": [definition, removal]}
