import ClinicalAPI

/// What must hold of the two ways to read a body: the scanner takes what is written plainly, the reader takes everything and
/// tells the faults. What the scanner passes on is the reader's to judge, so they agree where every body that the scanner
/// takes means the same to the reader.
package enum BodyLaws {
    /// All of them.
    package static let all: [Law] = [agreement]

    private static let agreement = Law("what the scanner takes of a body, the reader reads the same") {
        bench, judged, random in
        let text = bench.text.json(judged.statements)
        if text == "{}" { return .vacuous }
        let mutator = BodyMutator(whole: Array("{\"case\":\(text)}".utf8))
        var taken = 0
        for body in mutator.bodies(16, using: &random) {
            guard let scanned = bench.advisor.scannedBody(body) else { continue }
            taken += 1
            let words = { String(decoding: body, as: UTF8.self) }
            guard let read = bench.advisor.readBody(body) else {
                return .broken("the scanner takes what the reader refuses: \(words())")
            }
            if read != scanned { return .broken("the scanner reads otherwise: \(words())") }
        }
        return taken > 0 ? .kept : .vacuous
    }
}

/// Bodies near one that is right: written otherwise, and with one or more faults.
struct BodyMutator {
    private let whole: [UInt8]

    init(whole: [UInt8]) { self.whole = whole }

    /// Pieces that matter to who reads JSON or a case.
    private static let pieces: [[UInt8]] =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", " ", "\t", "\r\n", "\u{0}", "null", "true", "false", "0", "-",
            "-0", "00",
            "1e1", "0.5", ".5", "5.", "999999999999999999", "0.1234567890123456", "\\u0041", "é", "\u{FEFF}", "\"\"",
            "{}", "[]",
            "\"unit\":\"%\"", "\"value\":1,", "\"min\":1,", "\"max\":2,", "\"exclusive\":\"min\",",
            "\"anyOf\":[\"pancreas\"]",
            "\"question\":\"metastatic NET\",", "\"question\":\"\",", "\"audience\":\"patient\",",
            "\"audience\":\"clinician\",",
            "\"explain\":\"none\",", "\"explain\":\"full\",", "\"case\":{},", "\"knowledge\":\"x\",", "\"tumor\":{},",
            "\"tumor\":{\"grade\":\"G2\"},", "\"grade\":\"G9\",", "\"G1\"", "\"liver\",",
        ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80]]

    /// The body itself, then so many others.
    func bodies(_ count: Int, using random: inout SeededGenerator) -> [[UInt8]] {
        [whole]
            + (0..<count).map { _ in
                var body = whole
                for _ in 0..<Int.random(in: 1...3, using: &random) { Self.change(&body, using: &random) }
                return body
            }
    }

    private static func change(_ body: inout [UInt8], using random: inout SeededGenerator) {
        let place = Int.random(in: 0...body.count, using: &random)
        // Half of the changes fall where a member or an element ends: there they make bodies that still are JSON.
        let joints = body.indices.filter { [0x2C, 0x7B, 0x7D, 0x5B, 0x5D].contains(body[$0]) }
        let joint = joints.randomElement(using: &random).map { $0 + 1 } ?? place
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: body.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: joint)
        case 2: body.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
        case 3: body.insert(contentsOf: [0x20, 0x0A, 0x09].prefix(Int.random(in: 1...3, using: &random)), at: joint)
        case 4:
            guard place < body.count else { return }
            body[place] = UInt8.random(in: 0...255, using: &random)
        case 5:
            let end = min(body.count, place + Int.random(in: 1...12, using: &random))
            body.removeSubrange(place..<end)
        case 6:
            // A stretch said twice: members and elements that repeat.
            let end = min(body.count, place + Int.random(in: 1...40, using: &random))
            body.insert(contentsOf: body[place..<end], at: joint)
        default: body.removeSubrange(joint..<body.count)
        }
    }
}
