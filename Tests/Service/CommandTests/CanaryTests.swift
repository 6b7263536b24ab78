import Foundation
import TestSupport
import Testing

/// Nothing of a patient, and nothing else that a sender writes, may be found again where an operator looks: in the log, in the
/// figures, in a file. Every place of a request that takes text holds a word of its own here, and each is then looked for.
@Suite struct `A canary` {
    /// Words that stand nowhere else.
    private final class Cage {
        private(set) var words: [String] = []
        func word() -> String {
            words.append("canary\(words.count)x\(UInt32.random(in: 0...UInt32.max))")
            return words[words.count - 1]
        }
    }

    /// A case with a word wherever it takes a text, and numbers that are one patient's.
    private func bodies(_ cage: Cage) -> [String] {
        let facts = [
            "tumor": ["kind", "primarySite", "grade", "biomarkers", "gastricType"],
            "disease": ["extent", "metastaticSites", "pace"], "syndrome": ["functional", "symptoms", "hereditary"],
            "treatment": ["prior", "planned", "intolerance"],
            "patient": ["sex", "comorbidities", "comedications", "declines", "pregnancy"], "hepatic": ["childPugh"],
        ]
        var bodies = facts.flatMap { group, names in
            names.flatMap { name in
                [
                    #"{"case":{"\#(group)":{"\#(name)":"\#(cage.word())"}}}"#,
                    #"{"case":{"\#(group)":{"\#(name)":["\#(cage.word())"]}}}"#,
                ]
            }
        }
        let quantity = #"{"value":7654321.5,"unit":"\#(cage.word())"}"#
        bodies += [
            #"{"case":{"tumor":{"ki67":\#(quantity)}}}"#, #"{"case":{"renal":{"creatinine":\#(quantity)}}}"#,
            #"{"case":{"patient":{"age":7654321.5,"weight":7654321.5}}}"#,
            #"{"case":{"\#(cage.word())":1}}"#, #"{"case":{"tumor":{"\#(cage.word())":1}}}"#,
            #"{"\#(cage.word())":"\#(cage.word())"}"#,
            #"{"question":"PNET G2, liver mets, MRN \#(cage.word()), takes \#(cage.word())"}"#,
            #"{"question":"\#(cage.word()) \#(cage.word())"}"#,
            #"{"question":"pNET","audience":"\#(cage.word())","explain":"\#(cage.word())","knowledge":"\#(cage.word())"}"#,
            #"{"question":"\#(cage.word())"#, #"\#(cage.word())"#, #"{"question":"\#(cage.word())"}\#(cage.word())"#,
            "\u{FEFF}{\"question\":\"\(cage.word())\"}",
            #"{"case":{"tumor":{"grade":"G2","grade":"\#(cage.word())"}}}"#,
        ]
        return bodies
    }

    /// Requests as they go over the wire, well formed and not.
    private func requests(_ cage: Cage) -> [String] {
        let host = "Host: \(cage.word())"
        func post(_ path: String, _ body: String, _ fields: [String] = []) -> String {
            (["POST \(path) HTTP/1.1", host, "Content-Length: \(body.utf8.count)"] + fields).joined(separator: "\r\n")
                + "\r\n\r\n" + body
        }
        let json = "Content-Type: application/json"
        var requests = bodies(cage).map { post("/recommend", $0, [json]) }
        let named = [
            "Authorization: Bearer \(cage.word())", "Authorization: Basic \(cage.word())", "Cookie: a=\(cage.word())",
            "User-Agent: \(cage.word())", "Referer: http://\(cage.word())/", "Origin: https://\(cage.word())",
            "X-Forwarded-For: \(cage.word())", "Forwarded: for=\(cage.word())", "\(cage.word()): \(cage.word())",
            "Accept: \(cage.word())/\(cage.word())", "Accept-Encoding: \(cage.word())",
            "If-None-Match: \"\(cage.word())\"", "Accept-Language: \(cage.word())", "Expect: \(cage.word())",
            "X-Request-Id: no id: \(cage.word())", "traceparent: 00-\(cage.word())-00f067aa0ba902b7-01",
            "tracestate: a=\(cage.word())", "Range: \(cage.word())=0-1", "Content-Encoding: \(cage.word())",
            "Content-Type: \(cage.word())/json", "Transfer-Encoding: \(cage.word())", "Connection: \(cage.word())",
        ]
        for field in named {
            requests.append("GET /drugs/lanreotide HTTP/1.1\r\n\(host)\r\n\(field)\r\n\r\n")
            requests.append(post("/recommend", #"{"question":"pNET"}"#, [field]))
        }
        let paths = [
            "/\(cage.word())", "/drugs/\(cage.word())", "/references/\(cage.word())", "/topics/\(cage.word())",
            "/problems/\(cage.word())", "/v1/drugs/\(cage.word())", "/recommend?question=\(cage.word())+\(cage.word())",
            "/recommend?\(cage.word())=\(cage.word())", "/drugs?q=\(cage.word())", "/references?cursor=\(cage.word())",
            "/drugs/lanreotide?knowledge=\(cage.word())", "/readyz?verbose=\(cage.word())", "/metrics?\(cage.word())",
            "/livez?\(cage.word())", "/%zz\(cage.word())", "/../\(cage.word())", "http://\(cage.word())/drugs",
        ]
        for path in paths {
            for method in ["GET", "POST", "OPTIONS", "HEAD"] {
                requests.append("\(method) \(path) HTTP/1.1\r\n\(host)\r\nConnection: close\r\n\r\n")
            }
        }
        requests += [
            "\(cage.word().uppercased()) / HTTP/1.1\r\n\(host)\r\n\r\n", "GET / \(cage.word())\r\n\r\n",
            "\(cage.word())\r\n\r\n", "GET / HTTP/1.1\r\n\(cage.word())\r\n\r\n",
            "GET / HTTP/1.1\r\n\(host)\r\n\(host)\r\n\r\n", "CONNECT \(cage.word()):443 HTTP/1.1\r\n\(host)\r\n\r\n",
            "POST /recommend HTTP/1.1\r\n\(host)\r\n\(json)\r\nTransfer-Encoding: chunked\r\n\r\n3;\(cage.word())\r\n{\"q\r\n0\r\n\(cage.word()): \(cage.word())\r\n\r\n",
            "POST /recommend HTTP/1.1\r\n\(host)\r\n\(json)\r\nTransfer-Encoding: chunked\r\n\r\n\(cage.word())\r\n",
        ]
        return requests
    }

    @Test func `put into every place of a request is found in no log, no figure and no file`() throws {
        let cage = Cage()
        let requests = requests(cage)
        let (running, line) = try Command.serveLine(
            [],
            [
                "CONSILIUM_ACCESS_LOG": "true", "CONSILIUM_LOG_LEVEL": "debug", "CONSILIUM_METRICS": "true",
                "CONSILIUM_RATE_LIMIT": "1000000", "CONSILIUM_CORS_ORIGINS": "https://a.example",
                "CONSILIUM_ADMIN_ADDRESS": "127.0.0.1:0",
            ])
        let words = line.split { $0.isWhitespace || $0 == "," }.map(String.init)
        let address = try #require(words.first { $0.hasPrefix("http") })
        var answered = 0
        for request in requests {
            let client = try #require(WireClient(address))
            client.write(request)
            client.finish()
            answered += client.readToEnd().hasPrefix("HTTP/1.1 ") ? 1 : 0
        }
        #expect(answered > requests.count - 20, "\(answered) of \(requests.count)")
        var seen: [(place: String, text: String)] = []
        for (path, at) in [
            ("/metrics", address), ("/metrics", words.last ?? ""), ("/config", words.last ?? ""),
            ("/readyz?verbose", address),
        ] {
            let answer = try #require(WireClient(at)?.send("GET", path))
            #expect(answer.status == 200)
            seen.append((path, answer.body))
        }
        // Nothing is open that could be written to, but what it was started with.
        let descriptors = "/proc/\(running.process.processIdentifier)/fd"
        for name in try FileManager.default.contentsOfDirectory(atPath: descriptors) {
            let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\(name)")) ?? ""
            let isHarmless = ["pipe:", "socket:", "anon_inode:", "/dev/null"].contains { target.hasPrefix($0) }
            #expect(isHarmless || target.isEmpty, "\(target)")
        }
        running.process.terminate()
        let log = String(decoding: running.errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let output = String(decoding: running.output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0)
        seen += [("log", log), ("output", output)]
        #expect(log.split(separator: "\n").count >= requests.count, "each request has its line")
        for word in cage.words + ["7654321"] {
            for (place, text) in seen {
                #expect(!text.lowercased().contains(word), "\(word) stands in \(place)")
            }
        }
        #expect(cage.words.count > 100)
        for line in log.split(separator: "\n") {
            #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) is [String: Any], "\(line)")
        }
    }
}
