package main

// RecommendRequest is the request of the contract, each fact in its plain form: a number in the fact's own unit, a code, a list.
type RecommendRequest struct {
	Question  string       `json:"question"`
	Case      *PatientCase `json:"case"`
	Audience  string       `json:"audience"`
	Explain   string       `json:"explain"`
	Knowledge string       `json:"knowledge"`
}

type PatientCase struct {
	Tumor     *TumorFacts     `json:"tumor"`
	Disease   *DiseaseFacts   `json:"disease"`
	Imaging   *ImagingFacts   `json:"imaging"`
	Syndrome  *SyndromeFacts  `json:"syndrome"`
	Treatment *TreatmentFacts `json:"treatment"`
	Patient   *PatientFacts   `json:"patient"`
	Renal     *RenalFacts     `json:"renal"`
	Hepatic   *HepaticFacts   `json:"hepatic"`
	Marrow    *MarrowFacts    `json:"marrow"`
	Cardiac   *CardiacFacts   `json:"cardiac"`
}

type TumorFacts struct {
	AtAppendixBase         *bool    `json:"atAppendixBase"`
	Biomarkers             []string `json:"biomarkers"`
	Differentiation        string   `json:"differentiation"`
	GastricType            string   `json:"gastricType"`
	Grade                  string   `json:"grade"`
	Ki67                   *float64 `json:"ki67"`
	Kind                   string   `json:"kind"`
	LungHistology          string   `json:"lungHistology"`
	LymphovascularInvasion *bool    `json:"lymphovascularInvasion"`
	Margins                string   `json:"margins"`
	Mesoappendix           *float64 `json:"mesoappendix"`
	Mitoses                *float64 `json:"mitoses"`
	Multifocal             *bool    `json:"multifocal"`
	MuscularisInvasion     *bool    `json:"muscularisInvasion"`
	PrimarySite            string   `json:"primarySite"`
	Size                   *float64 `json:"size"`
}

type DiseaseFacts struct {
	Burden           string   `json:"burden"`
	Emergency        string   `json:"emergency"`
	Extent           string   `json:"extent"`
	LiverInvolvement *float64 `json:"liverInvolvement"`
	MetastaticSites  []string `json:"metastaticSites"`
	Pace             string   `json:"pace"`
	RaisedMarker     *bool    `json:"raisedMarker"`
	Recurrence       *bool    `json:"recurrence"`
	Resectable       *bool    `json:"resectable"`
	TumourSymptoms   *bool    `json:"tumourSymptoms"`
}

type ImagingFacts struct {
	FDG                  string   `json:"fdg"`
	Krenning             *float64 `json:"krenning"`
	MIBG                 string   `json:"mibg"`
	SomatostatinReceptor string   `json:"somatostatinReceptor"`
	Tracer               string   `json:"tracer"`
}

type SyndromeFacts struct {
	Control    string   `json:"control"`
	Functional string   `json:"functional"`
	Hereditary string   `json:"hereditary"`
	Symptoms   []string `json:"symptoms"`
}

type TreatmentFacts struct {
	ControlAfterRadioligand *float64 `json:"controlAfterRadioligand"`
	Intolerance             []string `json:"intolerance"`
	Line                    *float64 `json:"line"`
	Planned                 string   `json:"planned"`
	Prior                   []string `json:"prior"`
	SinceLongActingAnalogue *float64 `json:"sinceLongActingAnalogue"`
}

type PatientFacts struct {
	Age               *float64 `json:"age"`
	Comedications     []string `json:"comedications"`
	Comorbidities     []string `json:"comorbidities"`
	Declines          []string `json:"declines"`
	Height            *float64 `json:"height"`
	Lactation         *bool    `json:"lactation"`
	PerformanceStatus *float64 `json:"performanceStatus"`
	Pregnancy         string   `json:"pregnancy"`
	Sex               string   `json:"sex"`
	Weight            *float64 `json:"weight"`
}

type RenalFacts struct {
	Creatinine          *float64 `json:"creatinine"`
	CreatinineClearance *float64 `json:"creatinineClearance"`
	Dialysis            *bool    `json:"dialysis"`
	EGFR                *float64 `json:"egfr"`
}

type HepaticFacts struct {
	Albumin   *float64 `json:"albumin"`
	ALT       *float64 `json:"alt"`
	Bilirubin *float64 `json:"bilirubin"`
	ChildPugh string   `json:"childPugh"`
}

type MarrowFacts struct {
	Haemoglobin *float64 `json:"haemoglobin"`
	Leucocytes  *float64 `json:"leucocytes"`
	Lymphocytes *float64 `json:"lymphocytes"`
	Neutrophils *float64 `json:"neutrophils"`
	Platelets   *float64 `json:"platelets"`
}

type CardiacFacts struct {
	NTProBNP *float64 `json:"ntProBNP"`
}
