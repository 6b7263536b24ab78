/// The edges of an automaton over words: where a word leads from a node. One table for all nodes, asked with the bytes of a
/// word, so that nothing is made or hashed in the way of `Dictionary` for the many words that lead nowhere.
struct EdgeTable: Sendable {
    private struct Edge: Sendable {
        /// -1: the place is free.
        var node: Int32 = -1
        var next: Int32 = 0
        /// The word's bytes in `bytes`.
        var start: Int32 = 0
        var count: Int32 = 0
    }

    /// Open addressing; always less than half full.
    private var edges = Array(repeating: Edge(), count: 64)
    private var count = 0
    private var bytes: [UInt8] = []

    /// The node that a word leads to; nil where it leads nowhere.
    func next(from node: Int32, _ word: UnsafeBufferPointer<UInt8>) -> Int32? {
        let edge = edges[place(node, word)]
        return edge.node < 0 ? nil : edge.next
    }

    /// Keeps where a word leads that led nowhere yet.
    mutating func insert(from node: Int32, _ word: UnsafeBufferPointer<UInt8>, to next: Int32) {
        if count * 2 >= edges.count { grow() }
        edges[place(node, word)] = Edge(node: node, next: next, start: Int32(bytes.count), count: Int32(word.count))
        bytes.append(contentsOf: word)
        count += 1
    }

    /// Where an edge lies, or where it would.
    private func place(_ node: Int32, _ word: UnsafeBufferPointer<UInt8>) -> Int {
        let mask = edges.count - 1
        var place = Self.mixed(node, word) & mask
        while edges[place].node >= 0 {
            let edge = edges[place]
            if edge.node == node, Int(edge.count) == word.count {
                let start = Int(edge.start)
                if word.indices.allSatisfy({ bytes[start + $0] == word[$0] }) { break }
            }
            place = (place + 1) & mask
        }
        return place
    }

    /// Only the knowledge's own words are kept, so that no text of a peer can crowd a place.
    private static func mixed(_ node: Int32, _ word: UnsafeBufferPointer<UInt8>) -> Int {
        var mixed = UInt64(UInt32(bitPattern: node)) &* 0x9E37_79B9_7F4A_7C15
        for byte in word { mixed = (mixed ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: (mixed ^ mixed >> 32) & 0x7FFF_FFFF)
    }

    private mutating func grow() {
        let old = edges
        edges = Array(repeating: Edge(), count: old.count * 2)
        for edge in old where edge.node >= 0 {
            let place = bytes.withUnsafeBufferPointer { all in
                let word = all[Int(edge.start)..<Int(edge.start + edge.count)]
                return self.place(edge.node, UnsafeBufferPointer(rebasing: word))
            }
            edges[place] = edge
        }
    }
}
