"""Patients as an EHR holds them: bundles with dates relative to today, and a FHIR search over one of them."""
import datetime
import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent / "patients"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def _date(match):
    count, unit = int(match.group(1)), match.group(2)
    if unit == "y":
        # The birthday was a month ago, so that the age is the number that stands in the file.
        day = TODAY - datetime.timedelta(days=30)
        return day.replace(year=day.year - count, day=min(day.day, 28)).isoformat()
    return (TODAY - datetime.timedelta(days=count)).isoformat()


def patients():
    """Every patient, by name: the document with its dates made real."""
    for path in sorted(FOLDER.glob("*.json")):
        text = re.sub(r"TODAY-(\d+)(y?)", _date, path.read_text(encoding="utf-8"))
        document = json.loads(text)
        document["name"] = path.stem
        yield document


def resources(document):
    return [entry["resource"] for entry in document["bundle"]["entry"]]


def _codes(resource):
    for name in ("code", "medicationCodeableConcept"):
        for coding in resource.get(name, {}).get("coding", []):
            yield f"{coding.get('system')}|{coding.get('code')}"


def search(document, query):
    """What a FHIR server answers to a template whose tokens are resolved: a resource for a read, a searchset for a search."""
    if "?" not in query:
        kind, identifier = query.split("/")
        found = [r for r in resources(document) if r["resourceType"] == kind and r["id"] == identifier]
        return found[0] if found else None
    kind, rest = query.split("?", 1)
    found = [r for r in resources(document) if r["resourceType"] == kind]
    for part in rest.split("&"):
        name, value = part.split("=", 1)
        if name == "code":
            wanted = set(value.split(","))
            found = [r for r in found if wanted & set(_codes(r))]
        elif name == "category":
            found = [r for r in found if any(
                c.get("code") == value for k in r.get("category", []) for c in k.get("coding", []))]
        elif name == "status":
            found = [r for r in found if r.get("status") == value]
        elif name == "patient":
            assert value == "P", f"another patient is asked for: {value}"
        elif name == "_count":
            found = found[: int(value)]
        elif name != "_sort":
            raise AssertionError(f"a search parameter that no template may use: {name}")
    return {"resourceType": "Bundle", "type": "searchset", "total": len(found),
            "entry": [{"fullUrl": f"https://ehr.example/{r['resourceType']}/{r['id']}", "resource": r} for r in found]}


def prefetch(document, service):
    """The prefetch of a service for a patient, with failed and paged keys as the document wants them."""
    data = {}
    for key, template in service["prefetch"].items():
        query = template.replace("{{context.patientId}}", "P")
        assert "{{" not in query, f"a token that is no context.patientId: {template}"
        if key in document.get("failedKeys", []):
            data[key] = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
            continue
        answer = search(document, query)
        if answer and "paged" in document.get("tags", []) and key == "tumour":
            answer["link"] = [{"relation": "next", "url": "https://ehr.example/next"}]
        data[key] = answer
    return data
