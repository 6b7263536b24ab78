/// All laws: `swift test` tries each on a few hundred cases, `swift run -c release laws` on tens of thousands.
package enum ClinicalLaws {
    /// In the order in which they are told.
    package static let all: [Law] =
        TreatmentLaws.all + AnswerLaws.all + FollowUpLaws.all + KnowledgeLaws.all + BodyLaws.all
}
