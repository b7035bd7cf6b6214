import Claims
import Foundation
import Records

/// The page where any two arms, or runs, lie over each other.
struct ComparePage {
  private let record: SiteRecord

  init(_ record: SiteRecord) { self.record = record }

  private struct Context {
    struct Choice { let name: String, file: String }
    let choices: [Choice]
  }

  var page: Page {
    let choices = record.entries.map { Context.Choice(name: $0.title, file: Self.path(of: $0)) }
    return Page(
      path: "compare.html", title: "Compare", main: Self.template.render(Context(choices: choices)),
      scripts: ["compare.js"])
  }

  /// The file of an experiment's numbers below the site's folder.
  static func path(of entry: SiteRecord.Entry) -> String {
    "data/" + entry.path.replacing("experiments/", with: "").replacing(".html", with: ".js")
  }

  /// The page with two arms of an experiment chosen, as seen from `root`.
  static func address(_ entry: SiteRecord.Entry, _ first: String, _ second: String, from root: String)
    -> String
  {
    func side(_ arm: String) -> String {
      "\(entry.title)|\(arm)".addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
    return "\(root)compare.html?a=\(side(first))&b=\(side(second))"
  }

  /// An experiment's numbers as a script, since pages that were opened as files may load nothing else.
  static func data(of entry: SiteRecord.Entry, _ record: SiteRecord) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let text = String(decoding: try encoder.encode(ComparedExperiment(entry, record)), as: UTF8.self)
      return "repro.add(\(text));\n"
    } catch {
      fatalError("the numbers of \(entry.title) cannot be written as JSON: \(error)")
    }
  }

  private static let template = Template.template(
    """
    <section class="opening">
    <h1>Compare</h1>
    <p class="lead">Any two arms, or single runs: the constants that differ, what both reached, and their curves over each other.</p>
    </section>
    <form id="choice" class="choice">
    <fieldset class="a"><legend><span class="key dot baseline"></span>first</legend>
    <label>experiment <select name="experiment">{{#choices}}<option value="{{file}}">{{name}}</option>{{/choices}}</select></label>
    <label>arm <select name="arm"></select></label>
    <label>run <select name="run"></select></label></fieldset>
    <fieldset class="b"><legend><span class="key dot treatment"></span>second</legend>
    <label>experiment <select name="experiment">{{#choices}}<option value="{{file}}">{{name}}</option>{{/choices}}</select></label>
    <label>arm <select name="arm"></select></label>
    <label>run <select name="run"></select></label></fieldset>
    </form>
    <noscript><p class="notice">This page needs the small script that comes with it.</p></noscript>
    <section><h2>What differs</h2><div id="constants"></div></section>
    <section><h2>What both reached</h2><div id="scores"></div></section>
    <section><h2>Curves</h2><div id="curves" class="panels"></div>
    <p class="caption">An arm's curve is the mean over its runs.</p></section>
    """)
}
