import JSONText
import KnowledgeStore

/// A card of CDS Hooks 2.0.
struct Card {
    /// How urgent it is.
    enum Indicator: String, Comparable {
        case info, warning, critical

        static func < (left: Indicator, right: Indicator) -> Bool { left.order < right.order }
        private var order: Int { self == .info ? 0 : self == .warning ? 1 : 2 }
    }

    /// A link that opens in a browser.
    struct Link {
        let label: String
        let url: String
    }

    /// A proposal that the client can carry out: the drafted order is removed.
    struct Removal {
        let label: String
        let reference: String
    }

    let summary: String
    let detail: String
    let indicator: Indicator
    /// The code and name of what it is about.
    let topic: (code: String, display: String)
    var links: [Link] = []
    var removal: Removal?
    /// What it rests on: rule ids or findings.
    var rules: [String] = []

    /// CDS Hooks 2.0: fewer than 140 characters.
    static let longestSummary = 139

    /// A summary that is short enough, cut between words.
    static func summary(_ text: String) -> String {
        guard text.unicodeScalars.count > longestSummary else { return text }
        var scalars = text.unicodeScalars.prefix(longestSummary - 1)
        if let space = scalars.lastIndex(of: " "), scalars.distance(from: space, to: scalars.endIndex) < 30 {
            scalars = scalars[..<space]
        }
        return String(String.UnicodeScalarView(scalars)) + "…"
    }

    /// HL7's codes for not following advice, with words for them (CDS Hooks asks for a display).
    static let overrideReasons: [(code: String, display: String)] = [
        ("patient-contraindication", "Contraindicated for this patient"),
        ("action-completed", "The action is completed"),
        ("does-not-align-latest-evidence", "Does not agree with the latest evidence"),
        ("expert-contradicts", "An expert advises otherwise"),
        ("policy-contradicts", "A policy says otherwise"),
        ("patient-refuses", "The patient refuses"),
        ("prefers-alternative", "An alternative is preferred"),
        ("service-not-available", "The service is not available"),
        ("too-costly-uncovered", "Too costly or not covered"),
        ("need-more-info", "More information is needed"),
        ("comorbidity-disability", "Comorbidity or disability"),
        ("wrong-time-workflow", "The wrong time in the workflow"),
    ]

    /// The card's uuid: version 8 of RFC 9562, from the hook's instance, the card's words and the digest of the knowledge; the
    /// same call gives the same, another call another.
    func uuid(hookInstance: String, digest: String) -> String {
        UUIDText.version8([hookInstance, digest, indicator.rawValue, summary, detail])
    }

    /// Writes it. `extensions` writes members with reverse-domain names.
    func write(
        uuid: String, sourceURL: String?, to json: inout JSONWriter, extensions: ((inout JSONWriter) -> Void)? = nil
    ) {
        json.beginObject()
        json.member("uuid", uuid)
        json.member("summary", Self.summary(summary))
        json.member("detail", detail)
        json.member("indicator", indicator.rawValue)
        json.object("source") { source in
            source.member("label", "Consilium")
            source.member("url", sourceURL)
            source.object("topic") {
                $0.member("system", "urn:consilium:topic")
                $0.member("code", topic.code)
                $0.member("display", topic.display)
            }
        }
        if let removal {
            json.list("suggestions", [removal]) { json, removal in
                json.beginObject()
                json.member("label", removal.label)
                json.member("uuid", UUIDText.version8([uuid, removal.reference]))
                json.list("actions", [removal.reference]) { json, reference in
                    json.beginObject()
                    json.member("type", "delete")
                    json.member("description", removal.label)
                    json.member("resourceId", reference)
                    json.endObject()
                }
                json.endObject()
            }
            json.member("selectionBehavior", "at-most-one")
        }
        json.list("overrideReasons", Self.overrideReasons) { json, reason in
            json.beginObject()
            json.member("code", reason.code)
            json.member("system", "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes")
            json.member("display", reason.display)
            json.endObject()
        }
        json.list("links", links) { json, link in
            json.beginObject()
            json.member("label", link.label)
            json.member("url", link.url)
            json.member("type", "absolute")
            json.endObject()
        }
        if let extensions { json.object("extension", extensions) }
        json.endObject()
    }
}

extension UUIDText {
    /// A UUID of version 8 from the digest of texts.
    static func version8(_ texts: [String]) -> String {
        var hash = SHA256()
        for text in texts {
            hash.update(text.utf8)
            hash.update([0])
        }
        var digits = Array(hash.finish().utf8.prefix(32))
        digits[12] = UInt8(ascii: "8")
        // The variant of RFC 9562: 8, 9, a or b.
        digits[16] = Array("89ab".utf8)[Int(digits[16] & 3)]
        var text = String(decoding: digits, as: UTF8.self)
        for place in [20, 16, 12, 8] {
            text.insert("-", at: text.index(text.startIndex, offsetBy: place))
        }
        return text
    }
}

/// Pieces of GitHub-flavoured Markdown without raw HTML, of texts that may hold any character.
enum MarkdownText {
    /// A text with what Markdown would read as markup escaped, on one line.
    static func plain(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "|", "*", "_", "`", "[", "]", "\\", "~", "#": result += "\\" + String(scalar)
            case "\n", "\r", "\t": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A table.
    static func table(_ head: [String], _ rows: [[String]]) -> String {
        ([head, head.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }

    /// A list of points under a heading; nothing where there is none.
    static func points(_ title: String, _ points: [String]) -> String? {
        points.isEmpty ? nil : "**\(title)**\n\n" + points.map { "- " + $0 }.joined(separator: "\n")
    }
}
