"""What a script does with the generated client: every form of a fact's value, lists, refusals."""
import os
import sys

from consilium_client import Client, models
from consilium_client.api.knowledge import get_drug, get_reference, get_topic, list_references
from consilium_client.api.recommendation import recommend, recommend_by_query

client = Client(base_url=os.environ["BASE"])
checks = 0


def expect(name, holds):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"python: {name} does not hold")




request = models.RecommendRequest(
    case=models.PatientCase(
        tumor=models.TumorFacts(
            kind=models.TumorKindCode("neuroendocrine-tumor"),
            primary_site=models.TumorPrimarySiteCode("pancreas"),
            grade=models.TumorGradeChoice(any_of=[models.TumorGradeCode("G1"), models.TumorGradeCode("G2")]),
            size=25,
            mitoses=models.MeasuredQuantity(value=4, unit="/(2.mm2)"),
            ki67=models.MeasuredQuantity(min_=3, max_=20, exclusive=models.ExclusiveBound("max"), unit="%"),
            lymphovascular_invasion=True,
            biomarkers=[],
        ),
        disease=models.DiseaseFacts(
            extent=models.DiseaseExtentCode("metastatic"),
            metastatic_sites=models.DiseaseMetastaticSitesWithExclusions(
                includes=[models.DiseaseMetastaticSitesCode("liver")],
                excludes=[models.DiseaseMetastaticSitesCode("brain")],
            ),
        ),
        treatment=models.TreatmentFacts(
            prior=["lanreotide"], intolerance=models.CodeSetWhole(includes=["everolimus"], complete=True)
        ),
    ),
    explain=models.Explain("summary"),
)
answer = recommend.sync(client=client, body=request)
facts = {fact.path: fact for fact in answer.case.facts if fact.origin == "stated"}
expect("a plain number", facts["tumor.size"].value == 25)
expect("a quantity", facts["tumor.mitoses"].value == 4)
expect("a range", facts["tumor.ki67"].value["min"] == 3 and facts["tumor.ki67"].value["max"] == 20)
expect("a boolean", facts["tumor.lymphovascularInvasion"].value is True)
expect("a code", facts["disease.extent"].value == "metastatic")
expect("one of several", bool(facts["tumor.grade"].value))
expect("a list", "lanreotide" in facts["treatment.prior"].value)
expect("an exclusion", "brain" in facts["disease.metastaticSites"].excludes)
expect("nothing else", "surgery" in facts["treatment.intolerance"].excludes)
expect("an empty list", "msi-high" in facts["tumor.biomarkers"].excludes)
expect("references", answer.references[0].number == 1)
asked = recommend_by_query.sync(client=client, question="Is lanreotide an option in a grade 1 ileal NET?")
expect("a question", any(fact.origin == "read" for fact in asked.case.facts))

drug = get_drug.sync(client=client, name="Somatuline Depot")
expect("a brand name", drug.id == "lanreotide" and drug.match.kind == "brand")
missing = get_drug.sync(client=client, name="lanreotid")
expect("suggestions", missing.status == 404 and "lanreotide" in missing.suggestions)
refused = recommend.sync(
    client=client, body=models.RecommendRequest(case=models.PatientCase(tumor=models.TumorFacts(ki67=130)))
)
expect("pointers", refused.status == 422 and refused.errors[0].pointer == "#/case/tumor/ki67")

names, cursor = [], None
while True:
    page = list_references.sync(client=client, limit=40, **({"cursor": cursor} if cursor else {}))
    names += [one.id for one in page.items]
    cursor = page.page.next_cursor or None
    if not cursor:
        break
expect("pages without a repetition", len(set(names)) == len(names) == page.page.total > 40)
years = [one.year for one in list_references.sync(client=client, year_ge=2020, sort="-year", fields="year", limit=5).items]
expect("sorted and filtered", len(years) == 5 and years == sorted(years, reverse=True) and years[4] >= 2020)
expect("a reference", get_reference.sync(client=client, id=names[0]).id == names[0])
topic = get_topic.sync(client=client, id="pancreatic-net")
expect("the facts of a topic", any(one.path == "tumor.grade" and len(one.codes) == 3 for one in topic.facts))
print(f"python: {checks} checks")
