/// The request of the contract, each fact in its plain form: a number in the fact's own unit,
/// a code, a list.
struct RecommendRequest: Decodable {
    var question: String?
    var `case`: PatientCase?
    var audience: String?
    var explain: String?
    var knowledge: String?
}

struct PatientCase: Decodable {
    var tumor: TumorFacts?
    var disease: DiseaseFacts?
    var imaging: ImagingFacts?
    var syndrome: SyndromeFacts?
    var treatment: TreatmentFacts?
    var patient: PatientFacts?
    var renal: RenalFacts?
    var hepatic: HepaticFacts?
    var marrow: MarrowFacts?
    var cardiac: CardiacFacts?
}

struct TumorFacts: Decodable {
    var atAppendixBase: Bool?
    var biomarkers: [String]?
    var differentiation: String?
    var gastricType: String?
    var grade: String?
    var ki67: Double?
    var kind: String?
    var lungHistology: String?
    var lymphovascularInvasion: Bool?
    var margins: String?
    var mesoappendix: Double?
    var mitoses: Double?
    var multifocal: Bool?
    var muscularisInvasion: Bool?
    var primarySite: String?
    var size: Double?
}

struct DiseaseFacts: Decodable {
    var burden: String?
    var emergency: String?
    var extent: String?
    var liverInvolvement: Double?
    var metastaticSites: [String]?
    var pace: String?
    var raisedMarker: Bool?
    var recurrence: Bool?
    var resectable: Bool?
    var tumourSymptoms: Bool?
}

struct ImagingFacts: Decodable {
    var fdg: String?
    var krenning: Double?
    var mibg: String?
    var somatostatinReceptor: String?
    var tracer: String?
}

struct SyndromeFacts: Decodable {
    var control: String?
    var functional: String?
    var hereditary: String?
    var symptoms: [String]?
}

struct TreatmentFacts: Decodable {
    var controlAfterRadioligand: Double?
    var intolerance: [String]?
    var line: Double?
    var planned: String?
    var prior: [String]?
    var sinceLongActingAnalogue: Double?
}

struct PatientFacts: Decodable {
    var age: Double?
    var comedications: [String]?
    var comorbidities: [String]?
    var declines: [String]?
    var height: Double?
    var lactation: Bool?
    var performanceStatus: Double?
    var pregnancy: String?
    var sex: String?
    var weight: Double?
}

struct RenalFacts: Decodable {
    var creatinine: Double?
    var creatinineClearance: Double?
    var dialysis: Bool?
    var egfr: Double?
}

struct HepaticFacts: Decodable {
    var albumin: Double?
    var alt: Double?
    var bilirubin: Double?
    var childPugh: String?
}

struct MarrowFacts: Decodable {
    var haemoglobin: Double?
    var leucocytes: Double?
    var lymphocytes: Double?
    var neutrophils: Double?
    var platelets: Double?
}

struct CardiacFacts: Decodable {
    var ntProBNP: Double?
}
