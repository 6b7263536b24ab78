import ClinicalModel
import DecisionLogic
import JSONText
import KnowledgeStore
import RecommendationEngine

/// The pieces of every answer of one release for a clinician who asks for no trace, by the numbers of its compiled
/// knowledge.
struct AnswerPieces: Sendable {
    /// A piece that is cut where the number of its source stands.
    struct Cut: Sendable {
        let before: Piece
        let after: Piece
    }

    struct FactPieces: Sendable {
        /// `{"path":"tumor.grade"`
        let opening: Piece
        /// `"tumor.grade"`
        let path: Piece
        /// Escaped, without quotes.
        let title: Piece
        /// Where its codes begin in `codes` and `codeTitles`, and how many there are.
        let firstCode: Int32
        let codeCount: Int32
        /// `,"unit":"%"`, for a value; the unit for words with the space in front.
        let unit: Piece
        let unitWords: Piece
        /// The same behind a one: `1 year`.
        let oneUnitWords: Piece
        /// `{"fact":"…","question":"…"`
        let question: Piece
    }

    struct InterventionPieces: Sendable {
        /// `{"id":…,"kind":…,"title":…`
        let option: Piece
        /// `{"id":…,"title":…,"reason":"`
        let exclusion: Piece
        /// Escaped, without quotes.
        let title: Piece
        /// `"lanreotide"`
        let id: Piece
    }

    struct RegimenPieces: Sendable {
        /// `,"regimen":{…"parts":[`
        let opening: Piece
        /// Where its parts begin in `parts`.
        let firstPart: Int32
    }

    struct DisagreementPieces: Sendable {
        /// `{"id":…,"topic":…,"positions":[`
        let opening: Piece
        /// In `positions`.
        let positions: Range<Int>
        /// `],"reason":…}`
        let closing: Piece
    }

    private(set) var store = PieceStore()
    private(set) var facts: [FactPieces] = []
    /// `"G2"`; true and false of a boolean. And its title escaped, without quotes.
    private(set) var codes: [Piece] = []
    private(set) var codeTitles: [Piece] = []
    private(set) var interventions: [InterventionPieces] = []
    /// By label: up to its status, and the status.
    private(set) var labels: [(opening: Piece, status: Piece)] = []
    private(set) var parts: [Cut] = []
    private(set) var positions: [Cut] = []
    /// `,"rankedBy":…`
    private(set) var rules: [Piece] = []
    private(set) var regimens: [RegimenPieces] = []
    private(set) var statements: [Cut] = []
    private(set) var voices: [Cut] = []
    /// `{"severity":…,"statement":…`, and from the section on.
    private(set) var limits: [(opening: Piece, section: Piece, confirmed: Piece)] = []
    /// Escaped, without quotes; and the member of the section.
    private(set) var reasons: [(words: Piece, section: Piece)] = []
    /// Escaped, without quotes.
    private(set) var openings: [Piece] = []
    /// `,"section":…`
    private(set) var sections: [Piece] = []
    /// `{"id":…,"title":…,"statement":…`
    private(set) var diagnostics: [Piece] = []
    private(set) var disagreements: [DisagreementPieces] = []
    /// `,"id":…}`
    private(set) var references: [Piece] = []
    /// `{"id":…,"title":…}`
    private(set) var topics: [Piece] = []
    /// Up to the review's dates, by topic; what came before them by the place of the status.
    private(set) var reviewDates: [Piece] = []
    private(set) var releaseDates = Piece.empty
    /// `guideline` …
    private(set) var tiers: [Piece] = []
    /// Escaped reasons of derivations, and of the assumptions of each topic.
    private(set) var derivations: [Piece] = []
    private(set) var assumptions: [Piece] = []
    private(set) var footer = Piece.empty
    private(set) var origins: [Piece] = []
    /// Of reviews, the least first, and as they are written.
    static let states = ["draft", "under-review", "approved"]
    private(set) var states: [Piece] = []

    init(_ compiled: CompiledKnowledge, _ knowledge: KnowledgeBase) {
        let clinical = compiled.clinical
        facts = clinical.vocabulary.facts.map { fact($0) }
        let models = compiled.models
        interventions = models.interventions.map { intervention($0) }
        labels = models.labels.map { entry in
            (
                opening: store.opening {
                    $0.member("jurisdiction", entry.label.jurisdiction)
                    if entry.isOneOfSeveral { $0.member("drug", entry.drug) }
                }, status: store.members { $0.member("status", entry.label.status) }
            )
        }
        rules = models.rules.map { rule in
            store.members {
                $0.member("rankedBy", rule.rankedBy)
                if let strength = rule.strength {
                    $0.object("strength") {
                        $0.member("scheme", strength.scheme)
                        $0.member("grade", strength.grade)
                    }
                }
                $0.member("placement", rule.placement)
            }
        }
        regimens = models.regimens.map { regimen($0) }
        statements = models.statements.map { statement($0) }
        voices = models.voices.map { voice($0) }
        limits = zip(models.limits, compiled.limits).map { limit, entry in
            (
                opening: store.listed {
                    $0.member(
                        "severity",
                        (entry.forbids ? Guidance.Caution.Severity.contraindication : .warning).rawValue)
                    $0.member("statement", limit.wording.clinician)
                },
                section: store.extended(
                    store.members { $0.member("section", limit.section) }, with: ",\"reference\":"),
                confirmed: store.closed { $0.member("confirmed", limit.isConfirmed) }
            )
        }
        reasons = models.reasons.map { reason in
            (
                words: store.escaped(reason.wording.clinician),
                section: store.members { $0.member("section", reason.section) }
            )
        }
        openings = models.openings.map { store.escaped($0.clinician) }
        sections = models.sections.map { section in store.members { $0.member("section", section) } }
        diagnostics = models.diagnostics.map { diagnostic in
            store.opening {
                $0.member("id", diagnostic.id)
                $0.member("title", diagnostic.title)
                $0.member("statement", diagnostic.wording.clinician)
            }
        }
        disagreements = models.disagreements.map { disagreement($0) }
        references = models.references.map { reference in
            let members = store.members { ReferenceJSON.writeMembers(reference, to: &$0) }
            return store.closed(members)
        }
        topics = models.topics.map { topic in
            store.opening {
                $0.member("id", topic.id)
                $0.member("title", topic.title.clinician)
            }
        }
        reviewDates = models.topics.map { topic in
            store.members {
                $0.member("reviewed", topic.review.reviewed)
                $0.member("reviewBy", topic.review.reviewBy)
            }
        }
        releaseDates = store.members {
            $0.member("reviewed", knowledge.manifest.review.reviewed)
            $0.member("reviewBy", knowledge.manifest.review.reviewBy)
        }
        tiers = Tier.allCases.map { store.add($0.rawValue) }
        derivations = clinical.derivations.map { store.escaped($0.because) }
        assumptions = models.assumptions.map { store.escaped($0.because) }
        origins = [FactOrigin.stated, .read, .derived, .assumed].map { origin in
            store.members { $0.member("origin", origin.rawValue) }
        }
        states = Self.states.map { store.add($0) }
        footer = store.members { KnowledgeJSON(knowledge: knowledge).writeRelease(audience: .clinician, to: &$0) }
        store.seal()
    }

    private mutating func fact(_ definition: FactDefinition) -> FactPieces {
        let question = GuidanceBody.question(definition, for: .clinician)
        let first = codes.count
        for code in definition.codes {
            codes.append(
                definition.type == .boolean
                    ? store.add(code.id) : store.add([0x22] + PieceStore.escape(code.id) + [0x22]))
            codeTitles.append(store.escaped(code.title))
        }
        return FactPieces(
            opening: store.opening { $0.member("path", definition.path) }, path: store.add("\"\(definition.path)\""),
            title: store.escaped(definition.title),
            firstCode: Int32(first), codeCount: Int32(definition.codes.count),
            unit: store.members { $0.member("unit", definition.unit) },
            unitWords: store.escaped(UnitWords.behind(nil, definition.unit)),
            oneUnitWords: store.escaped(UnitWords.behind(1, definition.unit)),
            question: store.opening {
                $0.member("fact", definition.path)
                $0.member("question", question)
            })
    }

    private mutating func intervention(_ model: Intervention) -> InterventionPieces {
        InterventionPieces(
            option: store.opening {
                $0.member("id", model.id)
                $0.member("kind", model.kind.rawValue)
                $0.member("title", model.title.clinician)
            },
            exclusion: store.opened {
                $0.member("id", model.id)
                $0.member("title", model.title.clinician)
                $0.member("reason", "")
            }, title: store.escaped(model.title.clinician), id: store.add("\"\(model.id)\""))
    }

    private mutating func regimen(_ model: Regimen) -> RegimenPieces {
        let first = parts.count
        for part in model.parts {
            parts.append(
                Cut(
                    before: store.opening { GuidanceBody.writeMembers(of: part, to: &$0) },
                    after: store.members { $0.member("confirmed", part.isConfirmed) }))
        }
        return RegimenPieces(
            opening: store.opened(",\"regimen\":") {
                $0.member("title", model.title)
                $0.key("parts")
                $0.beginArray()
            }, firstPart: Int32(first))
    }

    private mutating func statement(_ model: Statement) -> Cut {
        Cut(
            before: store.entry {
                $0.member("id", model.id)
                $0.member("tier", model.tier.rawValue)
                $0.member("statement", model.wording.clinician)
            },
            after: store.closed {
                $0.member("section", model.section)
                $0.member("confirmed", model.isConfirmed)
            })
    }

    private mutating func voice(_ model: Voice) -> Cut {
        Cut(
            before: store.entry {
                $0.member("source", model.source)
                $0.member("scheme", model.strength?.scheme)
                $0.member("grade", model.strength?.grade)
                $0.member("jurisdiction", model.jurisdiction)
            }, after: store.closed { $0.member("confirmed", model.isConfirmed) })
    }

    private mutating func disagreement(_ model: Disagreement) -> DisagreementPieces {
        let first = positions.count
        for position in model.positions {
            positions.append(
                Cut(
                    before: store.entry {
                        $0.member("source", position.source)
                        $0.member("says", position.wording.clinician)
                    }, after: store.closed { $0.member("confirmed", position.isConfirmed) }))
        }
        return DisagreementPieces(
            opening: store.opening {
                $0.member("id", model.id)
                $0.member("topic", model.topic.clinician)
                $0.key("positions")
                $0.beginArray()
            }, positions: first..<positions.count, closing: store.closed { $0.member("reason", model.reason) })
    }
}

extension PieceStore {
    /// Members as they begin an object in a list, with the comma and the brace in front.
    mutating func listed(_ write: (inout JSONWriter) -> Void) -> Piece {
        var json = JSONWriter()
        json.beginObject()
        write(&json)
        return add([UInt8(ascii: ",")] + json.bytes)
    }

    /// Members that follow others and end their object.
    mutating func closed(_ write: (inout JSONWriter) -> Void) -> Piece { closed(members(write)) }

    /// A piece with a brace behind it.
    mutating func closed(_ piece: Piece) -> Piece { extended(piece, with: "}") }

    /// Members that begin an object behind some text, up to the last quote or bracket that is left open.
    mutating func opened(_ prefix: String = "", _ write: (inout JSONWriter) -> Void) -> Piece {
        var json = JSONWriter()
        json.beginObject()
        write(&json)
        var written = json.bytes
        if written.suffix(2) == [0x22, 0x22] { written.removeLast() }
        return add(Array(prefix.utf8) + written)
    }
}
