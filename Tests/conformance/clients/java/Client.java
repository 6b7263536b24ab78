import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.KnowledgeApi;
import org.openapitools.client.api.RecommendationApi;
import org.openapitools.client.model.*;

/** What a backend does with the generated client: every form of a fact's value, lists, refusals. */
public final class Client {
    private static int checks;

    private static void expect(String name, boolean holds) {
        checks += 1;
        if (!holds) {
            System.err.println("java: " + name + " does not hold");
            System.exit(1);
        }
    }

    private interface Call {
        Object make() throws ApiException;
    }

    private static Problem problem(ApiClient client, Call call) throws Exception {
        try {
            call.make();
        } catch (ApiException refusal) {
            return client.getObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
        }
        throw new IllegalStateException("the call was not refused");
    }

    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("BASE"));
        RecommendationApi recommendation = new RecommendationApi(client);
        KnowledgeApi knowledge = new KnowledgeApi(client);

        CodeSetList prior = new CodeSetList();
        prior.add("lanreotide");
        PatientCase patient = new PatientCase()
            .tumor(new TumorFacts()
                .kind(new TumorKind(TumorKindCode.NEUROENDOCRINE_TUMOR))
                .primarySite(new TumorPrimarySite(TumorPrimarySiteCode.PANCREAS))
                .grade(new TumorGrade(new TumorGradeChoice().anyOf(List.of(TumorGradeCode.G1, TumorGradeCode.G2))))
                .size(new TumorSize(BigDecimal.valueOf(25)))
                .mitoses(new TumorMitoses(new MeasuredQuantity().value(BigDecimal.valueOf(4)).unit("/(2.mm2)")))
                .ki67(new TumorKi67(new MeasuredQuantity().min(BigDecimal.valueOf(3)).max(BigDecimal.valueOf(20))
                    .exclusive(ExclusiveBound.MAX).unit("%")))
                .lymphovascularInvasion(true)
                .biomarkers(new TumorBiomarkers(new TumorBiomarkersList())))
            .disease(new DiseaseFacts()
                .extent(new DiseaseExtent(DiseaseExtentCode.METASTATIC))
                .metastaticSites(new DiseaseMetastaticSites(new DiseaseMetastaticSitesWithExclusions()
                    .includes(List.of(DiseaseMetastaticSitesCode.LIVER))
                    .excludes(List.of(DiseaseMetastaticSitesCode.BRAIN)))))
            .treatment(new TreatmentFacts()
                .prior(new CodeSet(prior))
                .intolerance(new CodeSet(new CodeSetWhole().includes(List.of("everolimus")).complete(true))));
        Recommendation answer = recommendation.recommend(new RecommendRequest()._case(patient).explain(Explain.SUMMARY));
        Map<String, KnownFact> facts = new java.util.HashMap<>();
        answer.getCase().getFacts().stream().filter(fact -> fact.getOrigin() == KnownFact.OriginEnum.STATED)
            .forEach(fact -> facts.put(fact.getPath(), fact));
        expect("a plain number", facts.get("tumor.size").getValue().equals(25));
        expect("a quantity", facts.get("tumor.mitoses").getValue().equals(4));
        expect("a range", ((Map<?, ?>) facts.get("tumor.ki67").getValue()).get("max").equals(20));
        expect("a boolean", facts.get("tumor.lymphovascularInvasion").getValue().equals(true));
        expect("a code", facts.get("disease.extent").getValue().equals("metastatic"));
        expect("one of several", facts.get("tumor.grade").getValue() != null);
        expect("a list", ((List<?>) facts.get("treatment.prior").getValue()).contains("lanreotide"));
        expect("an exclusion", facts.get("disease.metastaticSites").getExcludes().contains("brain"));
        expect("nothing else", facts.get("treatment.intolerance").getExcludes().contains("surgery"));
        expect("an empty list", facts.get("tumor.biomarkers").getExcludes().contains("msi-high"));
        expect("references", answer.getReferences().get(0).getNumber() == 1);
        Recommendation asked = recommendation.recommendByQuery(
            "Is lanreotide an option in a grade 1 ileal NET?", null, null, null);
        expect("a question", asked.getCase().getFacts().stream().anyMatch(f -> f.getOrigin() == KnownFact.OriginEnum.READ));

        Drug drug = knowledge.getDrug("Somatuline Depot", null);
        expect("a brand name", drug.getId().equals("lanreotide") && drug.getMatch().getKind() == DrugMatch.KindEnum.BRAND);
        Problem missing = problem(client, () -> knowledge.getDrug("lanreotid", null));
        expect("suggestions", missing.getStatus() == 404 && missing.getSuggestions().contains("lanreotide"));
        PatientCase wrong = new PatientCase().tumor(new TumorFacts().ki67(new TumorKi67(BigDecimal.valueOf(130))));
        Problem refused = problem(client, () -> recommendation.recommend(new RecommendRequest()._case(wrong)));
        expect("pointers", refused.getStatus() == 422
            && refused.getErrors().get(0).getPointer().equals("#/case/tumor/ki67"));

        List<String> names = new ArrayList<>();
        String cursor = null;
        do {
            ReferencePage page = knowledge.listReferences(null, null, null, null, null, null, null, null, 40, cursor, null);
            page.getItems().forEach(one -> names.add(one.getId()));
            cursor = page.getPage().getNextCursor();
        } while (cursor != null);
        expect("pages without a repetition", new HashSet<>(names).size() == names.size() && names.size() > 40);
        List<Integer> years = knowledge.listReferences(null, null, 2020, null, null, null, "-year", "year", 5, null, null)
            .getItems().stream().map(one -> one.getYear()).toList();
        expect("sorted and filtered", years.size() == 5 && years.get(4) >= 2020
            && years.equals(years.stream().sorted(java.util.Comparator.reverseOrder()).toList()));
        expect("a reference", knowledge.getReference(names.get(0), null).getId().equals(names.get(0)));
        expect("the facts of a topic", knowledge.getTopic("pancreatic-net", null).getFacts().stream()
            .anyMatch(f -> f.getPath().equals("tumor.grade") && f.getCodes().size() == 3));
        System.out.println("java: " + checks + " checks");
    }
}
