import HTTPServer
import HTTPWire

/// Where a page of a list begins, as a client hands it back: nothing of it is for the client to read. It names the release and
/// the list that it was made for, so that no list mixes two releases, and no page of one list is taken for one of another.
struct ListCursor {
    /// The release and the list that cursors are made for.
    struct Origin {
        /// The begin of the digest of the release.
        let release: String
        /// A hash of what chooses and orders the entries.
        let list: String

        /// The origin of the cursors of a list: `limit` and `fields` may change from page to page, the rest may not.
        init(_ query: [(name: String, value: String)], digest: String) {
            release = String(digest.dropFirst(7).prefix(8))
            let text = query.filter { !["limit", "cursor", "fields", "knowledge"].contains($0.name) }
                .map { "\($0.name)=\($0.value)" }.sorted().joined(separator: "\n")
            // FNV-1a, 32 bits: it tells lists apart, it guards nothing.
            let hash = text.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
            list = String(hash, radix: 16)
        }
    }

    /// The place of the first entry of the page, from 0.
    let place: Int

    /// Reads a cursor of a list.
    /// - Throws: 410 for one of another release or another list, and for what was none ever: a client cannot look into a
    ///   cursor, so whatever is wrong with it, there is one way on. 400 for letters that no cursor has.
    init(_ text: String, _ origin: Origin) throws(Refusal) {
        guard (1...40).contains(text.utf8.count), let bytes = Base64.bytes(urlSafe: text) else {
            throw Refusal(.badParameter("cursor", "cursor must be taken from a page of this list"))
        }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ".")
        guard parts.count == 3, let place = Int(parts[1]), (0...1_000_000).contains(place), parts[0] == origin.release
        else {
            throw Self.stale("the cursor belongs to another release of the knowledge; start the list again")
        }
        guard parts[2] == origin.list else {
            throw Self.stale("the cursor was made for another search or another order; start the list again")
        }
        self.place = place
    }

    private static func stale(_ detail: String) -> Refusal {
        Refusal(ProblemDetails(slug: "stale-cursor", title: "Gone", status: HTTPStatus(410), detail: detail))
    }

    /// The cursor of the page that begins at a place.
    static func text(_ place: Int, _ origin: Origin) -> String {
        Base64.urlSafe(Array("\(origin.release).\(place).\(origin.list)".utf8))
    }
}
