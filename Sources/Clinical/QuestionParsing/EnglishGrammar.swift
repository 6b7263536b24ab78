/// The function words of English that change what a clinical term means. They are grammar, not medicine: the medicine
/// stands in the knowledge.
enum EnglishGrammar {
    /// Before a term, in its clause: it does not hold.
    static let negations: Set<String> = [
        "no", "not", "without", "denies", "denied", "never", "nor", "neither", "excludes", "absence", "isnt", "wasnt",
    ]
    /// After a negation: what follows is not denied: `not only`, `did not control flushing`.
    static let undenied: Set<String> = [
        "only", "just", "control", "controlled", "controlling", "improve", "improved", "improving", "respond",
        "responding", "responded", "settle", "settled", "resolved", "help", "helped", "fit", "suitable", "candidate",
    ]
    /// After a term: it does not hold.
    static let negationsAfter: Set<String> = ["excluded", "absent"]
    /// Before a term: it is not asserted.
    static let doubts: Set<String> = [
        "possible", "possibly", "suspected", "suspicious", "probable", "query", "if", "whether", "would", "were",
        "consider",
        "considering", "unless", "could", "might", "may", "questionable", "undecided", "hypothetical", "rule",
        "becomes", "turns", "proves",
    ]
    /// Between terms of one fact: either.
    static let alternatives: Set<String> = ["or", "versus", "vs"]
    /// Before a treatment: it was given.
    static let givenBefore: Set<String> = [
        "on", "after", "previously", "progressed", "progressing", "progression", "through", "despite", "failed",
        "failing",
        "refractory", "received", "had", "underwent", "following", "given", "treated", "stopped", "completed", "since",
        "receiving", "tried", "exposed", "responded", "responding", "cycles", "courses", "incidentally",
    ]
    /// Right before a treatment: it was given.
    static let earlier: Set<String> = ["prior", "previous", "post", "past", "several", "incidental"]
    /// After a treatment: it was given.
    static let givenAfter: Set<String> = [
        "caused", "failed", "stopped", "done", "completed", "refractory", "ago", "exposed", "twice", "performed",
        "showed", "specimen",
    ]
    /// Before a treatment: it is planned or asked about.
    static let plannedBefore: Set<String> = [
        "plan", "plans", "planned", "planning", "scheduled", "awaiting", "start", "starting", "starts", "commence",
        "commencing", "initiate", "initiating", "before", "during", "dose", "doses", "dosing", "dosage", "consider",
        "considering", "considered", "should", "proposed", "proposes", "undergo", "undergoing", "preoperative", "wants",
        "prefers", "needs", "requires", "requests", "rechallenge",
    ]
    /// Right after a treatment: it is planned or asked about.
    static let plannedAfter: Set<String> = [
        "planned", "scheduled", "intended", "proposed", "safe", "contraindicated", "indicated", "appropriate",
        "suitable", "effective", "dose", "dosing", "dosage",
    ]
    /// Between the treatments of a list.
    static let listLinks: Set<String> = ["and", ",", "+", "then", "plus", "/", "both", "later", "finally"]
    /// Before a participle: it is not said to have happened.
    static let auxiliaries: Set<String> = ["be", "being", "get", "should", "can", "must"]
    /// Before a treatment: the patient does not want it.
    static let refusals: Set<String> = ["declines", "declined", "refuses", "refused", "rejects", "rejected"]
    /// Before a medicine: it is taken.
    static let taking: Set<String> = ["on", "takes", "taking", "uses", "receives", "receiving", "with", "wants"]
    /// Before an illness: of another person.
    static let relatives: Set<String> = ["family", "familial"]
    /// Words that a clause about one thing may hold between a cue and its term.
    static let conjunctions: Set<String> = ["but", "however", "although", "though", "yet"]

    /// The words that say how a term is meant: they are read, though they stand for no fact.
    static let cues: Set<String> = negations.union(negationsAfter).union(doubts).union(alternatives)
        .union(givenBefore).union(earlier).union(givenAfter).union(plannedBefore).union(plannedAfter)
        .union(refusals).union(taking).union(conjunctions)

    /// Comparators: `below 3`, `at least 10`.
    static let lessWords: Set<String> = ["below", "under", "less", "<", "lower"]
    /// Comparators upward.
    static let moreWords: Set<String> = ["above", "over", "more", "greater", ">", "exceeding", "higher"]
    /// Words between a quantity's name and its number.
    static let fillers: Set<String> = [
        "of", "is", "was", "index", "about", "approximately", "approx", "around", "score", "level", "at", "count", "=",
        "than",
        "rate", "value", "the", "only", "between", "a",
    ]

    /// Words that say nothing clinical and are never reported as unread.
    static let common: Set<String> = [
        "what", "which", "where", "when", "who", "should", "shall", "would", "could", "will", "does", "have", "been",
        "being",
        "this", "that", "these", "those", "there", "with", "from", "into", "onto", "over", "under", "between", "about",
        "patient", "patients", "treat", "treating", "treatment", "therapy", "management", "manage", "managed",
        "approach",
        "option", "options", "recommended", "recommend", "best", "most", "appropriate", "next", "step", "start",
        "starting",
        "begin", "beginning", "using", "used", "give", "given", "please", "help", "case", "history", "years", "year",
        "months",
        "month", "weeks", "week", "days", "scan", "scans", "imaging", "shows", "showed", "shown", "found", "finding",
        "findings", "known", "unknown", "also", "then", "than", "them", "they", "their", "your", "mine", "more", "less",
        "some", "such", "very", "well", "only", "other", "another", "same", "both", "each", "many", "much", "several",
        "because", "before", "after", "during", "while", "since", "until", "again", "still", "just", "like", "need",
        "needs",
        "want", "wants", "good", "disease", "tumour", "tumor", "cancer", "lesion", "lesions", "diagnosis", "diagnosed",
        "doctor", "said", "says", "happens", "tell", "told", "positron", "emission", "tomography", "involvement",
        "body",
        "whose", "become", "becomes", "mean", "means", "currently", "today", "here", "went", "come", "comes", "right",
        "left", "type", "types", "possible", "suspected", "initial", "first", "second", "line", "male", "female",
        "were", "make", "made", "take", "takes", "taken", "done",
    ]

    /// English words without which a sentence of six words hardly goes.
    static let frequent: Set<String> = [
        "the", "a", "an", "of", "with", "for", "in", "on", "is", "to", "and", "what", "no", "not", "after", "has",
        "had", "my",
        "at", "by", "from", "or", "was", "are", "which", "it", "i", "this", "first", "if", "be", "as", "how", "does",
        "who",
    ]
    /// Frequent words of other languages in Latin letters.
    static let foreign: Set<String> = [
        "het", "een", "met", "van", "und", "der", "die", "das", "mit", "bei", "avec", "des", "une", "les", "con", "el",
        "los",
        "las", "una", "del", "della", "il", "och", "med", "ja", "em", "para", "para", "pour", "welche", "behandlung",
        "lever",
    ]
}
