import JSONText
import Testing

@Suite struct `The JSON reader` {
    private func read(_ text: String) throws -> JSONValue { try JSONReader().read(Array(text.utf8)) }

    @Test func `reads every kind of value and keeps the order of members`() throws {
        let value = try read(#" {"b": [1, -2.5e2, true, false, null], "a": "x\n\u00e9\ud83d\ude00"} "#)
        #expect(
            value
                == .object([
                    JSONMember("b", .array([.number(1), .number(-250), .bool(true), .bool(false), .null])),
                    JSONMember("a", .string("x\né😀")),
                ]))
    }

    @Test(
        "refuses",
        arguments: [
            ("", JSONSyntaxError(.unexpectedEnd, at: 0)),
            ("{", JSONSyntaxError(.unexpectedEnd, at: 1)),
            ("[1,]", JSONSyntaxError(.unexpectedByte(expected: "a JSON value"), at: 3)),
            (#"{"a" 1}"#, JSONSyntaxError(.unexpectedByte(expected: "`:` after the member name"), at: 5)),
            ("01", JSONSyntaxError(.invalidNumber, at: 0)),
            ("1.", JSONSyntaxError(.invalidNumber, at: 0)),
            ("1e999", JSONSyntaxError(.invalidNumber, at: 0)),
            ("1 2", JSONSyntaxError(.trailingBytes, at: 2)),
            (#""\x""#, JSONSyntaxError(.invalidEscape, at: 1)),
            (#""\ud800""#, JSONSyntaxError(.invalidEscape, at: 1)),
            ("\"a\u{1}\"", JSONSyntaxError(.controlCharacter, at: 2)),
            (#"{"a":1,"a":2}"#, JSONSyntaxError(.duplicateMember("a"), at: 7)),
            ("\u{FEFF}1", JSONSyntaxError(.byteOrderMark, at: 0)),
            ("NaN", JSONSyntaxError(.unexpectedByte(expected: "a JSON value"), at: 0)),
        ])
    func refusal(_ text: String, _ error: JSONSyntaxError) {
        #expect(throws: error) { try read(text) }
    }

    /// Strings are gone over eight bytes at a time: each character at each place of two words, up to the end of the text.
    @Test func `reads every character at every place of a string`() {
        for code in (UInt8(0)...0x7F).filter({ ![0x22, 0x5C].contains($0) }) {
            for (before, behind) in (0...16).flatMap({ before in (0...9).map { (before, $0) } }) {
                let text =
                    Array(repeating: UInt8(ascii: "x"), count: before) + [code]
                    + Array(repeating: UInt8(ascii: "y"), count: behind)
                let read = Result { () throws(JSONSyntaxError) in try JSONReader().read([0x22] + text + [0x22]) }
                let wanted: Result<JSONValue, JSONSyntaxError> =
                    code < 0x20
                    ? .failure(JSONSyntaxError(.controlCharacter, at: 1 + before))
                    : .success(.string(String(decoding: text, as: UTF8.self)))
                if read != wanted { Issue.record("the character \(code) behind \(before) others: \(read)") }
            }
        }
    }

    @Test(arguments: 0...16)
    func `finds the quote, the escape and what is no ASCII behind`(count: Int) throws {
        let before = String(repeating: "x", count: count)
        #expect(throws: JSONSyntaxError(.trailingBytes, at: count + 2)) { try read("\"\(before)\"yyyyyyyyy\"") }
        #expect(throws: JSONSyntaxError(.unexpectedEnd, at: count + 1)) { try read("\"\(before)") }
        #expect(try read("\"\(before)\\nyyyyyyyyy\"") == .string(before + "\nyyyyyyyyy"))
        #expect(try read("\"\(before)≥ 3 %yyyyyyyyy\"") == .string(before + "≥ 3 %yyyyyyyyy"))
    }

    @Test func `refuses bytes that are not UTF-8, with the offset of the string`() {
        #expect(throws: JSONSyntaxError(.invalidUTF8, at: 1)) { try JSONReader().read([0x5B, 0x22, 0xFF, 0x22, 0x5D]) }
    }

    @Test func `bounds the nesting`() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        _ = try read(deep)
        #expect(throws: JSONSyntaxError(.tooDeep(limit: 64), at: 64)) { try read("[" + deep + "]") }
    }

    @Test func `says the offset in a sentence`() {
        #expect(
            JSONSyntaxError(.unexpectedByte(expected: "`,` or `}`"), at: 17).sentence
                == "expected `,` or `}` at byte 17")
    }

    @Test func `never traps on random bytes`() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array(#"{}[]":,\u0tfne+-.19 "#.utf8) + [0, 0xFF, 0xC3]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).compactMap { _ in
                alphabet.randomElement(using: &generator)
            }
            _ = try? JSONReader().read(bytes)
        }
    }
}

@Suite struct `The JSON writer` {
    @Test func `writes compact text with commas in the right places`() {
        var json = JSONWriter()
        json.beginObject()
        json.member("text", "a\"b\\c\n\u{1}é")
        json.member("whole", 12)
        json.member("part", 7.4)
        json.member("flag", true)
        json.member("absent", nil as String?)
        json.member("none", [])
        json.list("list", [1, 2]) { $0.number($1) }
        json.object("empty") { _ in }
        json.endObject()
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"text":"a\"b\\c\n\u0001é","whole":12,"part":7.4,"flag":true,"list":[1,2],"empty":{}}"#)
    }

    @Test(
        "writes the number",
        arguments: [(0.0, "0"), (-3, "-3"), (0.276, "0.276"), (1e19, "1e+19"), (.infinity, "null")])
    func number(_ value: Double, _ text: String) {
        var json = JSONWriter()
        json.number(value)
        #expect(String(decoding: json.bytes, as: UTF8.self) == text)
    }

    @Test func `what is written reads back as the same tree`() throws {
        let text = #"{"a":[1,2.5,"\u2603",{"b":null}],"c":false}"#
        let tree = try JSONReader().read(Array(text.utf8))
        var json = JSONWriter()
        tree.write(to: &json)
        #expect(try JSONReader().read(json.bytes) == tree)
    }

    @Test func `a pointer escapes its members`() {
        #expect(JSONPointer.root.member("a/b~c").element(2).description == "#/a~1b~0c/2")
    }
}
