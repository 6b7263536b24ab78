import Foundation
import HTTPServer
import HTTPWire
import Testing

@testable import HTTPSignatures
@testable import Signing

private func bytes(_ digits: String) -> [UInt8] {
    let all = Array(digits.utf8)
    return stride(from: 0, to: all.count, by: 2).map {
        UInt8(String(decoding: all[$0...$0 + 1], as: UTF8.self), radix: 16) ?? 0
    }
}

private func pem(_ label: String, _ der: [UInt8]) -> [UInt8] {
    Array("-----BEGIN \(label)-----\n\(Data(der).base64EncodedString())\n-----END \(label)-----\n".utf8)
}

/// RFC 8032 §7.1, TEST 2.
private enum Vector {
    static let secret = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    static let open = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    static let signature = bytes(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    // RFC 8410 §7: what stands in front of the 32 bytes in PKCS #8 and in SubjectPublicKeyInfo.
    static let secretPEM = pem("PRIVATE KEY", bytes("302e020100300506032b657004220420") + secret)
    static let openPEM = pem("PUBLIC KEY", bytes("302a300506032b6570032100") + open)
}

@Suite struct `A signature` {
    @Test func `is that of RFC 8032`() throws {
        let key = try SigningKey(pem: Vector.secretPEM)
        #expect(key.verifying.bytes == Vector.open)
        #expect(try key.sign([0x72]) == Vector.signature)
        #expect(try VerifyingKey.read(pem: Vector.openPEM + Vector.openPEM) == [key.verifying, key.verifying])
    }

    @Test func `is taken from its key alone, over its message alone`() throws {
        let key = try #require(try VerifyingKey.read(pem: Vector.openPEM).first)
        #expect(key.accepts(Vector.signature, of: [0x72]))
        #expect(!key.accepts(Vector.signature, of: [0x73]) && !key.accepts(Vector.signature, of: []))
        #expect(!key.accepts([], of: [0x72]) && !key.accepts(Array(Vector.signature.dropLast()), of: [0x72]))
        for place in Vector.signature.indices {
            var broken = Vector.signature
            broken[place] ^= 1
            #expect(!key.accepts(broken, of: [0x72]))
        }
    }

    @Test func `needs a key of its kind`() {
        // An EC key of P-256, made for this test.
        let other = """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
            6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
            -----END PUBLIC KEY-----
            """
        for text in [
            [], Array("nonsense".utf8), Array(other.utf8), Vector.secretPEM, Vector.openPEM + Array(other.utf8),
        ] {
            #expect(throws: SigningError.noKey) { try VerifyingKey.read(pem: text) }
        }
        for text in [[], Vector.openPEM] { #expect(throws: SigningError.noKey) { try SigningKey(pem: text) } }
    }

    @Test func `never shows the key it was made with`() throws {
        let key = try SigningKey(pem: Vector.secretPEM)
        #expect("\(key)" == "key \(key.verifying.id)" && key.verifying.id.wholeMatch(of: /[0-9a-f]{16}/) != nil)
    }

    @Test(
        "reads base64 only as it writes it",
        arguments: ["", "a", "ab==", "YQ==\n", "YQ=", "Y Q=", "YR==", "====", "YQ==YQ=="])
    func notBase64(_ text: String) {
        #expect(Base64.decode(text) == nil || Base64.encode(Base64.decode(text) ?? []) == text)
    }

    @Test func `writes base64 as Foundation does`() {
        for count in 0..<70 {
            let all = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
            #expect(Base64.encode(all) == Data(all).base64EncodedString())
            if count > 0 { #expect(Base64.decode(Base64.encode(all)) == all) }
        }
        #expect(
            Digest.sha256(Array("abc".utf8))
                == bytes("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
    }
}

@Suite struct `A sealed answer` {
    private func answer(_ status: Int = 200, _ body: String = "{}") -> HTTPResponse {
        var response = HTTPResponse(HTTPStatus(status), body: Array(body.utf8), contentType: "application/json")
        response.fields["Knowledge-Version"] = "2026.11.0"
        return response
    }

    @Test func `says what it covers, and its signature holds for that and nothing else`() throws {
        let key = try SigningKey(pem: Vector.secretPEM)
        let seal = AnswerSignature(key: key, keyID: "house") { 1_700_000_000_999 }
        var response = answer()
        seal.seal(&response, to: try HTTPRequest(.get, "/recommend?question=secret"))
        let digest = "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:"
        #expect(response.fields["Content-Digest"] == digest, "RFC 9530 appendix D has this digest of {}")
        let parameters =
            #"("@status" "content-type" "content-digest" "knowledge-version" "@method";req "@path";req);created=1700000000;keyid="house";alg="ed25519""#
        #expect(response.fields["Signature-Input"] == "consilium=" + parameters)
        func base(_ status: Int, _ path: String) -> [UInt8] {
            Array(
                """
                "@status": \(status)
                "content-type": application/json
                "content-digest": \(digest)
                "knowledge-version": 2026.11.0
                "@method";req: GET
                "@path";req: \(path)
                "@signature-params": \(parameters)
                """.utf8)
        }
        let field = try #require(response.fields["Signature"])
        #expect(field.hasPrefix("consilium=:") && field.hasSuffix(":"))
        let signature = try #require(Base64.decode(String(field.dropFirst(11).dropLast())))
        #expect(key.verifying.accepts(signature, of: base(200, "/recommend")))
        #expect(!key.verifying.accepts(signature, of: base(404, "/recommend")))
        #expect(!key.verifying.accepts(signature, of: base(200, "/drugs")))
        #expect(!"\(response.fields)".contains("secret"))
    }

    @Test func `has only its digest without a key, and nothing where there is no content`() throws {
        let seal = AnswerSignature(key: nil, keyID: "")
        var response = answer()
        seal.seal(&response, to: try HTTPRequest(.post, "/recommend"))
        #expect(response.fields["Content-Digest"] != nil && response.fields["Signature"] == nil)
        let signing = AnswerSignature(key: try SigningKey(pem: Vector.secretPEM), keyID: "k")
        for (status, body, method) in [
            (200, "{}", HTTPMethod.head), (204, "", .options), (304, "", .get), (200, "", .get),
        ] {
            var empty = answer(status, body)
            signing.seal(&empty, to: try HTTPRequest(method, "/"))
            #expect(empty.fields["Content-Digest"] == nil && empty.fields["Signature-Input"] == nil)
        }
    }
}
