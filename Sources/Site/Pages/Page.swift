import Mustache

/// One page: what stands between the site's head and foot.
struct Page {
  /// Its file below the site's folder, and its title.
  let path: String, title: String
  /// What it is about, as markup.
  let main: String
  /// Scripts besides the one that sorts tables.
  var scripts: [String] = []

  /// The way from the page to the site's folder.
  private var root: String { path.contains("/") ? "../" : "" }

  private struct Context {
    struct Link { let address: String, name: String, isHere: Bool }
    let root: String, title: String, main: String, stamp: String, mark: String, links: [Link],
      scripts: [String]
  }

  /// The whole page.
  func html(stamp: String) -> String {
    let links = [
      ("index.html", "Results"), ("leaderboard.html", "Leaderboard"), ("compare.html", "Compare"),
      ("runs.html", "Runs"),
    ].map { Context.Link(address: root + $0.0, name: $0.1, isHere: $0.0 == path) }
    return Template.layout.render(
      Context(
        root: root, title: title, main: main, stamp: stamp, mark: Site.mark, links: links,
        scripts: scripts.map { root + $0 }))
  }
}

/// Templates in the language of mustache(5); `{{x}}` is escaped, `{{{x}}}` is markup already.
enum Template {
  static let layout = template(
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    {{{mark}}}
    <title>{{title}}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="{{root}}style.css">
    <script src="{{root}}tables.js" defer></script>
    {{#scripts}}<script src="{{.}}" defer></script>
    {{/scripts}}</head>
    <body>
    <header class="site"><nav aria-label="Pages"><a class="name" href="{{root}}index.html">repro</a>
    {{#links}}<a href="{{address}}"{{#isHere}} aria-current="page"{{/isHere}}>{{name}}</a>
    {{/links}}</nav></header>
    <main>
    {{{main}}}
    </main>
    <footer class="site"><p>Written by <code>repro report</code> from <code>Results/</code> and the runs on this machine. \
    {{stamp}}</p></footer>
    </body>
    </html>

    """)

  /// The template in `text`; traps where it is none, since all of them are ours.
  static func template(_ text: String) -> MustacheTemplate {
    do {
      return try MustacheTemplate(string: text)
    } catch {
      fatalError("a template of the site cannot be read: \(error)")
    }
  }
}
