import FlyingFox
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Commands
@testable import Records

/// The server of the report: who is answered, with what.
@Suite struct ReportServerTests {
  @Test(arguments: [
    ("127.0.0.1:8800", true), ("localhost", true), ("LOCALHOST:1", true), ("[::1]:8800", true),
    ("example.org", false),
    ("127.0.0.1.example.org:8800", false), ("localhost.example.org", false),
  ])
  func onlyThisMachinesNamesAreAnswered(host: String, isOwn: Bool) {
    #expect(ReportServer.isOwn(host) == isOwn)
    #expect(!ReportServer.isOwn(nil))
  }

  @Test func noPathLeadsOutOfTheFolder() {
    let folder = URL(filePath: "/site")
    #expect(ReportServer.file("/", in: folder)?.path == "/site/index.html")
    #expect(ReportServer.file("/experiments/a.html", in: folder)?.path == "/site/experiments/a.html")
    for path in ["/../secret", "/%2e%2e/secret", "/a/../../secret", "/.lock", "/a/%2E%2E/b"] {
      #expect(ReportServer.file(path, in: folder) == nil, "\(path)")
    }
  }

  /// In a process of its own: beside tests that keep every thread busy no client connects within its five seconds.
  @Test func itServesTheSiteAndTheRunsAsTheyAre() async {
    await #expect(processExitsWith: .success) { try await ReportServerTests.serveAndAsk() }
  }

  private static func serveAndAsk() async throws {
    let folder = try ReportFolder()
    try folder.write("<p>first</p>", to: "index.html")
    try folder.write("p {}", to: "style.css")
    let asked = Mutex(0)
    let server = ReportServer(
      folder: folder.url,
      now: {
        let count = asked.withLock { count in
          count += 1
          return count
        }
        return "reading \(count)"
      }, page: { "<p>runs</p>" })
    let (addresses, told) = AsyncStream.makeStream(of: String.self)
    let task = Task { try await server.run(port: 0) { told.yield($0) } }
    defer { task.cancel() }
    let address = try #require(await addresses.first { _ in true })
    #expect(address.hasPrefix("http://127.0.0.1:"))
    let port = try #require(address.matches(of: /:(\d+)\//).first.flatMap { UInt16($0.output.1) })
    func get(_ path: String, host: String = "localhost") async throws -> (
      status: Int, text: String, kind: String?
    ) {
      var client = HTTPClient()
      let request = HTTPRequest(
        method: .GET, version: .http11, path: "/" + path, query: [], headers: [.host: host], body: Data())
      let answer = try await client.sendHTTPRequest(
        request, to: sockaddr_in.inet(ip4: "127.0.0.1", port: port))
      return (
        answer.statusCode.code, String(decoding: try await answer.bodyData, as: UTF8.self),
        answer.headers[.contentType]
      )
    }
    let index = try await get("")
    #expect(index.status == 200 && index.text == "<p>first</p>" && index.kind?.hasPrefix("text/html") == true)
    #expect(try await get("style.css").kind?.hasPrefix("text/css") == true)
    #expect(try await get("runs.html").text == "<p>runs</p>")
    #expect(try await get("runs-now").text == "reading 1")
    #expect(try await get("runs-now").text == "reading 2")
    #expect(try await get("missing.html").status == 404)
    await #expect(throws: RunProblem.self) { try await server.run(port: port) { _ in } }
    for path in ["", "runs.html", "runs-now"] {
      #expect(try await get(path, host: "example.org").status == 403, "\(path)")
    }
  }
}
