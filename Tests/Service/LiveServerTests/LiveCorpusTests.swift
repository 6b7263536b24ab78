import Foundation
import HTTPServer
import HTTPTLS
import HTTPWire
import TestSupport
import Testing
import WireCorpus

/// The handler that the corpus is written for.
private struct Oracle: HTTPHandler {
    func respond(to request: HTTPRequest) -> HTTPResponse {
        HTTPResponse(HTTPStatus(HTTPMethod.known.contains(request.method) ? 200 : 501), body: request.body)
    }
}

/// A certificate made for a test by `openssl`.
struct TestCertificate {
    let chain: String
    let key: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("consilium-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        chain = folder.appendingPathComponent("chain.pem").path
        key = folder.appendingPathComponent("key.pem").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
            "-out", chain, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }
}

@Suite struct `Live sockets` {
    /// The statuses that come for bytes, by `ncat`-like raw bytes over plain sockets or `openssl s_client`.
    private func statuses(of sample: WireSample, _ port: Int, isSecure: Bool) throws -> [Int] {
        let live = LiveClient(port: port)
        let descriptor = live.connection()
        defer { close(descriptor) }
        let text =
            isSecure ? TLSClient.exchange(sample.bytes, over: descriptor) : live.exchange(sample.bytes, descriptor)
        var statuses: [Int] = []
        var rest = text[...]
        while let range = rest.firstRange(of: Array("HTTP/1.1 ".utf8)) {
            rest = rest[range.upperBound...]
            if let status = Int(String(decoding: rest.prefix(3), as: UTF8.self)) { statuses.append(status) }
        }
        return statuses
    }

    @Test("answer the corpus", arguments: [false, true])
    func corpus(_ isSecure: Bool) async throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.loops = 1
        if isSecure {
            let certificate = try TestCertificate()
            configuration.secureChannels = try TLSContext(
                TLSConfiguration(certificates: [CertificateFiles(chain: certificate.chain, key: certificate.key)]))
        }
        let server = HTTPServer(configuration: configuration, handler: Oracle())
        let address = try server.start()
        for sample in WireSample.all where sample.bytes.count > 0 {
            let seen = try statuses(of: sample, address.port, isSecure: isSecure).map { WireSample.Answer(status: $0) }
            var plain = sample.answers
            for index in plain.indices { plain[index].method = nil }
            let expected = WireSample(name: sample.name, bytes: sample.bytes, answers: plain, waits: sample.waits)
            #expect(expected.isMet(by: seen), "\(sample.name): saw \(seen), expected \(plain)")
        }
        await server.stop(within: .seconds(5))
        #expect(server.openConnections == 0)
    }
}
