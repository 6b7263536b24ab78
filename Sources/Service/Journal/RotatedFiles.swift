import Glibc

/// The files of a journal that were full: `name.000001`, `name.000002`, … beside the one that is written.
struct RotatedFiles {
    /// Their numbers, ascending.
    let numbers: [Int]

    /// Those beside a path.
    init(_ path: String) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        var numbers: [Int] = []
        if let directory = opendir(folder) {
            while let entry = readdir(directory) {
                let text = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                guard text.hasPrefix(name + "."), let number = Int(text.dropFirst(name.count + 1)), number > 0 else {
                    continue
                }
                numbers.append(number)
            }
            closedir(directory)
        }
        self.numbers = numbers.sorted()
    }

    /// The path of one.
    static func path(_ path: String, _ number: Int) -> String {
        let digits = String(number)
        return path + "." + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }
}
