/// All laws: the tests try each on a few hundred cases, `Scripts/laws` on tens of thousands.
package enum ClinicalLaws {
    /// In the order in which they are told.
    package static let all: [Law] =
        TreatmentLaws.all + AnswerLaws.all + FollowUpLaws.all + KnowledgeLaws.all + BodyLaws.all
}
