import JSONText
public import KnowledgeStore

extension ReleaseComparison {
    /// The comparison as JSON: member order fixed, absent instead of empty.
    public func json(old: KnowledgeBase, new: KnowledgeBase) -> [UInt8] {
        var json = JSONWriter(capacity: 16 * 1024)
        json.beginObject()
        for (name, base) in [("old", old), ("new", new)] {
            json.object(name) {
                $0.member("version", base.manifest.version)
                $0.member("digest", base.digest)
                if !base.local.isEmpty { $0.member("localDocuments", base.local.documents.count) }
            }
        }
        json.member("isSame", cases.isEmpty)
        json.member("asked", asked)
        json.list("documents", changes) { json, change in
            json.beginObject()
            json.member("document", change.path)
            json.member("change", change.kind.rawValue)
            json.member("members", change.members)
            json.endObject()
        }
        json.list("cases", cases) { json, differing in
            json.beginObject()
            json.member("case", differing.path)
            json.member("title", differing.title)
            json.list("differences", differing.differences) { json, difference in
                json.beginObject()
                json.member("what", difference.what)
                if !difference.subject.isEmpty { json.member("subject", difference.subject) }
                json.member("old", difference.old)
                json.member("new", difference.new)
                json.member("why", difference.why)
                json.endObject()
            }
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }
}
