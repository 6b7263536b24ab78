import ClinicalModel

/// Reads `drug-names.json`, which a folder of knowledge may have.
enum DrugNamesReader {
    static func read(_ node: DocumentNode) -> DrugNames {
        node.allow("schema", "shared", "lookAlikes", "salts", "elements", "ligands")
        node.checkHeader(kind: "drug-names", id: nil)
        let shared = node.nodes("shared").map(shared)
        var ids: Set<String> = []
        for name in shared where !ids.insert(name.id).inserted {
            node.defect(.duplicateID, "the shared name `\(name.id)` is defined twice")
        }
        return DrugNames(
            shared: shared, lookAlikes: node.nodes("lookAlikes").map(lookAlikes),
            salts: Set(node.optionalStrings("salts").map(FoldedName.key)), elements: words(node, "elements"),
            ligands: words(node, "ligands"))
    }

    private static func shared(_ node: DocumentNode) -> DrugNames.Shared {
        node.allow("id", "names", "statement", "products", "reference", "confirmed")
        let products = (node.required("products")?.elements ?? []).map(product)
        if products.count < 2 { node.defect(.missingMember, "a shared name needs two `products` at least") }
        return DrugNames.Shared(
            id: node.string("id"), names: node.strings("names"), statement: node.string("statement"),
            products: products, reference: node.optionalString("reference"), isConfirmed: node.bool("confirmed"))
    }

    private static func product(_ node: DocumentNode) -> DrugNames.Product {
        node.allow("name", "is", "separate")
        return DrugNames.Product(
            name: node.string("name"), note: node.string("is"), isSeparate: node.optional("separate")?.bool ?? false)
    }

    private static func lookAlikes(_ node: DocumentNode) -> DrugNames.LookAlikes {
        node.allow("names", "statement")
        let names = node.strings("names")
        if names.count < 2 { node.defect(.missingMember, "names that are alike are two at least") }
        return DrugNames.LookAlikes(names: names, statement: node.string("statement"))
    }

    private static func words(_ node: DocumentNode, _ name: String) -> [String: String] {
        Dictionary(
            (node.optional(name)?.members ?? []).map { (FoldedName.key($0.name), FoldedName.key($0.node.string)) },
            uniquingKeysWith: { first, _ in first })
    }
}
