/// A piece of a question: a word, a number, or a sign, folded for matching, with its place in the original text.
struct Token: Equatable {
    /// What sort of piece it is.
    enum Kind: Equatable {
        /// Letters.
        case word
        /// A number with its value; the folded text keeps its digits.
        case number(Double)
        /// A sign that means something: `+ - < > % / ≤ ≥ =`.
        case sign
        /// A mark that ends a clause.
        case boundary
    }

    /// The folded text.
    let text: String
    /// Its sort.
    let kind: Kind
    /// Its place, in Unicode scalars of the original text.
    let span: Range<Int>

    /// Whether it is a mark that ends a sentence or an item of a list.
    var isStop: Bool { kind == .boundary && ![",", "(", ")"].contains(text) }

    /// A number with a minus that stands at `start`.
    func negated(from start: Int) -> Token {
        guard case .number(let value) = kind else { return self }
        return Token(text: "-" + text, kind: .number(-value), span: start..<span.upperBound)
    }
}

/// Cuts text into tokens, once, in linear time. Hyphens and spaces inside terms mean nothing, so `Ki-67`, `Ki67` and
/// `Ki 67` are the same tokens; a hyphen between numbers is a range, one after a word and before a gap is a minus.
enum Tokenizer {
    /// The tokens of a text.
    static func tokens(of text: String) -> [Token] {
        let scalars = Array(text.unicodeScalars).map(folded)
        var tokens: [Token] = []
        var position = 0
        while position < scalars.count {
            guard let scalar = scalars[position] else {
                position += 1
                continue
            }
            if scalar == "\u{1B}" {
                skipControlSequence(scalars, &position)
            } else if isDigit(scalar) {
                tokens.append(number(scalars, &position))
            } else if scalar == "-", isMinus(scalars, position, behind: tokens.suffix(2)) {
                let start = position
                position += 1
                tokens.append(number(scalars, &position).negated(from: start))
            } else if isLetter(scalar) {
                tokens.append(word(scalars, &position))
            } else {
                if let token = sign(scalar, scalars, position) { tokens.append(token) }
                position += 1
            }
        }
        return Abbreviations.expanded(NumberWords.read(tokens))
    }

    /// The colours of a terminal are no words: `ESC [31m` is no man of 31.
    private static func skipControlSequence(_ scalars: [Unicode.Scalar?], _ position: inout Int) {
        position += 1
        guard position < scalars.count, scalars[position] == "[" else { return }
        position += 1
        while position < scalars.count, let scalar = scalars[position], isDigit(scalar) || scalar == ";" {
            position += 1
        }
        position = min(position + 1, scalars.count)
    }

    /// A scalar as it is matched: one kind of dash, quote, space and digit; nil for what has no width.
    private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        // Letters, digits and signs of ASCII, but the backquote, need no table of Unicode.
        case 0x41...0x5A: Unicode.Scalar(UInt8(scalar.value | 0x20))
        case 0...0x5F, 0x61...0x7F: scalar
        case 0x200B...0x200D, 0x2060, 0xFEFF, 0xAD: nil
        case 0x2010...0x2015, 0x2212, 0xFE63, 0xFF0D: "-"
        case 0x2018, 0x2019, 0x2032, 0x60, 0xB4: "'"
        case 0x201C...0x201F, 0xAB, 0xBB, 0x2033: "\""
        case 0xA0, 0x2000...0x200A, 0x202F, 0x3000: " "
        case 0xB5: "\u{3BC}"
        case 0x2192, 0x21D2, 0x27F6, 0x279C, 0x2794: ">"
        case 0xD7: "x"
        default:
            if let value = scalar.properties.numericType == nil ? nil : scalar.properties.numericValue,
                scalar.properties.numericType == .digit || scalar.properties.numericType == .decimal,
                let digit = Int(exactly: value), (0...9).contains(digit)
            {
                Unicode.Scalar(UInt8(0x30 + digit))
            } else if let lower = scalar.properties.lowercaseMapping.unicodeScalars.first {
                lower
            } else {
                scalar
            }
        }
    }

    /// Alphabetic; of a folded ASCII scalar its value tells.
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? (0x61...0x7A).contains(scalar.value | 0x20) : scalar.properties.isAlphabetic
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }

    private static func word(_ scalars: [Unicode.Scalar?], _ position: inout Int) -> Token {
        let start = position
        var text: [Unicode.Scalar] = []
        text.reserveCapacity(12)
        while position < scalars.count {
            guard let scalar = scalars[position] else {
                position += 1
                continue
            }
            if scalar == "'" {  // St John's, the patient's: the apostrophe goes, the letters stay together
                position += 1
                continue
            }
            guard isLetter(scalar), !isDigit(scalar) else { break }
            text.append(scalar)
            position += 1
        }
        let isPlain = text.allSatisfy(\.isASCII)
        let word =
            isPlain
            ? String(unsafeUninitializedCapacity: text.count) { bytes in
                for (place, scalar) in text.enumerated() { bytes[place] = UInt8(truncatingIfNeeded: scalar.value) }
                return text.count
            } : String(String.UnicodeScalarView(text))
        return Token(text: word, kind: .word, span: start..<position)
    }

    /// Digits with one point or comma between digits: `12`, `7.8`, `12,5`. A comma before exactly three digits sets off
    /// thousands (`12,037 pg/mL`), unless a zero stands before it: no laboratory gives three decimals behind a comma.
    private static func number(_ scalars: [Unicode.Scalar?], _ position: inout Int) -> Token {
        let start = position
        var text = ""
        var hasPoint = false
        var isGrouped = false
        while position < scalars.count, let scalar = scalars[position] {
            if isDigit(scalar) {
                text.unicodeScalars.append(scalar)
            } else if scalar == ",", !hasPoint, text != "0", text.count <= 3 || isGrouped,
                isThousands(scalars, behind: position)
            {
                isGrouped = true
            } else if scalar == "." || scalar == ",", !hasPoint, !isGrouped || scalar == ".",
                position + 1 < scalars.count, let after = scalars[position + 1], isDigit(after)
            {
                hasPoint = true
                text.append(".")
            } else {
                break
            }
            position += 1
        }
        return Token(text: text, kind: .number(Double(text) ?? .nan), span: start..<position)
    }

    /// A dash before a digit that stands free of what is before it: `T-score -3`, not `3-20`, `3 -20 %` and `Ki -67`.
    private static func isMinus(
        _ scalars: [Unicode.Scalar?], _ position: Int, behind tokens: ArraySlice<Token>
    ) -> Bool {
        guard position + 1 < scalars.count, let after = scalars[position + 1], isDigit(after) else { return false }
        if position > 0, let before = scalars[position - 1], !isFree(before) { return false }
        guard let last = tokens.last else { return true }
        // The number of `Ki-67` begins no range.
        if case .number = last.kind { return tokens.first?.text == "ki" && tokens.count == 2 }
        return last.text != "%" && !["ki", "lu", "ga", "cu", "in", "tc", "mib"].contains(last.text)
    }

    /// What may stand before a minus.
    private static func isFree(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || ["(", "[", ":", "=", "<", ">", "\u{2264}", "\u{2265}", "~"].contains(scalar)
    }

    /// Exactly three digits stand behind a comma.
    private static func isThousands(_ scalars: [Unicode.Scalar?], behind comma: Int) -> Bool {
        let digits = scalars[(comma + 1)...].prefix(4).prefix { $0.map(isDigit) ?? false }
        return digits.count == 3
    }

    /// The rest of `-ve`.
    private static func isVe(_ scalars: [Unicode.Scalar?], at position: Int) -> Bool {
        guard position + 1 < scalars.count, scalars[position] == "v", scalars[position + 1] == "e" else { return false }
        guard position + 2 < scalars.count, let behind = scalars[position + 2] else { return true }
        return !behind.properties.isAlphabetic
    }

    private static func sign(_ scalar: Unicode.Scalar, _ scalars: [Unicode.Scalar?], _ position: Int) -> Token? {
        let span = position..<position + 1
        switch scalar {
        case "+", "<", ">", "%", "/", "=", "\u{2264}", "\u{2265}", "^", "\"", "&":
            return Token(text: String(scalar), kind: .sign, span: span)
        case "-":
            let before = position > 0 ? scalars[position - 1] : nil
            let after = position + 1 < scalars.count ? scalars[position + 1] : nil
            let follows = before.map { isDigit($0) || $0 == "%" } ?? false
            let precedes = after.map { isDigit($0) } ?? false
            let endsWord = before?.properties.isAlphabetic ?? false
            let gap = after.map { !$0.properties.isAlphabetic && !isDigit($0) } ?? true
            let isResult = isVe(scalars, at: position + 1)
            // The shaft of an arrow: `A -> B`, `A --> B`.
            let isShaft = after == ">" || after == "-" && position + 2 < scalars.count && scalars[position + 2] == ">"
            if isShaft { return nil }
            // `3 -20 %`: free before a digit, and no minus, it stands between two ends.
            let end = position > 1 && before == " " ? scalars[position - 2] : nil
            let isRange = precedes && (end.map { isDigit($0) || $0 == "%" } ?? false)
            if isRange || follows && precedes || endsWord && gap || isResult {
                return Token(text: "-", kind: .sign, span: span)
            }
            let free = before.map { $0 == " " } ?? true
            return free && (after.map { $0 == " " } ?? false) ? Token(text: "-", kind: .boundary, span: span) : nil
        case ".", ";", ":", ",", "?", "!", "(", ")", "[", "]", "\n":
            return Token(text: String(scalar), kind: .boundary, span: span)
        default: return nil
        }
    }
}
