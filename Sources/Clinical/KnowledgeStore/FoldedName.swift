import ClinicalModel

/// Folds names so that spellings of one name meet. Letters of other scripts stay what they are: a Cyrillic а is no Latin a.
enum FoldedName {
    private static let ofSpelling: Set<NameFolding> = [.letterCase, .diacritics, .superscripts, .separators]

    /// The key of a name: lower case, without accents, letters and digits only.
    static func key(_ name: String) -> String {
        var name = name
        return name.withUTF8(plainKey) ?? fold(name, ofSpelling)
    }

    /// The key of a name of ASCII, as nearly all are; nil of another.
    private static func plainKey(_ name: UnsafeBufferPointer<UInt8>) -> String? {
        guard name.allSatisfy({ $0 < 0x80 }) else { return nil }
        return String(unsafeUninitializedCapacity: name.count) { key in
            var count = 0
            for byte in name {
                guard let kept = keptOfASCII[Int(byte)] else { continue }
                key[count] = kept
                count += 1
            }
            return count
        }
    }

    /// What a key keeps of each character of ASCII; nil where that is nothing.
    private static let keptOfASCII: [UInt8?] = (0..<0x80).map {
        fold(String(Unicode.Scalar($0)), ofSpelling).utf8.first
    }

    /// The foldings without which two spellings of one key would differ.
    static func needed(_ asked: String, _ written: String) -> [NameFolding] {
        if asked == written { return [] }
        return NameFolding.allCases.filter { folding in
            let others = ofSpelling.subtracting([folding])
            return ofSpelling.contains(folding) && fold(asked, others) != fold(written, others)
        }
    }

    /// Runs of letters and runs of digits, folded.
    static func pieces(_ name: String) -> [String] {
        var result: [String] = []
        var last: Bool?  // whether the last scalar was a digit; nil between pieces
        for scalar in fold(name, [.letterCase, .diacritics, .superscripts]).unicodeScalars {
            guard !isSeparator(scalar) else {
                last = nil
                continue
            }
            let isDigit = (0x30...0x39).contains(scalar.value)
            if isDigit != last { result.append("") }
            result[result.count - 1].unicodeScalars.append(scalar)
            last = isDigit
        }
        return result
    }

    private static func fold(_ name: String, _ foldings: Set<NameFolding>) -> String {
        var result = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            if foldings.contains(.separators), isSeparator(scalar) { continue }
            if scalar.isASCII {
                append(scalar, foldings, &result)
                continue
            }
            if foldings.contains(.diacritics), scalar.properties.generalCategory == .nonspacingMark { continue }
            let plain = plainForm(scalar)
            if foldings.contains(.superscripts), let raised = plain.raised {
                append(raised, foldings, &result)
            } else if foldings.contains(.diacritics), let base = plain.base {
                append(base, foldings, &result)
            } else {
                append(scalar, foldings, &result)
            }
        }
        return String(result)
    }

    private static func append(
        _ scalar: Unicode.Scalar, _ foldings: Set<NameFolding>, _ result: inout String.UnicodeScalarView
    ) {
        // What is lower already, and digits: of most names every letter.
        if (0x61...0x7A).contains(scalar.value) || (0x30...0x39).contains(scalar.value) { return result.append(scalar) }
        guard foldings.contains(.letterCase) else { return result.append(scalar) }
        // Of a letter that becomes two when lowered (İ) the second is an accent.
        if let lower = scalar.properties.lowercaseMapping.unicodeScalars.first { result.append(lower) }
    }

    /// The plain letter or digit behind a raised or wide one, and the bare letter behind one with an accent. The names of
    /// Unicode tell both (`LATIN SMALL LETTER E WITH ACUTE`, `MODIFIER LETTER CAPITAL L`), so that no table is kept here.
    private static func plainForm(_ scalar: Unicode.Scalar) -> (raised: Unicode.Scalar?, base: Unicode.Scalar?) {
        let properties = scalar.properties
        if properties.numericType == .digit || properties.numericType == .decimal,
            let digit = properties.numericValue.flatMap({ Int(exactly: $0) }), (0...9).contains(digit)
        {
            return (Unicode.Scalar(UInt8(0x30 + digit)), nil)
        }
        guard let name = properties.name else { return (nil, nil) }
        for (prefix, isRaised) in prefixes where name.hasPrefix(prefix) {
            let letter = name.dropFirst(prefix.count)
            guard let first = letter.unicodeScalars.first else { return (nil, nil) }
            if letter.unicodeScalars.count == 1 { return isRaised ? (lower(first), nil) : (nil, nil) }
            if letter.dropFirst().hasPrefix(" WITH ") { return (nil, lower(first)) }
        }
        return (nil, nil)
    }

    private static let prefixes: [(String, isRaised: Bool)] = [
        ("LATIN SMALL LETTER ", false), ("LATIN CAPITAL LETTER ", false), ("MODIFIER LETTER SMALL ", true),
        ("MODIFIER LETTER CAPITAL ", true), ("SUPERSCRIPT LATIN SMALL LETTER ", true),
        ("FULLWIDTH LATIN SMALL LETTER ", true), ("FULLWIDTH LATIN CAPITAL LETTER ", true),
    ]

    private static func lower(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        scalar.properties.lowercaseMapping.unicodeScalars.first
    }

    /// What stands between the parts of a name: punctuation, spaces, marks of a brand. A control character or a picture is
    /// none, so a name with one is not found.
    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        if (0x61...0x7A).contains(scalar.value | 0x20) || (0x30...0x39).contains(scalar.value) { return false }
        if ["®", "™", "℠", "+", "^"].contains(scalar) { return true }
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .dashPunctuation, .connectorPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation, .format:
            return true
        default: return false
        }
    }
}
