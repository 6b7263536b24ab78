"""The rows of the published requirements table (Inferno, davinci-crd-test-kit, `cds-hooks_2.0@N`) that concern a service."""

ROWS = {
    "@1 @2 @168": "JSON over TLS",
    "@3": "no null and no empty member but cards and services",
    "@4 @5 @6 @13": "discovery answers 200 with an object and its services",
    "@7 @9 @10": "hook, description and id are strings",
    "@8": "title",
    "@11 @29 @36 @55 @56 @57 @59": "templates by key, tokens of the context's root alone",
    "@58": "templates of the recommended grammar",
    "@12": "usageRequirements",
    "@14 @76": "4xx for bad requests",
    "@16": "POST to the id",
    "@27": "about 500 ms",
    "@28 @34 @60 @61": "prefetch alone, and said so",
    "@52": "an OperationOutcome in a key is recognised",
    "@54": "412 where needed data is missing",
    "@74 @75 @77": "200 with cards, none where there is nothing to say",
    "@80 @81 @82": "unique uuid",
    "@83": "summary under 140 characters",
    "@84 @85": "detail is GFM without raw HTML",
    "@87 @88 @89": "indicator",
    "@90 @105 @106 @107 @108 @109 @110 @111 @112 @113 @114 @115 @116": "source with label, absolute url, topic",
    "@92 @93 @94 @95 @96": "selectionBehavior with suggestions and only with them",
    "@98 @99 @100 @136 @219": "override reasons with code, system and display",
    "@103 @138 @139 @140 @141 @142 @143 @144 @145 @146 @147": "links",
    "@117 @118 @119 @120 @121 @122 @123 @124 @125": "suggestions",
    "@127 @128 @129 @130 @131 @132 @133 @134 @135": "actions",
    "@78 @210 @211 @212": "one id on two hooks puts later cards in the place of earlier",
    "@148 @152 @153 @154 @155 @156 @157 @158 @159 @160 @161 @162 @165 @166 @167": "feedback, its parts and its reasons",
    "@175 @179": "mutual TLS in the place of tokens or beside them",
    "@176": "clients prove themselves by signed tokens",
    "@177": "nobody else is let in, and the refusal does not say why",
    "@180": "the signature is the client's own",
    "@181": "alg, which fits the key",
    "@182 @183": "kid, one of the issuer's set",
    "@184": "typ is JWT",
    "@185 @186": "jku may come; it is not followed",
    "@187": "iss",
    "@189 @196": "aud is the URL that is called",
    "@190": "exp",
    "@191": "iat",
    "@192": "jti, which counts once",
    "@193 @194": "tenant, where the issuer's list names tenants",
    "@195": "issuers are listed",
    "@199": "key sets without jku, out of band",
    "@200 @205 @206 @207": "algorithms: ES256, ES384, RS256, RS384, PS*",
    "@201": "none is refused",
    "@203": "symmetric algorithms are refused",
    "@208": "CORS",
    "@214 @215": "extensions are objects with reverse-domain names",
    "@216 @217 @218 @220": "codings",
    "@213": "hooks that safety needs are agreed with the client",
    "3.0 cds-r-1": "an authorization needs its server",
    "3.0 cds-resp": "invariants of a response",
    "3.0-A": "version and hookVersion",
    "3.0-B": "refusals carry an OperationOutcome",
    "3.0-C": "no actionSelectionBehavior",
}


class Checklist:
    """What was looked at, and what came out; a row that nothing looked at counts as failed."""

    def __init__(self):
        self.looked = {row: 0 for row in ROWS}
        self.faults = {row: [] for row in ROWS}
        self.left_out = {}
        # The row of each id, and of each row itself.
        self.rows = {name: row for row in ROWS for name in [row, *(i for i in row.split() if i.startswith("@"))]}

    def check(self, row, holds, what):
        row = self.rows[row]
        self.looked[row] += 1
        if not holds and len(self.faults[row]) < 5:
            self.faults[row].append(what)

    def not_applicable(self, row, why):
        self.left_out[self.rows[row]] = why

    def verdict(self, row):
        if self.faults[row]:
            return "FAILED"
        if row in self.left_out:
            return "not applicable"
        return "passed" if self.looked[row] else "FAILED"

    def show(self):
        """A line an id."""
        counts = {"passed": 0, "not applicable": 0, "FAILED": 0}
        lines = []
        for row, words in ROWS.items():
            verdict = self.verdict(row)
            more = self.left_out.get(row) or "; ".join(self.faults[row]) or f"{self.looked[row]} checks"
            ids = [part for part in row.split() if part.startswith("@")] or [row]
            counts[verdict] += len(ids)
            for name in ids:
                number = int(name[1:]) if name.startswith("@") else 1_000
                name = "cds-hooks_2.0" + name if name.startswith("@") else name
                lines.append((number, f"  {verdict:15} {name:18} {words}: {more}"))
        for _, line in sorted(lines, key=lambda pair: pair[0]):
            print(line)
        print("  ids: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
        return counts["FAILED"] == 0
