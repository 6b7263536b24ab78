import ClinicalModel
import DecisionLogic

/// What must never be offered to whom, and what must never be offered without a word.
package enum TreatmentLaws {
    private static let radioligand: Set<String> = ["lutetium-lu-177-dotatate"]
    private static let negative = Said.code("imaging.somatostatinReceptor", "negative")
    private static let positive = Said.code("imaging.somatostatinReceptor", "positive")
    private static let insulinoma = Said.code("syndrome.functional", "insulinoma")
    private static let carcinoidSyndrome = Said.code("syndrome.functional", "carcinoid-syndrome")
    private static let diarrhoea = Said.includes("syndrome.symptoms", "diarrhoea")
    private static let carcinoma: [Said] = [
        .code("tumor.kind", "neuroendocrine-carcinoma"), .code("tumor.differentiation", "poor"),
    ]

    /// All of them.
    package static let all: [Law] = radioligandLaws + analogueLaws + cytotoxicLaws + warningLaws + placeLaws

    // MARK: - Radioligand therapy

    private static let radioligandLaws: [Law] = [
        never(
            "no radioligand therapy where receptors are negative", radioligand,
            where: [negative, .below("imaging.krenning", 2)]),
        never(
            "no radioligand therapy in pregnancy", radioligand, where: [.code("patient.pregnancy", "pregnant")],
            with: [[positive]]),
        never(
            "no radioligand therapy while breastfeeding", radioligand, where: [.flag("patient.lactation", true)],
            with: [[positive]]),
        never(
            "no radioligand therapy with a creatinine clearance under 30", radioligand,
            where: [
                .exactly("renal.creatinineClearance", 29), .exactly("renal.creatinineClearance", 12),
                .below("renal.creatinineClearance", 30), .below("renal.creatinineClearance", 20),
                .number("renal.creatinineClearance", Interval(lower: 15, upper: 28)),
            ], judgedBy: [.below("renal.creatinineClearance", 30)], with: [[positive]]),
        never(
            "no radioligand therapy with an eGFR under 30, unless a clearance is known", radioligand,
            where: [
                .exactly("renal.egfr", 29), .exactly("renal.egfr", 8), .below("renal.egfr", 30),
                .number("renal.egfr", Interval(lower: 10, upper: 25)),
            ], judgedBy: [.below("renal.egfr", 30)], with: [[positive]]
        ) { bench, values in
            bench.vocabulary.index(of: "renal.creatinineClearance").map { values[$0] == .quantity(.everything) }
                ?? false
        },
        never(
            "no radioligand therapy on dialysis", radioligand, where: [.flag("renal.dialysis", true)],
            with: [[positive]]),
    ]

    // MARK: - Somatostatin analogues

    private static let analogueLaws: [Law] = [
        Law(
            "no somatostatin analogue as the tumour treatment of a carcinoma", emphasis: [carcinoma, [positive]],
            near: ["platinum-etoposide", "octreotide", "lanreotide"]
        ) { bench, judged, _ in
            let isCarcinoma = carcinoma.contains { $0.truth(in: bench.vocabulary, judged.values) == .true }
            guard isCarcinoma, judged.answer.outcome == .guidance else { return .vacuous }
            for option in judged.answer.offered(bench.interventions(ofKind: "somatostatin-analogue")) {
                for rule in option.rules.compactMap({ bench.rules[$0.id] })
                where rule.use == "tumour-control" && rule.direction == .for {
                    return .broken("\(option.intervention.id) offered by \(rule.id)")
                }
            }
            return .kept
        },
        Law(
            "no somatostatin analogue in an insulinoma unwarned, unless receptors are positive",
            emphasis: [[insulinoma], [negative, .code("imaging.somatostatinReceptor", "heterogeneous")]],
            near: ["diazoxide"]
        ) { bench, judged, _ in
            guard insulinoma.truth(in: bench.vocabulary, judged.values) == .true,
                positive.truth(in: bench.vocabulary, judged.values) != .true
            else { return .vacuous }
            let analogues = bench.interventions(ofKind: "somatostatin-analogue")
            guard judged.answer.judges(analogues) else { return .vacuous }
            for option in judged.answer.offered(analogues) where !option.warns(of: "ypoglyc") {
                return .broken("\(option.intervention.id) offered without a word on hypoglycaemia")
            }
            return .kept
        },
        Law(
            "lanreotide's dose rule of acromegaly is not applied to a NET",
            emphasis: [
                [.below("renal.creatinineClearance", 30), .exactly("renal.egfr", 20), .flag("renal.dialysis", true)],
                [.code("hepatic.childPugh", ["B"]), .code("hepatic.childPugh", ["C"])], [positive],
            ], near: ["lanreotide"]
        ) { _, judged, _ in
            guard let option = judged.answer.offered(["lanreotide"]).first, let regimen = option.regimen else {
                return .vacuous
            }
            for part in regimen.regimen.parts where part.dose.minimum != 120 || part.dose.unit != "mg" {
                return .broken("\(part.dose.minimum) \(part.dose.unit)")
            }
            // That the rule does not apply may be said; its dose must not be.
            if option.warns(of: "60 mg") { return .broken("a caution says so") }
            return .kept
        },
    ]

    // MARK: - Cytotoxic drugs

    private static let cytotoxicLaws: [Law] = [
        Law(
            "no capecitabine or fluorouracil with complete DPD deficiency",
            emphasis: [[.includes("patient.comorbidities", "dpd-deficiency-complete")]],
            near: [
                "capecitabine-temozolomide", "folfox", "streptozocin-fluorouracil", "folfiri", "folfirinox", "capox",
            ]
        ) { bench, judged, _ in
            let drugs = bench.interventions(holding: ["capecitabine", "fluorouracil"])
            return never(
                drugs, [.includes("patient.comorbidities", "dpd-deficiency-complete")], bench, judged)
        },
        Law(
            "capecitabine or fluorouracil with a DPD deficiency of unknown degree is not offered without a word",
            emphasis: [[.includes("patient.comorbidities", "dpd-deficiency")]],
            near: ["capecitabine-temozolomide", "folfox", "streptozocin-fluorouracil"]
        ) { bench, judged, _ in
            let drugs = bench.interventions(holding: ["capecitabine", "fluorouracil"])
            return unwarned(
                drugs, [.includes("patient.comorbidities", "dpd-deficiency")], of: ["DPD", "dihydropyrimidine"],
                bench, judged)
        },
    ]

    // MARK: - Never without a word

    private static let warningLaws: [Law] = [
        Law(
            "no everolimus with a strong CYP3A4 inhibitor unwarned",
            emphasis: [
                ["strong-cyp3a4-inhibitor", "ketoconazole", "clarithromycin", "ritonavir", "itraconazole"].map {
                    .includes("patient.comedications", $0)
                }
            ], near: ["everolimus"]
        ) { bench, judged, _ in
            unwarned(
                ["everolimus"], [.includes("patient.comedications", "strong-cyp3a4-inhibitor")], of: ["CYP3A4"],
                bench, judged)
        },
        Law(
            "no telotristat with obstruction or constipation unwarned",
            emphasis: [
                [
                    .includes("patient.comorbidities", "bowel-obstruction"),
                    .includes("syndrome.symptoms", "constipation"),
                ],
                [diarrhoea], [carcinoidSyndrome],
            ], near: ["telotristat"]
        ) { bench, judged, _ in
            unwarned(
                ["telotristat"],
                [
                    .includes("patient.comorbidities", "bowel-obstruction"),
                    .includes("syndrome.symptoms", "constipation"),
                ],
                of: ["onstipation"], bench, judged)
        },
    ]

    // MARK: - Only where it has its place

    private static let placeLaws: [Law] = [
        only(
            "telotristat only for the diarrhoea of carcinoid syndrome", ["telotristat"],
            where: [[carcinoidSyndrome], [diarrhoea]],
            emphasis: [
                [carcinoidSyndrome, .code("syndrome.functional", "none"), .code("syndrome.functional", "vipoma")],
                [diarrhoea, .excludes("syndrome.symptoms", "diarrhoea")],
            ]),
        only(
            "belzutifan only for VHL disease, phaeochromocytoma or paraganglioma", ["belzutifan"],
            where: [[.code("syndrome.hereditary", "vhl"), .code("tumor.kind", "paraganglioma")]],
            emphasis: [
                [
                    .code("syndrome.hereditary", "vhl"), .code("syndrome.hereditary", "none"),
                    .code("syndrome.hereditary", "men1"), .code("tumor.kind", "paraganglioma"),
                ]
            ]),
        only(
            "diazoxide only for an insulinoma", ["diazoxide"], where: [[insulinoma]],
            emphasis: [[insulinoma, .code("syndrome.functional", "none"), .code("syndrome.functional", "gastrinoma")]]),
    ]

    // MARK: - Forms of laws

    /// None of the interventions where one of the facts holds. `judgedBy`: the facts, where `where` only gives examples.
    private static func never(
        _ sentence: String, _ ids: Set<String>, where facts: [Said], judgedBy: [Said]? = nil, with more: [[Said]] = [],
        if holds: @escaping @Sendable (LawBench, [FactValue]) -> Bool = { _, _ in true }
    ) -> Law {
        Law(sentence, emphasis: [facts] + more, near: ids) { bench, judged, _ in
            holds(bench, judged.values) ? never(ids, judgedBy ?? facts, bench, judged) : .vacuous
        }
    }

    private static func never(
        _ ids: Set<String>, _ facts: [Said], _ bench: LawBench, _ judged: JudgedCase
    ) -> LawVerdict {
        guard facts.contains(where: { $0.truth(in: bench.vocabulary, judged.values) == .true }),
            judged.answer.judges(ids)
        else { return .vacuous }
        return judged.answer.offered(ids).first.map { .broken("\($0.intervention.id) is offered") } ?? .kept
    }

    private static func unwarned(
        _ ids: Set<String>, _ facts: [Said], of words: [String], _ bench: LawBench, _ judged: JudgedCase
    ) -> LawVerdict {
        guard facts.contains(where: { $0.truth(in: bench.vocabulary, judged.values) == .true }) else { return .vacuous }
        let offered = judged.answer.offered(ids)
        if offered.isEmpty { return .vacuous }
        for option in offered where !words.contains(where: option.warns) {
            return .broken("\(option.intervention.id) is offered without a word")
        }
        return .kept
    }

    /// The interventions only where of each list one fact holds: not offered where none can hold, conditional where none
    /// is known to.
    private static func only(
        _ sentence: String, _ ids: Set<String>, where lists: [[Said]], emphasis: [[Said]]
    ) -> Law {
        Law(sentence, emphasis: emphasis, near: ids) { bench, judged, _ in
            guard judged.answer.outcome == .guidance else { return .vacuous }
            let truth = lists.reduce(Truth.true) { all, list in
                min(all, list.reduce(Truth.false) { max($0, $1.truth(in: bench.vocabulary, judged.values)) })
            }
            let offered = judged.answer.offered(ids)
            if truth == .true { return offered.isEmpty ? .vacuous : .kept }
            for option in offered where truth == .false || option.isRecommended {
                return .broken("\(option.intervention.id) is \(option.isRecommended ? "recommended" : "conditional")")
            }
            return .kept
        }
    }
}

extension Guidance.Option {
    /// Whether a caution holds a word.
    func warns(of word: String) -> Bool { cautions.contains { $0.wording.clinician.contains(word) } }
}
