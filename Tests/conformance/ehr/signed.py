"""A client that proves who it is: the same calls with tokens that it signs, to a service that takes nobody else, and feedback."""
import base64
import json
import os
import ssl
import sys
import time
import uuid

import httpx
import jwt

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "access"))
from service import BASE, ISSUER, Service  # noqa: E402

CARD = "/cds-services/net-advisor"


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Signed:
    """Calls of one client under its own keys, noted on the checklist of another."""

    def __init__(self, binary, rows):
        self.service, self.rows = Service(binary, corsOrigins=["https://ehr.example"]).start(), rows
        context = ssl.create_default_context(cafile=f"{self.service.folder}/server.pem")
        self.http = httpx.Client(base_url=self.service.url, verify=context, timeout=30)
        context = ssl.create_default_context(cafile=f"{self.service.folder}/server.pem")
        context.load_cert_chain(f"{self.service.folder}/gateway.pem", f"{self.service.folder}/gateway.key")
        self.certified = httpx.Client(base_url=self.service.url, verify=context, timeout=30)

    def post(self, body, token, path=CARD):
        return self.http.post(path, json=body, headers={"Authorization": f"Bearer {token}"} if token else {})

    def run(self, body):
        try:
            self.taken(body)
            self.refused(body)
            self.feedback(body)
        finally:
            self.service.stop()

    def check(self, rows, holds, what):
        for row in rows.split():
            self.rows.check(row, holds, what)

    def taken(self, body):
        service = self.service
        answer = self.http.get("/cds-services", headers={"Authorization": f"Bearer {service.token('/cds-services')}"})
        self.check("@176", answer.status_code == 200, f"discovery: {answer.status_code}")
        for algorithm in ("ES256", "ES384", "RS256", "RS384", "PS384"):
            answer = self.post(body, service.token(algorithm=algorithm))
            fine = answer.status_code == 200 and len(answer.json()["cards"]) == 1
            self.check("@176 @199 @200 @206", fine, f"{algorithm}: {answer.status_code}")
            if algorithm in ("ES384", "RS384"):
                self.check("@205", fine, f"{algorithm}: {answer.status_code}")
        several = service.token(claims={"aud": ["https://other.example", BASE + CARD]})
        self.check("@189", self.post(body, several).status_code == 200, "aud as a list")
        # The keys lie in a mounted file: no `jku` is asked for, and one that is named is not followed.
        named = service.token(header={"jku": "https://ehr.example.org/keys"})
        self.check("@185 @186 @199", self.post(body, named).status_code == 200, "a jku beside a known kid")
        certified = self.certified.post("/recommend", json={"question": "G1 NET"})
        self.check("@175 @179", certified.status_code == 200, f"mutual TLS: {certified.status_code}")

    def refused(self, body):
        service, now = self.service, int(time.time())
        good = service.token()
        claims = jwt.decode(good, options={"verify_signature": False})
        used = service.token()
        self.post(body, used)
        unsigned = part({"alg": "none", "typ": "JWT", "kid": "p384"}) + "." + part({**claims, "jti": "n"}) + "."
        shared = jwt.encode({**claims, "jti": "h"}, "s" * 64, algorithm="HS384", headers={"kid": "p384"})
        told = set()
        for rows, what, token in [
            ("@177", "nobody", None), ("@201", "none", unsigned), ("@203", "HS384", shared),
            ("@195", "an issuer that is not listed", service.token(claims={"iss": "https://other.example"})),
            ("@193", "a tenant that is not listed", service.token(claims={"tenant": "ward-9"})),
            ("@189 @196", "another service's aud", service.token("/cds-services/net-order-check")),
            ("@190", "expired", service.token(claims={"iat": now - 400, "exp": now - 61})),
            ("@190", "no exp", service.token(claims={"exp": None})),
            ("@191", "issued tomorrow", service.token(claims={"iat": now + 86_400, "exp": now + 86_700})),
            ("@192", "no jti", service.token(claims={"jti": None})), ("@192", "used before", used),
            ("@187", "no iss", service.token(claims={"iss": None})),
            ("@184", "another typ", service.token(header={"typ": "at+jwt"})),
            ("@182 @183", "an unknown kid", service.token(header={"kid": "other"})),
            ("@181", "the alg of another key", service.token(algorithm="ES256", header={"kid": "p384"})),
            ("@180", "a stranger's signature", service.token(algorithm="RS256", key=service.keys.stranger)),
        ]:
            answer = self.post(body, token)
            self.check(rows, answer.status_code == 401, f"{what}: {answer.status_code}")
            told.add(answer.text)
            fine = answer.json().get("resourceType") == "OperationOutcome"
            self.check("3.0-B", fine, f"{what}: {answer.text}")
        self.check("@177", len(told) == 1, f"the body tells why: {told}")

    def feedback(self, body):
        service, path = self.service, CARD + "/feedback"
        card = self.post(body, service.token()).json()["cards"][0]["uuid"]
        reason = {"code": "prefers-alternative",
                  "system": "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"}
        overridden = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-26T09:30:00Z",
                      "overrideReason": {"reason": reason, "userComment": "CANARY"}}
        accepted = {"card": str(uuid.uuid4()), "outcome": "accepted", "outcomeTimestamp": "2026-11-26T09:31:00Z",
                    "acceptedSuggestions": [{"id": str(uuid.uuid4())}]}
        for items in ([overridden], [overridden], [overridden, accepted]):
            answer = self.post({"feedback": items}, service.token(path), path)
            fine = answer.status_code == 200 and answer.content == b""
            self.check("@148 @152 @153 @154 @155 @156 @157 @158 @159 @160 @161 @162 @165 @166 @167", fine,
                       f"feedback: {answer.status_code} {answer.text}")
        answer = self.post({"feedback": [overridden]}, service.token(CARD), path)
        self.check("@196", answer.status_code == 401, "feedback under the token of a call")
        with open(f"{service.folder}/feedback.jsonl") as file:
            text = file.read()
        lines = [json.loads(line) for line in text.splitlines()]
        fine = [line["card"] for line in lines] == [card, accepted["card"]] and "CANARY" not in text
        self.check("@152 @153 @156 @161", fine and lines[0]["reason"] == reason["code"] and "rule" in lines[0], text)
        for wrong in ({}, {"feedback": []}, {"feedback": [{**overridden, "outcome": "ignored"}]},
                      {"feedback": [{**accepted, "acceptedSuggestions": None}]}):
            answer = self.post(wrong, service.token(path), path)
            self.check("@154 @155 @158", answer.status_code == 400, f"{wrong}: {answer.status_code}")
        audited = [json.loads(line) for line in open(f"{service.folder}/audit.jsonl")]
        self.check("@148", all(line["operation"] != "feedback" for line in audited), "feedback in the audit")


__all__ = ["Signed", "ISSUER"]
