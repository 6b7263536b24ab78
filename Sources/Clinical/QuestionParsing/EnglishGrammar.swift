/// The function words of English that change what a clinical term means. They are grammar, not medicine: the medicine
/// stands in the knowledge.
enum EnglishGrammar {
    /// What ends a sentence.
    static let sentenceEnds: WordSet = [".", ";", "?", "!", "\n"]
    /// Before a term, in its clause: it does not hold.
    static let negations: WordSet = [
        "no", "not", "without", "denies", "denied", "never", "nor", "neither", "excludes", "absence", "isnt", "wasnt",
        "hasnt", "havent", "doesnt", "didnt", "arent", "werent", "lacks", "lacking", "lack", "excluded", "denying",
        "cannot", "cant", "couldnt", "dont", "wont",
    ]
    /// After a negation: what follows is not denied: `not only`, `did not control flushing`.
    static let undenied: WordSet = [
        "only", "just", "control", "controlled", "controlling", "improve", "improved", "improving", "respond",
        "responding", "responded", "settle", "settled", "resolved", "help", "helped", "fit", "suitable", "candidate",
        "doubt", "question", "exclude", "rule", "yet", "change", "contraindication", "tolerate", "tolerated", "forget",
    ]
    /// Behind one of these a denial does not reach further: `no change in liver metastases` …
    static let prepositions: WordSet = ["in", "of", "from", "for", "to", "with", "on", "about", "despite", "after"]
    /// … unless it is one of these that is denied: `no evidence of liver metastases`.
    static let deniable: WordSet = [
        "evidence", "sign", "signs", "history", "hx", "symptoms", "features", "suspicion", "suggestion", "trace",
        "indication",
        "proof", "findings", "treatment", "therapy", "exposure", "use", "treated", "exposed", "given", "episodes",
        "known", "complaints", "diagnosis", "presence", "question", "spread", "been", "previously", "prior", "ever",
        "yet", "started", "currently", "candidate", "eligible", "suitable", "suited",
    ]
    /// After a term: it does not hold.
    static let negationsAfter: WordSet = ["excluded", "absent"]
    /// Before a term: it is not asserted.
    static let doubts: WordSet = [
        "possible", "possibly", "suspected", "suspicious", "probable", "query", "if", "whether", "would", "were",
        "consider",
        "considering", "unless", "could", "might", "may", "questionable", "undecided", "hypothetical", "rule",
        "becomes", "turns", "proves", "likely", "probably", "unlikely", "presumed", "presumably", "suggestive",
        "concern", "concerning", "equivocal", "indeterminate", "exclude", "excluding", "exclusion", "risk", "prevent",
        "preventing", "prevention", "avoid", "screening", "screen", "testing", "tested", "test", "cause", "causes",
        "effects", "suspect", "suspects", "suspecting", "misdiagnosed", "mistaken", "mimicking", "mimics", "when",
        "once", "question",
    ]
    /// What may turn out either way: `if the gallium scan is positive`.
    static let examinations: WordSet = ["scan", "pet", "ct", "mri", "biopsy", "test", "octreoscan", "imaging"]
    /// Words of scans: `on FDG` is seen, not taken.
    static let tracers: WordSet = [
        "fdg", "dotatate", "dotatoc", "sstr", "octreoscan", "pet", "gallium", "ga", "mibg", "scintigraphy",
    ]
    /// Tumours of another kind, whose treatment and spread are not those of the patient's neuroendocrine tumour.
    static let otherTumours: WordSet = ["adenocarcinoma", "lymphoma", "melanoma", "sarcoma", "myeloma", "glioma"]
    /// Before `cancer`: a tumour of another kind.
    static let otherOrgans: WordSet = [
        "breast", "prostate", "ovarian", "cervical", "bladder", "bowel", "colorectal",
    ]
    /// After a doubt: it is settled all the same: `tested positive for`.
    static let settled: WordSet = [
        "confirmed", "proven", "proved", "showed", "shows", "revealed",
    ]
    /// After a term: it is not asserted.
    static let doubtsAfter: WordSet = [
        "suspected", "possible", "questionable", "equivocal", "indeterminate", "unconfirmed", "pending", "awaited",
        "uncertain", "unclear", "queried",
    ]
    /// After `not`: it was not looked at: `SSTR not assessed`.
    static let undone: WordSet = [
        "assessed", "done", "tested", "performed", "available", "known", "repeated", "determined", "checked",
        "measured",
        "reported", "obtained", "evaluated", "examined", "yet", "sent",
    ]
    /// Between a condition and the verdict of its test.
    static let tests: WordSet = [
        ":", "test", "testing", "tests", "status", "serology", "screen", "screening", "mutation", "gene", "genetic",
        "germline", "panel", "was", "is", "were", "came", "back", "history", "pcr", "antigen",
    ]
    /// After a complaint: it is over.
    static let over: WordSet = ["resolved", "settled", "disappeared", "gone", "ceased", "subsided", "vanished"]
    /// Between terms of one fact: either.
    static let alternatives: WordSet = ["or", "versus", "vs"]
    /// Before a treatment: it was given.
    static let givenBefore: WordSet = [
        "on", "after", "previously", "progressed", "progressing", "progression", "through", "despite", "failed",
        "failing",
        "refractory", "received", "had", "underwent", "following", "given", "treated", "stopped", "completed", "since",
        "receiving", "tried", "exposed", "responded", "responding", "cycles", "courses", "incidentally", "switched",
        "changed", "started", "commenced", "begun", "initiated", "continues", "continued", "continuing", "remains",
        "taking", "takes", "currently", "under", "worsening", "used", "tolerating", "tolerates",
    ]
    /// Right before a treatment: it was given.
    static let earlier: WordSet = ["prior", "previous", "post", "past", "several", "incidental"]
    /// Before `response to` a treatment: it was given.
    static let responses: WordSet = [
        "no", "good", "partial", "complete", "poor", "mixed", "minor", "initial", "without", "little", "excellent",
    ]
    /// Before a treatment, from further away.
    static let progressed: WordSet = [
        "progressed", "progression", "progressing", "relapsed", "refractory", "progress",
    ]
    /// Before `at` and a treatment: it took place.
    static let discovered: WordSet = [
        "found", "discovered", "incidentally", "diagnosed", "detected", "noted", "removed", "seen", "incidental",
    ]
    /// After a treatment: it was given.
    static let givenAfter: WordSet = [
        "caused", "failed", "stopped", "done", "previously", "past", "tolerated", "discontinued", "made", "worsened",
        "given", "since", "started",
        "completed", "worked",
        "refractory", "ago", "exposed", "twice", "performed",
        "showed", "specimen",
    ]
    /// Before a treatment: it is planned or asked about.
    static let plannedBefore: WordSet = [
        "plan", "plans", "planned", "planning", "scheduled", "awaiting", "start", "starting", "starts", "commence",
        "commencing", "initiate", "initiating", "before", "during", "dose", "doses", "dosing", "dosage", "consider",
        "considering", "considered", "should", "proposed", "proposes", "undergo", "undergoing", "preoperative", "wants",
        "prefers", "needs", "requires", "requests", "rechallenge", "eligible", "eligibility", "candidate", "candidates",
        "opinion", "prefer", "referred", "booked", "listed", "retreatment", "retreat", "suitability", "offered",
        "offer", "add", "adding",
    ]
    /// Right after a treatment: it is planned or asked about.
    static let plannedAfter: WordSet = [
        "planned", "scheduled", "intended", "proposed", "safe", "contraindicated", "indicated", "appropriate",
        "suitable", "effective", "dose", "dosing", "dosage", "eligible", "eligibility", "candidate", "next", "ok",
        "okay", "option",
        "options",
    ]
    /// Between the treatments of a list.
    static let listLinks: WordSet = ["and", ",", "+", "then", "plus", "/", ">", "both", "later", "finally", "followed"]
    /// Behind a treatment of a list: how much of it, and how long.
    static let amounts: WordSet = [
        "mg", "mcg", "gbq", "mci", "lar", "prior", "by", "x", "(", ")", "-", "cycle", "cycles", "course", "courses",
        "dose", "doses", "year", "years", "yr", "yrs", "month", "months", "mo", "week", "weeks", "day", "days", "for",
        "of", "in", "from", "until", "to", "daily", "weekly", "monthly", "every", "autogel", "depot", "im", "sc", "od",
        "bd", "bid",
    ]
    /// Before a participle: it is not said to have happened.
    static let auxiliaries: WordSet = ["be", "being", "get", "should", "can", "must"]
    /// Before a treatment: the patient does not want it.
    static let refusals: WordSet = ["declines", "declined", "refuses", "refused", "rejects", "rejected"]
    /// Denied, they refuse: `does not want`.
    static let wishes: WordSet = [
        "want", "wants", "wish", "wishes", "accept", "accepts", "willing", "keen", "agree",
    ]
    /// After `will not`: they refuse.
    static let considering: WordSet = ["consider", "entertain", "contemplate"]
    /// Before `no`, `not` and `avoid`: they refuse: `prefers no surgery`, `would rather avoid`.
    static let preferences: WordSet = [
        "prefer", "prefers", "preferred", "preferring", "rather", "wants", "wishes", "wish", "hopes", "hoping", "hope",
        "anxious", "like", "likes",
    ]
    /// Before a treatment, with `to`: the patient would rather not.
    static let reluctance: WordSet = ["reluctant", "opposed", "hesitant"]
    /// Before such a wish: it is not the patient's.
    static let clinicians: WordSet = [
        "we", "surgeon", "surgeons", "mdt", "team", "oncologist", "oncologists", "board", "doctors", "us",
    ]
    /// Whose refusal is not the patient's.
    static let deciders = clinicians.union([
        "anaesthetist", "anaesthetists", "anesthetist", "anesthesiologist", "anesthesiologists", "insurer", "insurers",
        "insurance", "payer", "payor", "commissioners", "funder", "funders", "nhs", "nice", "medicare", "committee",
        "panel", "hospital", "centre", "center", "doctor", "consultant", "hepatologist", "cardiologist", "radiologist",
        "gastroenterologist", "endoscopist", "physician", "gp", "department", "service",
    ])
    /// Before a treatment, with `for`: something speaks against it.
    static let unfitness: WordSet = ["unfit", "unsuitable", "ineligible"]
    /// After such a wish, or for one: it is a refusal.
    static let shunning: WordSet = ["no", "not", "without", "avoid", "avoiding", "skip", "forgo", "forego", "against"]
    /// After a negation: what follows is left open: `no new liver metastases`, `do not know of`.
    static let leavesOpen: WordSet = ["new", "further", "other", "additional", "more", "know", "think", "believe"]
    /// Between a finding and the mark that asks about it: `on the CT?`
    static let places: WordSet = [
        "on", "the", "ct", "mri", "pet", "imaging", "scan", "scans", "biopsy", "now", "present", "at", "all",
    ]
    /// At the head of a question …
    static let inverted: WordSet = ["is", "are", "was", "were", "does", "do", "did", "has", "have", "had"]
    /// … before its subject.
    static let subjects: WordSet = [
        "it", "he", "she", "there", "they", "this", "tumour", "tumor", "patient", "disease", "lesion", "lesions",
        "metastases", "pt",
    ]
    /// Before a medicine: it is taken.
    static let taking: WordSet = [
        "on", "takes", "taking", "uses", "receives", "receiving", "with", "wants", "meds", "medications", "medication",
        "comeds", "comedications", "comedication", "dh", "drugs", "medicines", "prescribed", "using",
    ]
    /// Before an illness: of another person.
    static let relatives: WordSet = ["family", "familial", "fh", "fhx"]
    /// Other persons, unless the writer asks for them: `my mother has …`.
    static let kin: WordSet = manyKin.union([
        "mother", "father", "brother", "sister", "son", "daughter", "uncle", "aunt", "cousin", "grandmother",
        "grandfather", "sibling", "twin", "relative", "mum", "mom", "dad", "nephew", "niece", "grandparent", "wife",
        "husband", "partner", "friend", "neighbour", "neighbor", "colleague", "parent", "auntie", "aunty", "grandma",
        "grandpa", "granny", "grandad", "granddad", "granddaughter", "grandson", "stepmother", "stepfather", "spouse",
        "girlfriend", "boyfriend", "mummy", "daddy",
    ])
    /// Several persons, of whom none is the patient.
    static let manyKin: WordSet = [
        "parents", "siblings", "relatives", "brothers", "sisters", "sons", "daughters", "cousins", "aunts", "uncles",
        "grandparents",
    ]
    /// Kin as they are called: `Mum has …`.
    static let callings: WordSet = [
        "mum", "mom", "mummy", "dad", "daddy", "grandma", "grandpa", "granny", "grandad", "granddad",
    ]
    /// Before kin: the writer may ask for them.
    static let asking: WordSet = ["my", "our"]
    /// Between kin, `of` and the person whose kin it is.
    static let owners: WordSet = ["the", "this", "a", "an", "my", "our", "patient", "pt", "her", "his", "mine", "ours"]
    /// After `I have a`, `I am`: the writer speaks of somebody else, or of asking.
    static let asides: WordSet = [
        "patient", "patients", "question", "questions", "case", "asking", "writing", "worried", "concerned", "scared",
        "afraid", "frightened", "anxious", "sorry", "sure",
        "wondering", "looking", "caring", "calling", "enquiring", "inquiring", "doctor", "gp", "nurse", "physician",
        "oncologist",
        "surgeon", "endocrinologist", "resident", "registrar", "student", "carer", "caregiver", "treating", "seeing",
        "managing", "hoping", "trying", "told", "asked", "advice", "information", "help", "opinion", "pharmacist",
    ]
    /// Before kin: the patient is one: `a breastfeeding mother`.
    static let kinOfOwn: WordSet = [
        "breastfeeding", "nursing", "lactating", "expectant", "young", "old", "new", "single", "pregnant", "aged",
    ]
    /// The patient again.
    static let patientWords: WordSet = ["patient", "pt", "patients", "he", "she", "herself", "himself", "i", "me"]
    /// After `i`: the writer is the patient.
    static let selfVerbs: WordSet = [
        "have", "had", "am", "was", "got", "take", "took", "receive", "received", "progressed", "suffer",
    ]
    /// Words of what somebody was told …
    static let hearsay: WordSet = [
        "told", "called", "labelled", "labeled", "termed", "diagnosed", "reported", "named",
    ]
    /// … in the past.
    static let past: WordSet = ["ago", "originally", "initially", "once", "formerly", "earlier", "first"]
    /// Words of the present.
    static let present: WordSet = [
        "now", "currently", "recently", "today", "latest", "recent", "meanwhile", "then",
    ]
    /// Heads of a list: `Meds: …`, `previous treatment: …`.
    static let headings: WordSet = [
        "meds", "medications", "medication", "comeds", "comedications", "comedication", "rx", "tx", "dh", "treatment",
        "treatments", "therapy", "therapies", "prior", "previous", "history", "hx", "drugs", "medicines", "systemic",
        "lines", "tried", "far", "plan", "plans", "proposal", "proposed",
    ]
    /// Before a treatment: it was not tolerated.
    static let intolerance: WordSet = [
        "intolerant", "intolerance", "allergic", "allergy", "anaphylaxis", "hypersensitivity", "reaction",
    ]
    /// Denied, before a treatment: it was not tolerated.
    static let bearing: WordSet = ["tolerate", "tolerated", "stand", "bear", "cope"]
    /// After a treatment: it was ended.
    static let stopped: WordSet = [
        "stopped", "discontinued", "withdrawn", "ceased", "halted", "abandoned", "interrupted", "stopping",
    ]
    /// Harm in general.
    static let adverse: WordSet = [
        "toxicity", "toxicities", "intolerance", "side", "adverse", "reaction", "allergy", "anaphylaxis",
        "tolerability",
        "intolerable", "aes", "ae", "toxic",
    ]
    /// Words that a clause about one thing may hold between a cue and its term.
    static let conjunctions: WordSet = ["but", "however", "although", "though", "yet"]

    /// The words that say how a term is meant: they are read, though they stand for no fact.
    static let cues = WordSet.union(of: [
        negations, negationsAfter, doubts, alternatives, givenBefore, earlier, givenAfter, plannedBefore,
        plannedAfter, refusals, taking, conjunctions, doubtsAfter, over, kin, headings, intolerance, stopped,
        adverse, bearing, hearsay, past, present, preferences, wishes, reluctance, unfitness, deciders,
        ["role", "unable"],
    ])

    private static let harms: WordSet = [
        "fatigue", "rash", "nausea", "vomiting", "event", "events", "ae", "aes", "adverse", "encephalopathy",
        "hypertension", "toxicities", "hepatitis", "bleeding", "haemorrhage", "hemorrhage", "pain", "dyspnoea",
        "dyspnea", "weakness", "confusion", "symptoms",
    ]

    /// Whether a word names harm by its form, known or not: `hepatotoxicity`, `arthralgia`, `leucopenia`.
    static func isHarm(_ word: String) -> Bool {
        let endings = ["toxicity", "penia", "algia", "itis", "aemia", "opathy", "asthenia", "rrhoea", "rrhea"]
        return harms.contains(word) || endings.contains { word.utf8.count > $0.utf8.count && word.hasSuffix($0) }
    }

    /// Comparators: `below 3`, `at least 10`.
    static let lessWords: WordSet = ["below", "under", "less", "<", "lower"]
    /// Comparators upward.
    static let moreWords: WordSet = ["above", "over", "more", "greater", ">", "exceeding", "higher"]
    /// Words between a quantity's name and its number.
    static let fillers: WordSet = [
        "of", "is", "was", "were", "index", "about", "approximately", "approx", "around", "score", "level", "at",
        "count", "=",
        "than",
        "rate", "value", "the", "only", "between", "a", "fell", "dropped", "rose", "to", "down", "up", "are",
        "now", "exactly", "just", "roughly", "circa", "nearly", "almost", "reported", "estimated", "measured",
        "calculated",
        "currently", "increased", "decreased", "decreasing", "rising", "has", "been",
    ]

    /// Words that say nothing clinical and are never reported as unread.
    static let common: WordSet = [
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

    /// Before a name: the sex of whoever bears it.
    static let titles = ["mr": "male", "mrs": "female", "ms": "female", "miss": "female"]

    /// Short words and abbreviations that say nothing of the patient and are never reported as unread, in capitals neither.
    static let shortWords: WordSet = frequent.union([
        "all", "am", "any", "bit", "but", "can", "cm", "ct", "day", "did", "do", "dr", "due", "dx", "end", "eu",
        "eus", "faq", "few", "fu", "fyi", "get", "got", "gp", "he", "her", "him", "his", "hpi", "hx", "id", "its",
        "kg", "let", "lot", "may", "mdm", "mdt", "me", "mg", "ml", "mm", "mr", "mri", "mrs", "ms", "nb", "new", "nor",
        "now", "off", "ok", "old", "one", "our", "out", "own", "per", "pet", "pmh", "ps", "pt", "pts", "put", "re",
        "rx", "say", "see", "she", "so", "too", "two", "tx", "uk", "up", "us", "usa", "use", "via", "way", "we",
        "why", "yes", "yet", "yo", "you",
    ])

    /// English words without which a sentence of six words hardly goes.
    static let frequent: WordSet = [
        "the", "a", "an", "of", "with", "for", "in", "on", "is", "to", "and", "what", "no", "not", "after", "has",
        "had", "my",
        "at", "by", "from", "or", "was", "are", "which", "it", "i", "this", "first", "if", "be", "as", "how", "does",
        "who",
    ]
    /// Frequent words of other languages in Latin letters.
    static let foreign: WordSet = [
        "au", "av", "avec", "behandeling", "behandlung", "bei", "com", "con", "das", "del", "della", "der",
        "des", "di", "die", "dos", "du", "een", "eine", "einer", "el", "em", "est", "het", "hos", "il", "ile",
        "ist", "ja", "las", "leczenie", "les", "lever", "linea", "los", "med", "met", "mit", "nao", "nicht",
        "och", "opciones", "paciente", "para", "patienten", "patientin", "por", "pour", "prima", "primera",
        "qual", "que", "quel", "quelle", "segunda", "sind", "sur", "tedavi", "terapia", "therapie",
        "traitement", "tratamiento", "tumeur", "uma", "una", "und", "une", "van", "ved", "voor", "wat",
        "welche", "welke", "wie", "zur",
    ]
}
