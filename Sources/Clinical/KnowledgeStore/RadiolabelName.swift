import ClinicalModel

/// A name with a radionuclide in one form: `177Lu-dotatate`, `Lutetium Lu 177 dotatate`, `[¹⁷⁷Lu]Lu-DOTA-TATE` and
/// `lutetium (177Lu) oxodotreotide` are the same substance.
enum RadiolabelName {
    /// Symbol, mass number and ligand; nil for a name that does not have all three. The mass number is never guessed: it
    /// decides whether something is a tracer or a treatment.
    static func key(_ name: String, _ names: DrugNames) -> String? {
        let symbols = Set(names.elements.values)
        var symbol: String?
        var mass: String?
        var ligand = ""
        for piece in FoldedName.pieces(name) {
            if let number = Int(piece) {
                if mass == nil, (10...299).contains(number) { mass = String(number) } else { ligand += piece }
                continue
            }
            let element = names.elements[piece] ?? (symbols.contains(piece) ? piece : nil)
            if let element {
                // Two elements are no name of one radionuclide.
                if let symbol, symbol != element { return nil }
                symbol = element
            } else {
                ligand += piece
            }
        }
        if symbol == nil,
            let start = symbols.sorted().first(where: {
                names.ligands[String(ligand.dropFirst($0.count))] != nil && ligand.hasPrefix($0)
            })
        {
            symbol = start
            ligand = String(ligand.dropFirst(start.count))
        }
        guard let symbol, let mass, !ligand.isEmpty else { return nil }
        return "\(symbol)\(mass) \(names.ligands[ligand] ?? ligand)"
    }
}
