import FlyingFox
import Foundation
import Harness

/// Shows a site to browsers of this machine, and its runs as they are now.
struct ReportServer: Sendable {
  /// The site.
  let folder: URL
  /// The runs as they are now, as a part of a page and as a page.
  let now: @Sendable () throws -> String
  let page: @Sendable () throws -> String

  /// Serves on the loopback interface until the task is cancelled; `started` is told the address.
  ///
  /// Throws a `RunProblem` where the port is taken.
  func run(port: UInt16, started: @escaping @Sendable (String) -> Void) async throws {
    // The numbers' own address rather than IPv6's, which some machines and containers lack.
    let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: port), logger: .disabled)
    await server.appendRoute("GET /runs-now") { request in
      respond(to: request) { try now() }
    }
    await server.appendRoute("GET /runs.html") { request in
      respond(to: request) { try page() }
    }
    for route in ["GET /", "GET /*"] as [HTTPRoute] {
      await server.appendRoute(route) { request in file(request) }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        do {
          try await server.run()
        } catch is CancellationError {
          throw CancellationError()
        } catch {
          throw RunProblem(
            "port \(port) cannot be listened on (\(error)): name another with --port, or 0 for any")
        }
      }
      group.addTask {
        try await server.waitUntilListening(timeout: 60)
        if let bound = await server.boundPort { started("http://127.0.0.1:\(bound)/") }
      }
      // The first that fails ends both, where waiting for all would wait for the other.
      while try await group.next() != nil {}
    }
  }

  /// Whether a request means this machine by name: a page from elsewhere that had its own name lead here does not.
  static func isOwn(_ host: String?) -> Bool {
    guard var name = host?.lowercased() else { return false }
    if let port = name.firstMatch(of: /:\d+$/) { name.removeSubrange(port.range) }
    return ["localhost", "127.0.0.1", "[::1]"].contains(name)
  }

  private func respond(to request: HTTPRequest, _ text: () throws -> String) -> HTTPResponse {
    guard Self.isOwn(request.headers[.host]) else { return HTTPResponse(statusCode: .forbidden) }
    do {
      return HTTPResponse(
        statusCode: .ok,
        headers: [.contentType: "text/html; charset=utf-8", HTTPHeader("Cache-Control"): "no-store"],
        body: Data(try text().utf8))
    } catch {
      return HTTPResponse(statusCode: .internalServerError, body: Data("\(error)".utf8))
    }
  }

  /// A file of the site; none beside it, however the path is written.
  private func file(_ request: HTTPRequest) -> HTTPResponse {
    guard Self.isOwn(request.headers[.host]) else { return HTTPResponse(statusCode: .forbidden) }
    guard let file = Self.file(request.path, in: folder), let body = try? Data(contentsOf: file) else {
      return HTTPResponse(statusCode: .notFound)
    }
    return HTTPResponse(
      statusCode: .ok, headers: [.contentType: Self.kind(of: file), HTTPHeader("Cache-Control"): "no-store"],
      body: body)
  }

  /// The file that `path` names below `folder`; `nil` for whatever leads out of it.
  static func file(_ path: String, in folder: URL) -> URL? {
    let parts = (path.removingPercentEncoding ?? path).split(separator: "/").map(String.init)
    if parts.contains(where: { $0.hasPrefix(".") || $0.contains("\0") }) { return nil }
    return parts.isEmpty
      ? folder.appending(component: "index.html") : parts.reduce(folder) { $0.appending(component: $1) }
  }

  /// What browsers are told of a file by its name.
  static func kind(of file: URL) -> String {
    switch file.pathExtension {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "png": "image/png"
    default: "application/octet-stream"
    }
  }
}

extension HTTPServer {
  /// The port that it listens on; `nil` before it does.
  fileprivate var boundPort: UInt16? {
    switch listeningAddress {
    case .ip4(_, let port), .ip6(_, let port): port
    default: nil
    }
  }
}
