import ClinicalModel

/// Recognises text that is not English, so that it is declined instead of half read.
enum LanguageCheck {
    /// The note for another language; nil for English or for a few technical words.
    static func note(_ tokens: [Token], knows: (String) -> Bool) -> CaseNote? {
        let words = tokens.lazy.filter { $0.kind == .word }.map(\.text)
        var (letters, foreignLetters) = (0, 0)
        for word in words {
            // Of ASCII each byte is a letter, and none is foreign.
            if word.utf8.allSatisfy({ $0 < 0x80 }) {
                letters += word.utf8.count
                continue
            }
            letters += word.unicodeScalars.count
            foreignLetters += word.unicodeScalars.count {
                $0.value > 0x24F && !(0x370...0x3FF).contains($0.value)
            }
        }
        // A word of thanks behind `Ki-67 2 %` makes no text of it.
        let isForeignScript = foreignLetters * 10 > letters * 3 && (foreignLetters > 4 || foreignLetters == letters)
        let foreign = words.count { EnglishGrammar.foreign.contains($0) && !knows($0) }
        let english = words.count { EnglishGrammar.frequent.contains($0) }
        let isForeignLatin = foreign >= 2 && foreign > english
        guard letters > 0, isForeignScript || isForeignLatin else { return nil }
        return CaseNote(.unsupportedLanguage, "The question does not seem to be in English; only English is read.")
    }
}
