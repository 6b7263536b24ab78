#!/usr/bin/env python3
"""The rules of a good contract, over openapi.yaml: those of Spectral's `oas` set and our own. Prints each breach.

    Tests/conformance/lint.py [FILE]

Needs PyYAML and jsonschema. Exit code: 0 clean, 1 breaches.
"""
import os
import re
import sys

import jsonschema
import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
breaches, rules = [], {}


def rule(function):
    rules[function.__name__.replace("_", "-")] = function
    return function


def pointer(*parts):
    return "/".join(str(part) for part in parts)


def operations():
    for path, item in doc["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, method, operation


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        target = doc
        for part in node["$ref"][2:].split("/"):
            target = target[part]
        node = target
    return node


def parameters(path, operation):
    return [resolve(one) for one in doc["paths"][path].get("parameters", []) + operation.get("parameters", [])]


def walk(node, at=""):
    yield at, node
    if isinstance(node, dict):
        for name, member in node.items():
            # What was recorded is data, not contract.
            if not at.startswith("/components/examples") and name not in ("example", "value"):
                yield from walk(member, f"{at}/{name}")
    elif isinstance(node, list):
        for index, member in enumerate(node):
            yield from walk(member, f"{at}/{index}")


def schemas():
    """Every schema with its place: those of the components and those that stand inline."""
    def below(node, at):
        yield at, node
        for name, member in node.get("properties", {}).items():
            yield from below(member, f"{at}/{name}")
        for name in ("items", "additionalProperties"):
            if isinstance(node.get(name), dict):
                yield from below(node[name], f"{at}/{name}")
        for name in ("oneOf", "anyOf", "allOf"):
            for index, member in enumerate(node.get(name, [])):
                yield from below(member, f"{at}/{name}/{index}")
    for name, schema in doc["components"]["schemas"].items():
        yield from below(schema, name)
    for path, method, operation in operations():
        for one in parameters(path, operation):
            yield from below(one["schema"], f"{method} {path} {one['name']}")


def media():
    for path, method, operation in operations():
        for kind, body in resolve(operation.get("requestBody", {})).get("content", {}).items():
            yield f"{method} {path} request", kind, body
        for status, response in operation["responses"].items():
            for kind, body in resolve(response).get("content", {}).items():
                yield f"{method} {path} {status}", kind, body


@rule
def operation_operationId():
    return [f"{m} {p}" for p, m, o in operations() if not re.fullmatch(r"[a-z]+[A-Za-z]*", o.get("operationId", ""))]


@rule
def operation_operationId_unique():
    ids = [o["operationId"] for _, _, o in operations()]
    return sorted({one for one in ids if ids.count(one) > 1})


@rule
def operation_success_response():
    return [f"{m} {p}" for p, m, o in operations() if not any(s[0] in "23" for s in o["responses"])]


@rule
def operation_tags():
    return [f"{m} {p}" for p, m, o in operations() if len(o.get("tags", [])) != 1]


@rule
def operation_tag_defined():
    known = {tag["name"] for tag in doc["tags"]}
    return [f"{m} {p}" for p, m, o in operations() if not set(o["tags"]) <= known]


@rule
def operation_description():
    return [f"{m} {p}" for p, m, o in operations() if not 1 <= len(o.get("summary", "")) <= 80]


@rule
def operation_parameters():
    found = []
    for path, method, operation in operations():
        names = [(one["name"], one["in"]) for one in parameters(path, operation)]
        if len(set(names)) != len(names):
            found.append(f"{method} {path}")
    return found


@rule
def parameter_description():
    return [f"{m} {p} {one['name']}" for p, m, o in operations() for one in parameters(p, o) if not one.get("description")]


@rule
def path_params():
    return [f"{m} {p}" for p, m, o in operations()
            if set(re.findall(r"\{(\w+)\}", p)) != {one["name"] for one in parameters(p, o) if one["in"] == "path" and one.get("required")}]


@rule
def path_declarations_must_exist():
    return [path for path in doc["paths"] if "{}" in path]


@rule
def path_keys_no_trailing_slash():
    return [path for path in doc["paths"] if path != "/" and path.endswith("/")]


@rule
def path_not_include_query():
    return [path for path in doc["paths"] if "?" in path]


@rule
def typed_enum():
    return [at for at, one in schemas() if "enum" in one and not all(isinstance(v, {"string": str, "integer": int, "number": (int, float)}.get(one.get("type"), ())) for v in one["enum"])]


@rule
def duplicated_entry_in_enum():
    return [at for at, one in schemas() if len(set(map(str, one.get("enum", [])))) != len(one.get("enum", []))]


@rule
def info():
    return [name for name in ("contact", "description", "license", "title", "version") if not doc["info"].get(name)]


@rule
def license_url():
    return [] if doc["info"]["license"].get("identifier") or doc["info"]["license"].get("url") else ["info/license"]


@rule
def openapi_tags():
    names = [tag["name"] for tag in doc["tags"]]
    return [name for name in names if names.count(name) > 1] + [t["name"] for t in doc["tags"] if not t.get("description")]


@rule
def no_script_or_eval_in_markdown():
    return [at for at, one in walk(doc) if isinstance(one, str) and at.endswith("/description") and re.search(r"<script|eval\(", one)]


@rule
def oas3_api_servers():
    return [] if doc.get("servers") else ["servers"]


@rule
def oas3_server_not_example_com():
    return [one["url"] for one in doc["servers"] if "example.com" in one["url"] or one["url"].endswith("/")]


@rule
def oas3_examples_value_or_externalValue():
    return [name for name, one in doc["components"]["examples"].items() if ("value" in one) == ("externalValue" in one)]


@rule
def oas3_unused_component():
    used = {one["$ref"] for _, one in walk(doc) if isinstance(one, dict) and "$ref" in one}
    # Security schemes are named, not referred to.
    used |= {f"#/components/securitySchemes/{name}" for one in doc.get("security", []) for name in one}
    return [f"{kind}/{name}" for kind, group in doc["components"].items() for name in group if f"#/components/{kind}/{name}" not in used]


@rule
def oas3_valid_media_example():
    found = []
    for at, kind, body in media():
        if "json" not in kind or "schema" not in body:
            continue
        # Data of examples is not searched for references: they are resolved from the root document.
        check = jsonschema.Draft202012Validator({**body["schema"], "components": doc["components"]}, format_checker=jsonschema.FormatChecker())
        values = [resolve(one).get("value") for one in body.get("examples", {}).values()] + ([body["example"]] if "example" in body else [])
        for value in values:
            found += [f"{at}: {fault.json_path} {fault.message[:120]}" for fault in check.iter_errors(value)][:3]
    return found


@rule
def array_items():
    return [at for at, one in schemas() if one.get("type") == "array" and "items" not in one]


# Our own.

@rule
def refusals_are_problems():
    return [f"{m} {p} {s}" for p, m, o in operations() for s, r in o["responses"].items() if s[0] in "45"
            and not {"application/problem+json", "application/fhir+json", "application/json"} & set(resolve(r).get("content", {}))]


@rule
def every_answer_has_an_example():
    return [f"{at} {kind}" for at, kind, body in media() if not at.endswith("request") and kind not in ("application/yaml",)
            and not body.get("examples") and "example" not in body]


@rule
def every_request_has_an_example():
    return [at for at, kind, body in media() if at.endswith("request") and not body.get("examples") and "example" not in body]


@rule
def every_operation_tells_of_bad_requests_and_limits():
    free = ("/livez", "/readyz", "/metrics")
    return [f"{m} {p} {s}" for p, m, o in operations() for s in ("400", "429") if not p.startswith(free) and s not in o["responses"]]


@rule
def every_property_is_described():
    return [f"{at}/{name}" for at, one in schemas() for name, member in one.get("properties", {}).items() if not member.get("description")]


@rule
def every_schema_is_described():
    return [name for name, one in doc["components"]["schemas"].items() if not one.get("description")]


# What other standards define has no bounds of ours: the bodies of CDS Hooks and FHIR.
FOREIGN = ("CDSRequest", "FHIRResource")


@rule
def texts_are_bounded():
    return [at for at, one in schemas() if not at.startswith(FOREIGN) and one.get("type") == "string" and not {"maxLength", "enum", "const", "format"} & set(one)]


@rule
def lists_are_bounded():
    return [at for at, one in schemas() if not at.startswith(FOREIGN) and one.get("type") == "array" and "maxItems" not in one]


@rule
def integers_are_bounded():
    return [at for at, one in schemas() if one.get("type") == "integer" and not {"minimum", "maximum"} <= set(one)]


@rule
def nothing_is_nullable():
    return [at for at, one in schemas() if one.get("nullable") or "null" in (one.get("type") or [])]


@rule
def variants_only_for_values_of_facts():
    groups = {f"{name[0].upper()}{name[1:]}" for name in doc["components"]["schemas"]["PatientCase"]["properties"]}
    allowed = {"Code", "CodeSet"}
    return [at for at, one in schemas() if {"oneOf", "anyOf", "allOf"} & set(one) and at not in allowed
            and not any(re.fullmatch(rf"{group}[A-Z]\w*", at) for group in groups)]


@rule
def objects_are_closed_or_typed():
    return [at for at, one in schemas() if not at.startswith(FOREIGN) and one.get("type") == "object" and "properties" in one and "additionalProperties" not in one]


@rule
def good_names():
    reserved = {"Case", "Class", "Type", "Index", "Error", "Object", "Any", "Result", "Data"}
    return [name for name in doc["components"]["schemas"] if name in reserved or not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)]


@rule
def pages_carry_tags():
    return [f"{m} {p}" for p, m, o in operations() for s, r in o["responses"].items()
            if m == "get" and s == "304" and "ETag" not in resolve(o["responses"]["200"]).get("headers", {})]


@rule
def units_of_quantities():
    return [name for name, one in doc["components"]["schemas"].items()
            if {"$ref": "#/components/schemas/MeasuredQuantity"} in one.get("oneOf", []) and not one.get("x-unit")]


doc = yaml.safe_load(open(sys.argv[1] if len(sys.argv) > 1 else f"{ROOT}/openapi.yaml"))
for name, check in rules.items():
    for breach in check():
        breaches.append(f"{name}: {breach}")
print("\n".join(breaches))
print(f"{len(rules)} rules, {len(list(operations()))} operations, {sum(1 for _ in schemas())} schemas: {len(breaches)} breaches")
sys.exit(1 if breaches else 0)
