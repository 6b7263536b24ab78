"""A client of Consilium's EHR doors as an EHR writes one: discovers, prefetches, posts, checks every row, compares the doors.

Usage: cds_hooks_client.py BASE [--tls BASE CAFILE] [--binary PROGRAM]

With a program it also starts a service that asks who calls, and calls it with tokens that it signs.
"""
import base64
import copy
import json
import re
import statistics
import sys
import uuid

import httpx
import jsonschema
from fhirclient.models import (bundle, capabilitystatement, documentreference, guidanceresponse, library,
                               operationoutcome, plandefinition)

from checklist import Checklist
from load import under_load
from records import patients, prefetch, resources
from signed import Signed

PUBLIC = "https://cds.example.org"
ORIGIN = "https://ehr.example"
CODING = {"type": "object", "required": ["code", "system", "display"], "additionalProperties": False,
          "properties": {name: {"type": "string", "minLength": 1} for name in ("code", "system", "display")}}
ABSOLUTE = {"type": "string", "pattern": "^https?://"}
CARD = {
    "type": "object", "required": ["uuid", "summary", "indicator", "source"],
    "properties": {
        "uuid": {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"},
        "summary": {"type": "string", "minLength": 1, "maxLength": 139}, "detail": {"type": "string", "minLength": 1},
        "indicator": {"enum": ["info", "warning", "critical"]},
        "source": {"type": "object", "required": ["label", "topic"], "additionalProperties": False,
                   "properties": {"label": {"type": "string", "minLength": 1}, "url": ABSOLUTE, "icon": ABSOLUTE,
                                  "topic": CODING}},
        "suggestions": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["label"], "additionalProperties": False,
            "properties": {"label": {"type": "string", "minLength": 1}, "uuid": {"type": "string"},
                           "isRecommended": {"type": "boolean"},
                           "actions": {"type": "array", "minItems": 1, "items": {
                               "type": "object", "required": ["type", "description"], "additionalProperties": False,
                               "properties": {"type": {"enum": ["create", "update", "delete"]},
                                              "description": {"type": "string", "minLength": 1},
                                              "resource": {"type": "object"},
                                              "resourceId": {"type": "string", "pattern": "^[A-Za-z]+/.+"}}}}}}},
        "selectionBehavior": {"enum": ["at-most-one", "any"]},
        "overrideReasons": {"type": "array", "minItems": 1, "items": CODING},
        "links": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["label", "url", "type"], "additionalProperties": False,
            "properties": {"label": {"type": "string", "minLength": 1}, "url": ABSOLUTE,
                           "type": {"enum": ["absolute", "smart"]}}}},
        "extension": {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^[a-z]+(\\.[a-zA-Z-]+)+$"}},
    },
    "additionalProperties": False,
    "dependentRequired": {"suggestions": ["selectionBehavior"], "selectionBehavior": ["suggestions"]},
}
VALIDATOR = jsonschema.Draft202012Validator(CARD)
ROW_OF = {"uuid": "@80 @81 @82", "summary": "@83", "indicator": "@87 @88 @89",
          "source": "@90 @105 @106 @107 @108 @109 @110 @111 @112 @113 @114 @115 @116",
          "suggestions": "@117 @118 @119 @120 @121 @122 @123 @124 @125",
          "overrideReasons": "@98 @99 @100 @136 @219",
          "links": "@103 @138 @139 @140 @141 @142 @143 @144 @145 @146 @147", "extension": "@214 @215"}
ACTIONS = "@127 @128 @129 @130 @131 @132 @133 @134 @135"
BEHAVIOUR = "@92 @93 @94 @95 @96"


def empties(value, path="$", allowed=("cards", "services")):
    """Every null and every empty string, list or object, by its place."""
    if value is None or value == "" or value == [] or value == {}:
        if path.split(".")[-1] not in allowed:
            yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from empties(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from empties(inner, f"{path}[{index}]")


class Client:
    def __init__(self, base):
        self.http = httpx.Client(base_url=base, timeout=30)
        self.rows = Checklist()
        self.uuids = {}
        self.services = {}
        self.failures = []

    def fail(self, name, what):
        self.failures.append(f"{name}: {what}")

    # Responses

    def walk(self, name, answer):
        for place in empties(answer):
            self.rows.check("@3", False, f"{name} {place}")
        self.rows.check("@3", True, "")

    def post(self, path, body, name, **headers):
        response = self.http.post(path, content=body if isinstance(body, bytes) else json.dumps(body),
                                  headers={"Content-Type": "application/json", **headers})
        answer = response.json()
        self.walk(f"{name} {path}", answer)
        if response.status_code >= 400 and path.startswith(("/cds-services", "/fhir")):
            fine = answer.get("resourceType") == "OperationOutcome"
            self.rows.check("3.0-B", fine, f"{name}: {response.status_code} {answer}")
            if fine:
                operationoutcome.OperationOutcome(answer, strict=True)
        return response.status_code, answer

    def look_at(self, name, instance, cards, answer):
        self.rows.check("3.0 cds-resp", set(answer) == {"cards"}, f"{name}: {sorted(answer)}")
        self.rows.check("3.0-C", "actionSelectionBehavior" not in json.dumps(answer), name)
        for card in cards:
            broken = {}
            for error in VALIDATOR.iter_errors(card):
                place = str(error.absolute_path[0]) if error.absolute_path else error.validator
                broken[place] = error.message
            for member, row in ROW_OF.items():
                if member in card or member in ("uuid", "summary", "indicator", "source"):
                    self.rows.check(row, member not in broken, f"{name}: {broken.get(member)}")
            self.rows.check("3.0 cds-resp", not set(broken) - set(ROW_OF), f"{name}: {broken}")
            self.rows.check(BEHAVIOUR, ("suggestions" in card) == ("selectionBehavior" in card), name)
            for suggestion in card.get("suggestions", []):
                for action in suggestion["actions"]:
                    fine = action["type"] == "delete" and "resourceId" in action and "resource" not in action
                    self.rows.check(ACTIONS, fine, f"{name}: {action}")
                recommended = [s for s in card["suggestions"] if s.get("isRecommended")]
                self.rows.check(BEHAVIOUR, len(recommended) <= 1, name)
            self.rows.check("@84 @85", self.is_markdown(card["detail"]), f"{name}: {card['detail'][:80]}")
            self.rows.check("@216 @217 @218 @220", card["source"]["topic"]["system"].startswith(("urn:", "http")), name)
            known = self.uuids.setdefault(card["uuid"], (instance, card["summary"]))
            self.rows.check("@80 @81 @82", known == (instance, card["summary"]), f"{name}: a uuid twice")

    @staticmethod
    def is_markdown(text):
        if re.search(r"<[a-zA-Z/!]", text):
            return False
        rows = [line for line in text.split("\n") if line.startswith("|")]
        return len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) <= 1

    # Discovery

    def discover(self):
        response = self.http.get("/cds-services")
        answer = response.json()
        self.walk("discovery", answer)
        row = "@4 @5 @6 @13"
        self.rows.check(row, response.status_code == 200 and isinstance(answer.get("services"), list), str(answer)[:80])
        token = re.compile(r"\{\{(.*?)\}\}")
        grammar = re.compile(r"^[A-Z]\w+(/\{\{context\.patientId\}\}|\?[^?]*)$")
        parameters = re.compile(r"^(patient|code|category|status|_sort|_count)=")
        for service in answer["services"]:
            name = f"{service.get('id')} {service.get('hook')}"
            self.rows.check("@7 @9 @10", all(isinstance(service.get(m), str) for m in ("hook", "description", "id")), name)
            self.rows.check("@8", isinstance(service.get("title"), str), name)
            self.rows.check("@12", isinstance(service.get("usageRequirements"), str), name)
            said = "never calls the FHIR server" in service.get("usageRequirements", "")
            self.rows.check("@28 @34 @60 @61", said, name)
            self.rows.check("3.0-A", bool(re.match(r"^\d+\.\d+\.\d+$", service.get("version", "")))
                            and service.get("hookVersion") == "1.0", name)
            for key, template in service["prefetch"].items():
                names = token.findall(template)
                fine = names == ["context.patientId"] and "draftOrders" not in template
                self.rows.check("@11 @29 @36 @55 @56 @57 @59", fine, f"{name} {key}: {template}")
                fine = bool(grammar.match(template)) and all(
                    parameters.match(part) for part in template.split("?", 1)[1:] for part in part.split("&"))
                self.rows.check("@58", fine, f"{name} {key}: {template}")
            self.services[service["hook"]] = service
        orders = {self.services[hook]["id"] for hook in ("order-select", "order-sign")}
        self.rows.check("@78 @210 @211 @212", len(orders) == 1, str(orders))

    def request(self, hook, document, drafts=None):
        service = self.services[hook]
        context = {"userId": "Practitioner/example", "patientId": "P"}
        if drafts is not None:
            context["draftOrders"] = {"resourceType": "Bundle", "type": "collection",
                                      "entry": [{"resource": d} for d in drafts]}
        if hook == "order-select":
            context["selections"] = [f"{d['resourceType']}/{d['id']}" for d in drafts]
        return {"hook": hook, "hookInstance": str(uuid.uuid4()), "fhirServer": "https://ehr.example/fhir",
                "fhirAuthorization": {"access_token": "secret", "token_type": "Bearer", "expires_in": 300,
                                      "scope": "patient/*.read", "subject": "consilium", "patient": "P"},
                "context": context, "prefetch": prefetch(document, service), "extension": {"x.y": {"z": 1}}}

    def call(self, hook, document, drafts=None):
        body = self.request(hook, document, drafts)
        status, answer = self.post(f"/cds-services/{self.services[hook]['id']}", body, document["name"])
        self.rows.check("@16", status == 200, f"{document['name']}: {status} {answer}")
        self.rows.check("@74 @75 @77", isinstance(answer.get("cards"), list), document["name"])
        cards = answer.get("cards", [])
        self.look_at(document["name"], body["hookInstance"], cards, answer)
        return cards

    # Patients

    def examine(self, document):
        name, expect = document["name"], document["expect"]
        cards = self.call("patient-view", document)
        wanted = expect.get("cards", 1)
        if len(cards) != wanted:
            return self.fail(name, f"{len(cards)} cards, expected {wanted}")
        applied = self.apply(document)
        if not cards:
            print(f"  {name:38} no card")
            if any(c["resourceType"] == "RequestGroup" for c in applied["contained"]):
                self.fail(name, "$apply has options where the card is silent")
            return
        card = cards[0]
        case = card["extension"]["org.consilium.case"]
        reading = card["extension"]["org.consilium.reading"]
        self.compare_facts(name, expect["facts"], case, reading)
        reasons = sorted(item["reason"] for item in reading.get("unread", []))
        own = [r for r in reasons if r not in ("free-text", "no-code")]
        if own != expect["unread"]:
            self.fail(name, f"not read: {own}, expected {expect['unread']}")
        if card["indicator"] != expect.get("indicator", "info"):
            self.fail(name, f"indicator {card['indicator']}")
        options = [(o["id"], o["standing"]) for o in card["extension"].get("org.consilium.options", [])]
        status, asked = self.post("/recommend", {"case": case}, name)
        told = [(o["id"], o["standing"]) for o in asked.get("options", [])]
        if status != 200 or told != options:
            self.fail(name, f"/recommend gives {told}, the card {options}")
        group = [c for c in applied["contained"] if c["resourceType"] == "RequestGroup"]
        actions = [(a["id"], "conditional" if "condition" in a else "recommended")
                   for g in group for a in g["action"][0]["action"]]
        if actions != options:
            self.fail(name, f"$apply gives {actions}, the card {options}")
        topic = card["source"]["topic"]["code"]
        if topic != expect["topic"]:
            self.fail(name, f"topic is {topic}, expected {expect['topic']}")
        for standing in ("recommended", "conditional"):
            found = [identifier for identifier, how in options if how == standing]
            if found != expect.get(standing, []):
                self.fail(name, f"{standing}: {found}, expected {expect.get(standing, [])}")
        print(f"  {name:38} {len(reading.get('facts', [])):2} facts, {len(reasons)} not read; {card['indicator']}: {card['summary']}")
        self.orders(document)

    def compare_facts(self, name, expected, case, reading):
        found = {f"{group}.{fact}": value for group, facts in case.items() for fact, value in facts.items()}
        for path, wanted in expected.items():
            value = found.pop(path, None)
            if wanted == "contradiction":
                values = [f["value"] for f in reading["facts"] if f["path"] == path]
                if value is not None or len(values) != 2:
                    self.fail(name, f"{path}: {values} is no contradiction")
                continue
            if isinstance(value, dict):
                value.pop("age", None)
            if isinstance(wanted, list):
                held = value.get("includes", []) if isinstance(value, dict) else value
                if not isinstance(held, list) or not set(wanted) <= set(held):
                    self.fail(name, f"{path} is {value}, expected {wanted}")
            elif isinstance(wanted, (int, float)):
                if not isinstance(value, dict) or abs(value.get("value", 1e9) - wanted) > 1e-6:
                    self.fail(name, f"{path} is {value}, expected {wanted}")
            elif value != wanted:
                self.fail(name, f"{path} is {value}, expected {wanted}")
        if found:
            self.fail(name, f"read beyond what is expected: {found}")
        for fact in reading.get("facts", []):
            if not {"resourceType", "path"} <= set(fact["source"]):
                self.fail(name, f"{fact['path']} without a source")

    def orders(self, document):
        if "drafts" not in document:
            return
        name = document["name"]
        signed = self.call("order-sign", document, document["drafts"])
        chosen = self.call("order-select", document, document["drafts"])
        if [c["summary"] for c in signed] != [c["summary"] for c in chosen]:
            self.fail(name, "order-select and order-sign differ")
        codes = [c["source"]["topic"]["code"] for c in signed]
        if codes != document["expect"].get("orderTopics", codes):
            self.fail(name, f"orders: {codes}, expected {document['expect']['orderTopics']}: {[c['summary'] for c in signed]}")
        for words in document["expect"].get("orderSays", []):
            if not any(words in c["detail"] for c in signed):
                self.fail(name, f"orders do not say `{words}`: {[c['detail'] for c in signed]}")
        for card in signed:
            print(f"  {'':38} order, {card['indicator']}: {card['summary']}")

    # FHIR

    def apply(self, document):
        data = copy.deepcopy(document["bundle"])
        # What a client that pages or fails would have is what it sends to either door.
        if "paged" in document.get("tags", []):
            data["type"] = "searchset"
            data["link"] = [{"relation": "next", "url": "https://ehr.example/next"}]
        for key in document.get("failedKeys", []):
            template = self.services["patient-view"]["prefetch"][key]
            codes = template.split("code=")[1].split("&")[0]
            data["entry"] = [e for e in data["entry"] if not any(
                f"{c['system']}|{c['code']}" in codes for c in e["resource"].get("code", {}).get("coding", []))]
        for body in (data, {"resourceType": "Parameters", "parameter": [
                {"name": "subject", "valueString": "Patient/P"}, {"name": "data", "resource": data}]}):
            status, answer = self.post("/fhir/PlanDefinition/net-systemic/$apply", body, document["name"],
                                       **{"Content-Type": "application/fhir+json"})
            if status != 200:
                self.fail(document["name"], f"$apply: {status} {answer}")
                continue
            guidanceresponse.GuidanceResponse(answer, strict=True)
            output = [c for c in answer["contained"] if c["resourceType"] == "Parameters"][0]
            report = [p["resource"] for p in output["parameter"] if p["name"] == "report"][0]
            documentreference.DocumentReference(report, strict=True)
            text = base64.b64decode(report["content"][0]["attachment"]["data"]).decode()
            if not text.startswith("# Treatment options"):
                self.fail(document["name"], "the report is no report")
        bundle.Bundle({k: v for k, v in data.items()}, strict=False)
        return answer

    def artefacts(self):
        for path, kind in (("/fhir/metadata", capabilitystatement.CapabilityStatement),
                           ("/fhir/PlanDefinition/net-systemic", plandefinition.PlanDefinition),
                           ("/fhir/Library/consilium-knowledge", library.Library)):
            response = self.http.get(path, headers={"Accept": "application/fhir+json"})
            self.walk(path, response.json())
            kind(response.json(), strict=True)
            if not response.headers["content-type"].startswith("application/fhir+json"):
                self.fail(path, response.headers["content-type"])

    # Refusals

    def refusals(self, document):
        good = self.request("patient-view", document)
        path = "/cds-services/net-advisor"

        def changed(change):
            body = copy.deepcopy(good)
            change(body)
            return body
        for name, body, status in [
            ("no JSON", b"{", 400), ("a list", [], 400), ("no hook", changed(lambda b: b.pop("hook")), 400),
            ("another hook", changed(lambda b: b.update(hook="order-sign")), 400),
            ("no instance", changed(lambda b: b.pop("hookInstance")), 400),
            ("no uuid", changed(lambda b: b.update(hookInstance="1")), 400),
            ("no context", changed(lambda b: b.pop("context")), 400),
            ("no patient", changed(lambda b: b["context"].pop("patientId")), 400),
            ("an odd user", changed(lambda b: b["context"].update(userId="Device/1")), 400),
        ]:
            found, answer = self.post(path, body, name)
            self.rows.check("@14 @76", found == status, f"{name}: {found} {answer}")
        found, _ = self.post("/cds-services/none", good, "unknown id")
        self.rows.check("@14 @76", found == 404, f"unknown id: {found}")
        found, _ = self.post(path, changed(lambda b: b.pop("fhirServer")), "no server")
        self.rows.check("3.0 cds-r-1", found == 400, f"{found}")
        failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
        for key in ("patient", "conditions"):
            for name, change in (("absent", lambda b, k=key: b["prefetch"].pop(k)),
                                 ("failed", lambda b, k=key: b["prefetch"].update({k: failed}))):
                found, answer = self.post(path, changed(change), f"{key} {name}")
                named = key in json.dumps(answer)
                self.rows.check("@54", found == 412 and named, f"{key} {name}: {found} {answer}")
        found, _ = self.post(path, changed(lambda b: b["prefetch"].update(patient=None)), "patient null")
        self.rows.check("@54", found == 412, f"patient null: {found}")
        for key in good["prefetch"]:
            if key not in ("patient", "conditions"):
                found, answer = self.post(path, changed(lambda b, k=key: b["prefetch"].update({k: failed})), key)
                card = (answer.get("cards") or [{}])[0]
                self.rows.check("@52", found == 200 and f"`{key}`" in card.get("detail", ""), f"{key}: {found}")

    def browsers(self):
        row = "@208"
        response = self.http.options("/cds-services/net-advisor", headers={
            "Origin": ORIGIN, "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,authorization"})
        self.rows.check(row, response.headers.get("access-control-allow-origin") == ORIGIN, str(response.headers))
        allowed = response.headers.get("access-control-allow-headers", "").lower()
        self.rows.check(row, "content-type" in allowed and "authorization" in allowed, allowed)
        answer = self.http.get("/cds-services", headers={"Origin": ORIGIN})
        self.rows.check(row, answer.headers.get("access-control-allow-origin") == ORIGIN, str(answer.headers))

    def secured(self, base, ca):
        row = "@1 @2 @168"
        with httpx.Client(base_url=base, verify=ca) as client:
            answer = client.get("/cds-services")
            self.rows.check(row, answer.status_code == 200 and answer.headers["content-type"] == "application/json",
                            str(answer))

    # Time

    def pace(self, document):
        card = json.dumps(self.request("patient-view", document))
        case = self.call("patient-view", document)[0]["extension"]["org.consilium.case"]
        calls = {"card": ("/cds-services/net-advisor", card), "/recommend": ("/recommend", json.dumps({"case": case}))}
        print()
        for clients in (0, 4):
            times = under_load(str(self.http.base_url), calls, clients)
            p99 = {name: statistics.quantiles(values, n=100)[98] for name, values in times.items()}
            middle = {name: statistics.median(values) for name, values in times.items()}
            print(f"Time beside {clients} other clients, {len(times['card'])} calls each, milliseconds: "
                  + "; ".join(f"{name} median {middle[name] * 1e3:.2f}, p99 {p99[name] * 1e3:.2f}" for name in calls)
                  + f"; card / recommend: median {middle['card'] / middle['/recommend']:.2f}, p99 {p99['card'] / p99['/recommend']:.2f}")
            self.rows.check("@27", p99["card"] < 0.5, f"{p99['card']:.3f} s")


def main(arguments):
    client = Client(arguments[0])
    client.discover()
    documents = list(patients())
    print(f"{len(documents)} patients: facts read, card")
    for document in documents:
        client.examine(document)
    for tag, least in (("incomplete", 3), ("contradictory", 2), ("paged", 1)):
        if sum(tag in d.get("tags", []) for d in documents) < least:
            client.fail("patients", f"fewer than {least} are {tag}")
    client.artefacts()
    client.refusals(documents[1])
    client.browsers()
    if "--tls" in arguments:
        place = arguments.index("--tls")
        client.secured(arguments[place + 1], arguments[place + 2])
    else:
        client.rows.not_applicable("@1 @2 @168", "no secured server was started")
    client.pace(documents[1])
    if "--binary" in arguments:
        Signed(arguments[arguments.index("--binary") + 1], client.rows).run(client.request("patient-view", documents[1]))
    client.rows.not_applicable("@213", "a matter of contract; both hooks of orders are offered (docs/ehr-integration.md)")
    print("\nChecklist")
    complete = client.rows.show()
    for failure in client.failures:
        print("FAILED", failure)
    print(f"\n{len(client.failures)} failures of patients, checklist {'complete' if complete else 'FAILED'}")
    return 0 if complete and not client.failures else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
