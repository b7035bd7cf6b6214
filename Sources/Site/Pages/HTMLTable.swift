import Mustache
import Records

/// A table that sorts on a click on its head.
struct HTMLTable {
  /// A column's title.
  struct Head {
    let text: String
    /// Whether its cells are numbers, set to the right.
    var isNumber = false
    /// What a reader sees who points at it.
    var hint: String?
  }

  /// One cell.
  struct Cell {
    let markup: String
    /// What it is sorted by, where that is not its text.
    var key: String?

    init(_ text: String, key: String? = nil) { (markup, self.key) = (Markup.escaped(text), key) }
    init(markup: String, key: String? = nil) { (self.markup, self.key) = (markup, key) }

    /// A number, sorted by its value; a dash for none.
    init(_ value: Double?, _ text: (Double) -> String) {
      self.init(value.map(text) ?? "—", key: value.map { "\($0)" } ?? "")
    }

    /// A link.
    init(_ text: String, to address: String) {
      self.init(markup: Markup.element("a", ["href": address], Markup.escaped(text)), key: text)
    }
  }

  let head: [Head]
  let rows: [[Cell]]
  /// Which rows are set back, such as those of references.
  var quiet: Set<Int> = []

  private struct Context {
    struct Column { let text: String, isNumber: Bool, hint: String? }
    struct Field { let markup: String, key: String?, isNumber: Bool }
    struct Line { let fields: [Field], isQuiet: Bool }
    let columns: [Column], lines: [Line]
  }

  /// The table as markup.
  var markup: String {
    Self.template.render(
      Context(
        columns: head.map { Context.Column(text: $0.text, isNumber: $0.isNumber, hint: $0.hint) },
        lines: rows.enumerated().map { place, row in
          Context.Line(
            fields: zip(row, head).map {
              Context.Field(markup: $0.markup, key: $0.key, isNumber: $1.isNumber)
            },
            isQuiet: quiet.contains(place))
        }))
  }

  private static let template = Template.template(
    """
    <div class="scroll" tabindex="0"><table class="sortable"><thead><tr>\
    {{#columns}}<th scope="col"{{#isNumber}} class="number"{{/isNumber}}{{#hint}} title="{{hint}}"{{/hint}}>\
    <button type="button">{{text}}</button></th>{{/columns}}</tr></thead>
    <tbody>{{#lines}}<tr{{#isQuiet}} class="quiet"{{/isQuiet}}>\
    {{#fields}}<td{{#isNumber}} class="number"{{/isNumber}}{{#key}} data-key="{{key}}"{{/key}}>{{{markup}}}</td>{{/fields}}</tr>
    {{/lines}}</tbody></table></div>
    """)
}

extension HTMLTable {
  /// A table that was made for Markdown.
  init(_ table: MarkdownTable) {
    head = zip(table.header, table.alignments).map { Head(text: $0, isNumber: $1 == .trailing) }
    rows = table.rows.map { $0.map { Cell($0) } }
  }
}
