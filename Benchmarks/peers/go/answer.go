package main

// Recommendation is the answer of the contract without what only `explain` or another audience adds.
type Recommendation struct {
	Outcome         string              `json:"outcome"`
	Summary         string              `json:"summary"`
	Topic           *TopicLink          `json:"topic,omitempty"`
	Overlays        []TopicLink         `json:"overlays,omitempty"`
	Case            UnderstoodCase      `json:"case"`
	Options         []Option            `json:"options,omitempty"`
	Excluded        []Exclusion         `json:"excluded,omitempty"`
	Diagnostics     []Diagnostic        `json:"diagnostics,omitempty"`
	Tiers           *TierParts          `json:"tiers,omitempty"`
	Disagreements   []Disagreement      `json:"disagreements,omitempty"`
	FollowUp        []FollowUp          `json:"followUp,omitempty"`
	References      []NumberedReference `json:"references,omitempty"`
	Review          Review              `json:"review"`
	Knowledge       KnowledgeStamp      `json:"knowledge"`
	IntendedUse     string              `json:"intendedUse"`
	Disclaimer      string              `json:"disclaimer"`
	EditorialPolicy string              `json:"editorialPolicy"`
}

type TopicLink struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type UnderstoodCase struct {
	Facts     []KnownFact    `json:"facts,omitempty"`
	Conflicts []FactConflict `json:"conflicts,omitempty"`
	Notes     []CaseNote     `json:"notes,omitempty"`
}

// KnownFact: the value is a code, a number, true or false, a list of codes, a range or a choice.
type KnownFact struct {
	Path     string   `json:"path"`
	Value    any      `json:"value,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Excludes []string `json:"excludes,omitempty"`
	Complete *bool    `json:"complete,omitempty"`
	Origin   string   `json:"origin"`
	Because  string   `json:"because,omitempty"`
	Age      *Amount  `json:"age,omitempty"`
	Span     []int    `json:"span,omitempty"`
}

type FactConflict struct {
	Path        string   `json:"path"`
	Between     []string `json:"between"`
	Explanation string   `json:"explanation"`
}

type CaseNote struct {
	Code    string   `json:"code"`
	Text    string   `json:"text"`
	Facts   []string `json:"facts,omitempty"`
	Options []string `json:"options,omitempty"`
}

type Option struct {
	ID          string        `json:"id"`
	Kind        string        `json:"kind"`
	Title       string        `json:"title"`
	Description string        `json:"description,omitempty"`
	Standing    string        `json:"standing"`
	Needs       []string      `json:"needs,omitempty"`
	Rank        int           `json:"rank"`
	RankedBy    string        `json:"rankedBy"`
	Strength    *Strength     `json:"strength,omitempty"`
	Placement   string        `json:"placement,omitempty"`
	Regimen     *Regimen      `json:"regimen,omitempty"`
	Labels      []LabelStatus `json:"labels,omitempty"`
	Evidence    []Statement   `json:"evidence,omitempty"`
	Cautions    []Caution     `json:"cautions,omitempty"`
	Agreement   *Agreement    `json:"agreement,omitempty"`
}

type Strength struct {
	Scheme string `json:"scheme"`
	Grade  string `json:"grade"`
}

type Amount struct {
	Value *float64 `json:"value,omitempty"`
	Min   *float64 `json:"min,omitempty"`
	Max   *float64 `json:"max,omitempty"`
	Unit  string   `json:"unit"`
}

type Regimen struct {
	Title string        `json:"title,omitempty"`
	Parts []RegimenPart `json:"parts"`
}

type RegimenPart struct {
	Drug          string           `json:"drug"`
	Dose          Amount           `json:"dose"`
	TimesPerDay   *int             `json:"timesPerDay,omitempty"`
	Every         *Amount          `json:"every,omitempty"`
	Days          string           `json:"days,omitempty"`
	Cycle         *Amount          `json:"cycle,omitempty"`
	MaximumCycles *float64         `json:"maximumCycles,omitempty"`
	Route         string           `json:"route"`
	Duration      string           `json:"duration,omitempty"`
	Note          string           `json:"note,omitempty"`
	Section       string           `json:"section,omitempty"`
	Reference     int              `json:"reference"`
	Confirmed     bool             `json:"confirmed"`
	Calculated    *DoseCalculation `json:"calculated,omitempty"`
}

type DoseCalculation struct {
	Value       *float64   `json:"value,omitempty"`
	Min         *float64   `json:"min,omitempty"`
	Max         *float64   `json:"max,omitempty"`
	Unit        string     `json:"unit,omitempty"`
	PerDay      *Amount    `json:"perDay,omitempty"`
	Steps       []DoseStep `json:"steps,omitempty"`
	Rounding    string     `json:"rounding,omitempty"`
	Remark      string     `json:"remark,omitempty"`
	Needs       []string   `json:"needs,omitempty"`
	Explanation string     `json:"explanation,omitempty"`
	Withheld    []DoseStep `json:"withheld,omitempty"`
}

type DoseStep struct {
	Statement string `json:"statement"`
	Section   string `json:"section,omitempty"`
	Reference *int   `json:"reference,omitempty"`
	Confirmed *bool  `json:"confirmed,omitempty"`
}

type LabelStatus struct {
	Jurisdiction string   `json:"jurisdiction"`
	Drug         string   `json:"drug,omitempty"`
	Status       string   `json:"status"`
	Section      string   `json:"section,omitempty"`
	Needs        []string `json:"needs,omitempty"`
	Reference    int      `json:"reference"`
}

type Statement struct {
	ID        string `json:"id,omitempty"`
	Tier      string `json:"tier"`
	Statement string `json:"statement"`
	Reference int    `json:"reference"`
	Section   string `json:"section,omitempty"`
	Confirmed bool   `json:"confirmed"`
}

type Caution struct {
	Severity  string   `json:"severity"`
	Statement string   `json:"statement"`
	Because   []string `json:"because,omitempty"`
	Needs     []string `json:"needs,omitempty"`
	Section   string   `json:"section,omitempty"`
	Reference int      `json:"reference"`
	Confirmed bool     `json:"confirmed"`
}

type Agreement struct {
	For     []Voice `json:"for,omitempty"`
	Against []Voice `json:"against,omitempty"`
	Silent  []Voice `json:"silent,omitempty"`
}

type Voice struct {
	Source       string `json:"source"`
	Scheme       string `json:"scheme,omitempty"`
	Grade        string `json:"grade,omitempty"`
	Jurisdiction string `json:"jurisdiction,omitempty"`
	Reference    int    `json:"reference"`
	Confirmed    bool   `json:"confirmed"`
}

type Exclusion struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Reason    string   `json:"reason"`
	Because   []string `json:"because,omitempty"`
	Section   string   `json:"section,omitempty"`
	Reference *int     `json:"reference,omitempty"`
}

type Diagnostic struct {
	ID        string      `json:"id"`
	Title     string      `json:"title"`
	Statement string      `json:"statement"`
	Needs     []string    `json:"needs,omitempty"`
	Evidence  []Statement `json:"evidence,omitempty"`
}

type TierParts struct {
	Guideline *TierPart `json:"guideline,omitempty"`
	Label     *TierPart `json:"label,omitempty"`
	Research  *TierPart `json:"research,omitempty"`
}

type TierPart struct {
	Summary    string      `json:"summary,omitempty"`
	Statements []Statement `json:"statements,omitempty"`
}

type Disagreement struct {
	ID        string     `json:"id"`
	Topic     string     `json:"topic"`
	Positions []Position `json:"positions"`
	Reason    string     `json:"reason,omitempty"`
}

type Position struct {
	Source    string `json:"source"`
	Says      string `json:"says"`
	Reference int    `json:"reference"`
	Confirmed bool   `json:"confirmed"`
}

type FollowUp struct {
	Fact        string   `json:"fact"`
	Question    string   `json:"question"`
	WouldChange []string `json:"wouldChange"`
}

type NumberedReference struct {
	Number       int    `json:"number"`
	ID           string `json:"id"`
	Type         string `json:"type"`
	Design       string `json:"design,omitempty"`
	Title        string `json:"title"`
	Authors      string `json:"authors,omitempty"`
	Journal      string `json:"journal,omitempty"`
	Year         *int   `json:"year,omitempty"`
	PMID         string `json:"pmid,omitempty"`
	DOI          string `json:"doi,omitempty"`
	LabelSetID   string `json:"labelSetId,omitempty"`
	Revision     string `json:"revision,omitempty"`
	Jurisdiction string `json:"jurisdiction,omitempty"`
	Confirmed    bool   `json:"confirmed"`
}

type Review struct {
	Status   string `json:"status"`
	Reviewed string `json:"reviewed"`
	ReviewBy string `json:"reviewBy"`
}

type KnowledgeStamp struct {
	Version        string `json:"version"`
	Digest         string `json:"digest"`
	Released       string `json:"released"`
	LocalDocuments *int   `json:"localDocuments,omitempty"`
}
