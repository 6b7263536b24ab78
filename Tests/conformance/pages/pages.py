"""The pages in a real browser: asked, refined, printed, at three widths, light and dark. Prints what it saw; 1 on a fault."""
import argparse
import functools
import hashlib
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import unicodedata

from playwright.sync_api import sync_playwright
from pypdf import PdfReader

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
OUT = ROOT / ".build/pages"
AUDIT = (HERE / "audit.js").read_text()
# The first letter lies outside the basic plane: spans count scalars, JavaScript two units for it.
QUESTION = "\U0001F600 62-year-old man, metastatic pancreatic NET G2, Ki-67 12 %, progressive after lanreotide. What next?"
checks, faults = 0, []


def check(what, holds, seen=""):
    global checks
    checks += 1
    if not holds:
        faults.append(f"{what}: {seen}")
        print("FAULT", what, str(seen)[:600], flush=True)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def other_origin():
    """A page of another origin."""
    folder = OUT / "other"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("<!doctype html><title>other</title>")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


def serve(program, origin):
    environment = os.environ | {
        "CONSILIUM_CORS_ORIGINS": origin, "CONSILIUM_ACCESS_LOG": "false",
        "CONSILIUM_REPORT_ADDRESS": "mailto:errors@example.org",
    }
    process = subprocess.Popen(
        [program, "serve", "--port", "0"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        found = re.search(r"http://\S+", line)
        if found:
            return process, found.group().rstrip(",")
    raise SystemExit("the service did not start")


def watched(browser, base, width, scheme):
    """A page whose console, policy violations and requests are written down."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    log = {"console": [], "foreign": [], "urls": []}
    page.on("console", lambda m: log["console"].append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: log["console"].append(str(e)))
    page.on("request", lambda r: (log["urls"].append(r.url), None if r.url.startswith((base, "data:", "blob:")) else log["foreign"].append(r.url)))
    page.add_init_script("window.violations=[];addEventListener('securitypolicyviolation',e=>violations.push(e.violatedDirective+' '+e.blockedURI))")
    return context, page, log


def audit(page, where):
    seen = page.evaluate(AUDIT)
    global checks
    checks += seen["checked"]
    for fault in seen["faults"]:
        faults.append(f"{where}: {fault}")
        print("FAULT", where, fault[:300], flush=True)
    return seen


def until(page, holds):
    """Waits for an expression. Playwright's own waiting evaluates text in the page, which the policy rightly forbids."""
    for _ in range(200):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise SystemExit(f"never: {holds}")


def ask(page, act):
    with page.expect_response(lambda r: r.url.endswith("/recommend")) as got:
        act()
    until(page, "!document.querySelector('#go').disabled")
    return got.value


def clean(page, log, where, expected=0):
    """No foreign request, no violation, and no more on the console than the refusals asked for."""
    errors = [line for line in log["console"] if "status of 422" not in line]
    check(f"{where}: console", not errors and len(log["console"]) <= expected, log["console"])
    check(f"{where}: policy", page.evaluate("violations") == [], page.evaluate("violations"))
    check(f"{where}: other origins", log["foreign"] == [], log["foreign"])


def reading(browser, base, width, scheme):
    where = f"reading {width} {scheme}"
    context, page, log = watched(browser, base, width, scheme)
    page.goto(base + "/")
    page.wait_for_selector("#groups .field", state="attached")
    timing = page.evaluate("(()=>{const n=performance.getEntriesByType('navigation')[0];return [n.domContentLoadedEventEnd,n.loadEventEnd,n.encodedBodySize,n.decodedBodySize]})()")
    print(f"{where}: DOM {timing[0]:.0f} ms, load {timing[1]:.0f} ms, {timing[2]} bytes sent, {timing[3]} raw", flush=True)
    audit(page, where + " empty")
    page.screenshot(path=OUT / f"empty-{width}-{scheme}.png")
    # By keyboard alone: the skip link first, then the question, Ctrl + Enter.
    page.keyboard.press("Tab")
    check(where + ": skip link", page.evaluate("document.activeElement.className") == "skip")
    page.fill("#question", QUESTION)
    answer = ask(page, lambda: page.press("#question", "Control+Enter"))
    body = answer.body()
    data = json.loads(body)
    check(where + ": options", page.locator(".option").count() == len(data["options"]) > 0)
    check(where + ": hash of the answer", hashlib.sha256(body).hexdigest() in page.inner_text("#hash"), page.inner_text("#hash"))
    check(where + ": digest", data["knowledge"]["digest"] in page.inner_text("#provenance"))
    marks = page.locator(".typed mark").all_inner_texts()
    expected = ["".join(list(QUESTION)[a:b]) for a, b in (f["span"] for f in data["case"]["facts"] if "span" in f)]
    check(where + ": what was understood", marks and all(m in expected for m in marks) and "62-year-old" in marks, (marks, expected))
    check(where + ": typed text is whole", page.inner_text(".typed") == QUESTION, page.inner_text(".typed"))
    numbers = page.evaluate("[...document.querySelectorAll('sup a')].filter(a=>!document.querySelector(a.getAttribute('href'))).length")
    check(where + ": each number has its reference", numbers == 0 and page.locator(".refs li").count() == len(data["references"]))
    labels = [r for r in data["references"] if "labelSetId" in r]
    check(where + ": each label has its link", labels and all(page.locator(f".refs a[href$='setid={r['labelSetId']}']").count() for r in labels))
    check(where + ": every excluded", all(x["reason"] in page.inner_text("#out") for x in data.get("excluded", [])))
    check(where + ": tiers", page.locator(".tiers > section").count() == len(data["tiers"]))
    report = page.get_attribute("#report", "href")
    check(where + ": report", report.startswith("mailto:errors@example.org?") and "sha256" in report and "62" not in re.sub(r"[0-9a-f]{64}", "", report).split("body=")[0], report)
    check(where + ": report holds no patient data", "lanreotide" not in report and "year-old" not in report)
    seen = audit(page, where + " answered")
    print(f"{where}: {seen['checked']} checks of the answer, lowest contrast {seen['lowest']:.2f}", flush=True)
    page.screenshot(path=OUT / f"answer-{width}-{scheme}.png", full_page=True)
    # Refined in place.
    first = page.locator("#follow [data-path]").first
    path = first.get_attribute("data-path")
    if first.evaluate("e=>e.tagName") == "SELECT":
        first.select_option(index=1)
    refined = ask(page, lambda: page.click("#follow button"))
    sent = json.loads(refined.request.post_data)
    group, member = path.split(".")
    check(where + ": the answer goes back with the question", sent["question"] == QUESTION and member in sent["case"][group], sent)
    check(where + ": stated fact", any(f["path"] == path and f["origin"] == "stated" for f in refined.json()["case"]["facts"]))
    check(where + ": asked no more", page.locator(f"#follow [data-path='{path}']").count() == 0)
    # Audience.
    patient = ask(page, lambda: page.check("[name=audience][value=patient]"))
    check(where + ": audience", json.loads(patient.request.post_data)["audience"] == "patient" and patient.json()["summary"] == page.inner_text("#summary"))
    check(where + ": no dose for a patient", page.locator(".dose b").count() == 0)
    # Back, without a question in any address or storage.
    page.go_back()
    until(page, "document.querySelector('[name=audience][value=clinician]').checked")
    check(where + ": back", page.inner_text("#summary") == refined.json()["summary"])
    check(where + ": address", page.url == base + "/" and not any("lanreotide" in u for u in log["urls"]), page.url)
    check(where + ": storage", page.evaluate("localStorage.length+sessionStorage.length+document.cookie.length") == 0)
    clean(page, log, where)
    if width == 1440 and scheme == "light":
        printed(page, refined.json())
    context.close()


def printed(page, data):
    path = OUT / "answer.pdf"
    page.emulate_media(media="print")
    page.pdf(path=path, format="A4")
    page.emulate_media(media="screen")
    text = "".join(p.extract_text() for p in PdfReader(path).pages)
    # Ligatures of the font are letters again.
    flat = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    for what in [data["knowledge"]["digest"], data["knowledge"]["version"], data["knowledge"]["released"], data["disclaimer"], data["options"][0]["title"], "Printed"]:
        check("print holds " + what[:40], re.sub(r"\s+", "", unicodedata.normalize("NFKC", what)) in flat)
    check("print holds no form", "Showoptions" not in flat)
    print(f"print: {len(PdfReader(path).pages)} pages", flush=True)


def form_and_faults(browser, base):
    context, page, log = watched(browser, base, 1440, "light")
    page.goto(base + "/")
    page.wait_for_selector("#groups .field", state="attached")
    page.click("#facts > summary")
    fields = page.locator("#groups .field").count()
    vocabulary = page.evaluate("fetch('/topics/'+document.querySelector('#topic').value).then(r=>r.json()).then(t=>t.facts.length)")
    check("form: a field for each fact", fields == vocabulary, (fields, vocabulary))
    page.fill("#filter", "ki-67")
    check("form: search", 0 < page.locator("#groups .field:visible").count() < 5)
    page.fill("#filter", "")
    for path, value in {"tumor.kind": "neuroendocrine-tumor", "tumor.primarySite": "pancreas", "tumor.grade": "G2", "disease.extent": "metastatic", "imaging.somatostatinReceptor": "positive"}.items():
        page.select_option(f"[id='form-{path}']", value)
    page.fill("[id='form-tumor.ki67']", "12")
    page.screenshot(path=OUT / "form.png")
    audit(page, "form")
    answer = ask(page, lambda: page.click("#go"))
    sent = json.loads(answer.request.post_data)
    check("form: sent", sent["case"]["tumor"]["ki67"] == {"value": 12, "unit": "%"} and "question" not in sent, sent)
    check("form: answered", answer.json()["outcome"] == "guidance")
    # A fault stands at its field.
    page.fill("[id='form-tumor.ki67']", "400")
    refused = ask(page, lambda: page.click("#go"))
    check("fault: 422", refused.status == 422)
    slot = page.locator("[id='form-tumor.ki67-error']")
    check("fault: at the field", slot.is_visible() and "0 to 100" in slot.inner_text(), slot.inner_text())
    check("fault: focus and mark", page.evaluate("document.activeElement.id") == "form-tumor.ki67" and page.get_attribute("[id='form-tumor.ki67']", "aria-invalid") == "true")
    check("fault: the answer of before stays", page.locator(".option").count() > 0)
    page.locator("[id='form-tumor.ki67']").scroll_into_view_if_needed()
    page.screenshot(path=OUT / "fault.png")
    audit(page, "fault")
    # Markup in a question stays text.
    page.fill("[id='form-tumor.ki67']", "12")
    page.fill("#question", "pancreatic NET <img src=x onerror=\"window.hit=1\"><script>window.hit=1</script> G2")
    ask(page, lambda: page.click("#go"))
    check("markup stays text", page.evaluate("window.hit===undefined && !document.querySelector('#out img,#out script')") and "<img" in page.inner_text(".typed"))
    clean(page, log, "form", expected=1)
    # Out of reach, and past its review.
    context.set_offline(True)
    page.click("#go")
    page.wait_for_selector("#problem:visible")
    check("offline: said", page.locator("#offline").is_visible() and "offline" in page.inner_text("#problem"))
    context.set_offline(False)
    context.close()
    context, page, log = watched(browser, base, 1440, "light")
    page.clock.set_fixed_time("2031-01-01T00:00:00Z")
    page.goto(base + "/")
    page.fill("#question", QUESTION)
    ask(page, lambda: page.click("#go"))
    check("review banner", page.locator("#stale").is_visible())
    # The later of two questions counts.
    page.fill("#question", "What is the capital of France?")
    page.route("**/recommend", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.evaluate("document.querySelector('#form').requestSubmit(); document.querySelector('#question').value='Insulinoma, localised. What next?'; ask(false)")
    until(page, "!running")
    check("the stale request is given up", page.inner_text(".typed") == "Insulinoma, localised. What next?")
    context.close()


def docs(browser, base, width, scheme):
    where = f"docs {width} {scheme}"
    context, page, log = watched(browser, base, width, scheme)
    page.goto(base + "/docs")
    page.wait_for_selector(".operation")
    contract = page.evaluate("fetch('/openapi.json').then(r=>r.json())")
    operations = sum(len(set(item) & {"get", "post", "put", "delete"}) for item in contract["paths"].values())
    check(where + ": each operation", page.locator(".operation").count() == operations, operations)
    page.evaluate("document.querySelectorAll('details.operation').forEach(d=>d.open=true)")
    page.wait_for_timeout(300)
    audit(page, where)
    page.evaluate("document.querySelectorAll('details.operation').forEach(d=>{if(d.id!=='recommend')d.open=false})")
    with page.expect_response(lambda r: r.url.endswith("/recommend")) as got:
        page.click("#recommend form button:text-is('Send')")
    page.wait_for_selector("#recommend [aria-label=Body]")
    check(where + ": try it", got.value.status == 200 and "guidance" in page.inner_text("#recommend [aria-label=Body]"))
    page.screenshot(path=OUT / f"docs-{width}-{scheme}.png")
    page.click("#recommend form button:text-is('As curl')")
    curl = page.inner_text("#recommend [aria-label=curl]")
    ran = subprocess.run(["bash", "-c", curl.replace("curl -i", "curl -s", 1)], capture_output=True, text=True)
    check(where + ": curl runs", '"outcome"' in ran.stdout, curl)
    clean(page, log, where)
    context.close()


def problem(browser, base, width, scheme):
    """Where the type of a problem leads, as a browser opens it; the way to the other kinds works."""
    where = f"problem {width} {scheme}"
    context, page, log = watched(browser, base, width, scheme)
    page.goto(base + "/problems/stale-cursor")
    check(where + ": heading", page.inner_text("h1") == "410 Gone", page.inner_text("h1"))
    check(where + ": mended", "Start the list again" in page.inner_text("main"))
    check(where + ": no sideways scrolling", page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    audit(page, where)
    page.screenshot(path=OUT / f"problem-{width}-{scheme}.png")
    kinds = page.locator("main li a").count()
    page.click("main li a >> nth=0")
    check(where + ": the others", page.locator("main li a").count() == kinds > 20 and "/problems/" in page.url, page.url)
    clean(page, log, where)
    context.close()


def origins(browser, base, allowed, refused):
    """A page of another origin asks, with preflight: one may read, one may not."""
    script = """base => fetch(base + '/recommend', {method: 'POST', headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({question: 'pancreatic NET G2'})}).then(r => r.json()).then(a => a.outcome, e => 'refused')"""
    for origin, may in ((allowed, True), (refused, False)):
        page = browser.new_page()
        page.goto(origin + "/index.html")
        seen = page.evaluate(script, base)
        check(f"origin {'allowed' if may else 'refused'}", (seen != "refused") == may, seen)
        if may:
            fields = page.evaluate("""base => fetch(base + '/drugs?limit=2', {headers: {Prefer: 'server-timing', Accept: 'text/csv'}})
                .then(r => ['Link', 'API-Version', 'Server-Timing', 'ETag'].map(n => r.headers.get(n)))""", base)
            check("origin: reads the fields of a list", all(fields) and 'rel="next"' in fields[0], fields)
        page.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--chromium", required=True)
    arguments = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    first, allowed = other_origin()
    second, refused = other_origin()
    process, base = serve(str(pathlib.Path(arguments.program).resolve()), allowed)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=arguments.chromium, args=["--no-sandbox"])
            for width, scheme in ((1440, "light"), (768, "light"), (360, "light"), (1440, "dark"), (360, "dark")):
                reading(browser, base, width, scheme)
            form_and_faults(browser, base)
            for width, scheme in ((1440, "light"), (360, "dark")):
                docs(browser, base, width, scheme)
            for width, scheme in ((1440, "light"), (360, "dark")):
                problem(browser, base, width, scheme)
            origins(browser, base, allowed, refused)
            browser.close()
    finally:
        process.terminate()
        process.wait()
        first.shutdown()
        second.shutdown()
    print(f"pages: {checks} checks, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
