import Foundation
import TestSupport
import Testing

@testable import consilium

/// A service manager's end of the socket.
private final class ManagerSocket {
    let name: String
    private let descriptor: Int32

    /// `@…` is a name of the abstract namespace, anything else a path.
    init(_ name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(bound == 0)
        Patience.limit(descriptor)
    }

    deinit {
        close(descriptor)
        if !name.hasPrefix("@") { unlink(name) }
    }

    /// The next datagram that is no sign of life; signs of life are counted.
    func next(_ signsOfLife: inout Int) -> [String] {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return [] }
            let lines = String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "\n").map(String.init)
            if lines != ["WATCHDOG=1"] { return lines }
            signsOfLife += 1
        }
    }
}

@Suite struct `The service for its operator` {
    private func stop(_ running: Command.Running) -> String {
        running.process.terminate()
        let log = String(decoding: running.errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0)
        return log
    }

    // MARK: - Service manager

    @Test("tells its manager how it is", arguments: [true, false])
    func notify(_ isAbstract: Bool) throws {
        let folder = try TemporaryFolder.smallRelease()
        defer { folder.remove() }
        let socket = try ManagerSocket(isAbstract ? "@consilium-\(UUID())" : "/tmp/consilium-\(UUID()).sock")
        var signs = 0
        let (running, _) = try Command.serve([
            "NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "200000", "CONSILIUM_KNOWLEDGE": folder.path,
        ])
        let ready = socket.next(&signs)
        #expect(ready.first == "READY=1" && ready.last == "MAINPID=\(running.process.processIdentifier)")
        #expect(ready[1].hasPrefix("STATUS=answers on http://127.0.0.1:"))
        usleep(600_000)
        kill(running.process.processIdentifier, SIGHUP)
        let reloading = socket.next(&signs)
        #expect(reloading.first == "RELOADING=1" && reloading.last?.hasPrefix("MONOTONIC_USEC=") == true)
        #expect(signs >= 2, "a sign of life twice in each period")
        #expect(socket.next(&signs).prefix(2) == ["READY=1", "STATUS=the last reload was unchanged"])
        running.process.terminate()
        #expect(socket.next(&signs).first == "STOPPING=1")
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0)
    }

    @Test func `goes on where its manager does not listen, and takes no sign of life meant for another`() throws {
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "100"], process: 5)
        manager.ready("x")
        #expect(manager.signOfLifeInterval == 50)
        for environment in [
            [:], ["WATCHDOG_USEC": "100"], ["NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "abc"],
            ["NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "100", "WATCHDOG_PID": "6"],
        ] {
            #expect(ServiceManager(environment: environment, process: 5).signOfLifeInterval == nil)
        }
    }

    // MARK: - Going down

    @Test func `says no at once on SIGTERM, finishes what is under way, and ends with 0`() throws {
        let (running, address) = try Command.serve(["CONSILIUM_DRAIN_DELAY": "2"])
        let slow = try #require(WireClient(address))
        let idle = try #require(WireClient(address))
        #expect(idle.send("GET", "/livez")?.status == 200)
        let body = #"{"question":"PNET G2, liver mets"}"#
        let request =
            "POST /recommend HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        slow.write(request + body.prefix(5))
        running.process.terminate()
        var ready: WireClient.Answer?
        // Not ready first; a moment later the loops know too, and every answer closes its connection.
        for _ in 0..<100 where ready?.status != 503 || ready?.field("Connection") != "close" {
            ready = WireClient(address)?.send("GET", "/readyz")
        }
        #expect(ready?.status == 503 && ready?.field("Connection") == "close")
        #expect(ready?.json["type"] as? String == "/problems/draining")
        #expect(WireClient(address)?.send("GET", "/livez")?.status == 200, "it lives")
        #expect(idle.send("GET", "/knowledge")?.field("Connection") == "close")
        usleep(2_500_000)
        // The listeners are closed by now.
        #expect(WireClient(address) == nil)
        let answer = slow.sendRaw(String(body.dropFirst(5)))
        #expect(answer?.status == 200 && answer?.field("Connection") == "close")
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0)
    }

    // MARK: - Administrator

    @Test func `has a listener for its administrator that nobody else asks`() throws {
        let folder = try TemporaryFolder.smallRelease()
        defer { folder.remove() }
        let token = "a-token-of-some-length"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).token")
        try (token + "\n").write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let (running, line) = try Command.serveLine(
            [],
            [
                "CONSILIUM_KNOWLEDGE": folder.path, "CONSILIUM_ADMIN_ADDRESS": "127.0.0.1:0",
                "CONSILIUM_ADMIN_TOKEN_FILE": file.path,
            ])
        let words = line.split { $0.isWhitespace || $0 == "," }.map(String.init)
        let admin = try #require(WireClient(words.last ?? ""))
        let open = try #require(WireClient(words.first { $0.hasPrefix("http") } ?? ""))
        #expect(open.send("GET", "/metrics")?.status == 404, "figures are not for everybody")
        #expect(open.send("GET", "/config")?.status == 404 && open.send("POST", "/reload", body: "")?.status == 404)
        for path in ["/livez", "/readyz"] { #expect(admin.send("GET", path)?.status == 200) }
        for fields in [[], ["Authorization: Bearer a-token-of-some-lengtx"], ["Authorization: Bearer \(token)x"]] {
            for path in ["/metrics", "/config", "/reload", "/nowhere"] {
                let answer = admin.send("GET", path, fields: fields)
                #expect(
                    answer?.status == 401 && answer?.field("WWW-Authenticate") == "Bearer realm=\"consilium admin\"")
            }
        }
        let key = ["Authorization: bearer \(token)"]
        #expect(admin.send("GET", "/metrics", fields: key)?.body.contains("consilium_http_requests_total{") == true)
        let settings = try #require(admin.send("GET", "/config", fields: key))
        #expect(settings.body.contains(#""adminToken":{"value":"********","from":"CONSILIUM_ADMIN_TOKEN_FILE"}"#))
        #expect(!settings.body.contains(token))
        #expect(admin.send("POST", "/reload", fields: key, body: "")?.status == 202)
        #expect(admin.send("POST", "/reload", fields: key, body: "x")?.status == 413)
        #expect(!stop(running).contains(token))
    }

    @Test func `has a socket for its administrator, which goes with it`() throws {
        let folder = try TemporaryFolder.smallRelease()
        defer { folder.remove() }
        let path = "/tmp/consilium-\(UUID()).sock"
        let environment = ["CONSILIUM_KNOWLEDGE": folder.path, "CONSILIUM_ADMIN_ADDRESS": "unix:\(path)"]
        let (running, line) = try Command.serveLine([], environment)
        #expect(line.hasSuffix(", administered at unix:\(path)\n"))
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        do {
            let admin = try #require(WireClient("unix:\(path)"))
            #expect(admin.send("GET", "/config")?.status == 200)
            let taken = try Command(["serve", "--port", "0"], environment: environment)
            #expect(taken.status == 69 && taken.errors.contains("cannot listen at `\(path)`: Address already in use"))
            #expect(admin.send("GET", "/reload")?.json["number"] as? Int == 0)
        }
        running.process.interrupt()
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0 && lstat(path, &status) != 0)
        // One that a killed process left behind is put away.
        let (second, _) = try Command.serveLine([], environment)
        kill(second.process.processIdentifier, SIGKILL)
        second.process.waitUntilExit()
        #expect(lstat(path, &status) == 0)
        let (third, _) = try Command.serveLine([], environment)
        #expect(WireClient("unix:\(path)")?.send("GET", "/readyz")?.status == 200)
        _ = stop(third)
    }

    @Test func `tells settings to nobody where others reach the listener without a token`() throws {
        let folder = try TemporaryFolder.smallRelease()
        defer { folder.remove() }
        let (running, line) = try Command.serveLine(
            [], ["CONSILIUM_KNOWLEDGE": folder.path, "CONSILIUM_ADMIN_ADDRESS": "0.0.0.0:0"])
        let admin = try #require(WireClient(String(line.split(separator: " ").last?.dropLast() ?? "")))
        #expect(admin.send("GET", "/metrics")?.status == 200 && admin.send("GET", "/config")?.status == 403)
        #expect(admin.send("POST", "/reload", body: "")?.status == 403)
        _ = stop(running)
    }

    @Test(
        "knows an address of the administrator",
        arguments: [
            ("127.0.0.1:9090", true), ("[::1]:0", true), ("unix:/a", true), ("localhost:1", true), ("0.0.0.0:1", false),
            ("[2001:db8::1]:1", false),
        ])
    func addresses(_ text: String, _ isPrivate: Bool) { #expect(AdminAddress(text)?.isPrivate == isPrivate) }

    @Test(
        "refuses as an address of the administrator", arguments: ["", "9090", ":1", "::1:9", "a:70000", "unix:", "a:"])
    func noAddress(_ text: String) { #expect(AdminAddress(text) == nil) }

    // MARK: - Secrets

    @Test func `reads a secret from a file, masks it, and refuses it twice in one place`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).secret")
        try "sixteen-characters\r\n".write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        func read(_ environment: [String: String]) -> (token: String?, faults: [String]) {
            do throws(ConfigurationError) {
                let settings = try SettingsReader(file: nil, environment: environment, flags: []).read()
                return (settings.values.adminToken, [])
            } catch {
                return (nil, error.sentences)
            }
        }
        #expect(read(["CONSILIUM_ADMIN_TOKEN_FILE": file.path]).token == "sixteen-characters")
        #expect(
            read(["CONSILIUM_ADMIN_TOKEN_FILE": "/nowhere"]).faults == [
                "CONSILIUM_ADMIN_TOKEN_FILE: `adminTokenFile`: the file `/nowhere` cannot be read"
            ])
        #expect(
            read(["CONSILIUM_ADMIN_TOKEN_FILE": file.path, "CONSILIUM_ADMIN_TOKEN": "another-long-token"]).faults == [
                "CONSILIUM_ADMIN_TOKEN_FILE: `adminToken` and `adminTokenFile` are both given"
            ])
        #expect(read(["CONSILIUM_ADMIN_TOKEN": "short"]).faults == ["`adminToken` must have at least 16 characters"])
    }
}
