/// A printable document as a tree, so that what is said is decided once and each writer knows only its own syntax.
package struct ReportDocument: Sendable, Equatable {
    /// A stretch of a line.
    package enum Run: Sendable, Equatable {
        /// Words as they are; no character of them means anything to a writer.
        case text(String)
        /// Words that stand out.
        case strong(String)
        /// The number of a source, which leads to it.
        case citation(Int)
        /// An address that this service made itself, under its words.
        case link(String, address: String)
    }

    /// A part that stands by itself.
    package indirect enum Block: Sendable, Equatable {
        /// A heading; 1 is the document's.
        case heading(Int, [Run])
        /// A paragraph.
        case paragraph([Run])
        /// Points without an order.
        case points([[Run]])
        /// Sources with their numbers, counted from 1.
        case sources([[Run]])
        /// Words that somebody else wrote, set apart.
        case quotation(String)
    }

    /// What names it in a list of windows.
    package var title: String
    /// Its parts.
    package var blocks: [Block] = []

    /// The text without what has no place in a printed line: line ends become spaces; control characters and those that
    /// turn the direction of reading around (Unicode Standard Annex 9) would let a text look like another, and go.
    static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029: scalars.append(" ")
            case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: continue
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}
