/// The pages' small scripts, which ask no network.
enum Script {
  /// Sorts a table by the column whose head is clicked: numbers as numbers, what is missing last.
  static let tables = #"""
    "use strict";
    (function () {
      function key(cell) {
        var text = cell.dataset.key !== undefined ? cell.dataset.key : cell.textContent.trim();
        if (text === "" || text === "—") return null;
        var plain = text.replace(/\u2212/g, "-").replace(/^\+/, "");
        return /^-?\d/.test(plain) ? parseFloat(plain) : text.toLowerCase();
      }
      function compare(a, b) {
        if (typeof a === "number" && typeof b === "number") return a - b;
        return String(a).localeCompare(String(b));
      }
      function sort(table, column, head) {
        var descending = head.getAttribute("aria-sort") === "ascending";
        if (!head.hasAttribute("aria-sort") && head.classList.contains("number")) descending = true;
        table.querySelectorAll("th").forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        var body = table.tBodies[0];
        var rows = Array.from(body.rows).map(function (row, place) {
          return { row: row, key: key(row.cells[column]), place: place };
        });
        rows.sort(function (a, b) {
          if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.place - b.place;
          return (descending ? -1 : 1) * compare(a.key, b.key) || a.place - b.place;
        });
        rows.forEach(function (entry) { body.appendChild(entry.row); });
      }
      // One listener for all, so that tables which come later sort too.
      document.addEventListener("click", function (event) {
        var button = event.target.closest ? event.target.closest("table.sortable th button") : null;
        if (!button) return;
        var head = button.closest("th");
        sort(head.closest("table"), head.cellIndex, head);
      });
    })();

    """#

  /// Reads the runs anew every few seconds, from the server that the page came from.
  static let live = #"""
    "use strict";
    (function () {
      var place = document.getElementById("runs"), pulse = document.getElementById("pulse");
      function read() {
        fetch("runs-now", { cache: "no-store" }).then(function (answer) {
          if (!answer.ok) throw new Error("status " + answer.status);
          return answer.text();
        }).then(function (text) {
          if (place.dataset.text !== text) { place.innerHTML = text; place.dataset.text = text; }
          pulse.textContent = "Read at " + new Date().toLocaleTimeString() + ".";
        }).catch(function () {
          pulse.textContent = "The server no longer answers; the page shows what it last said.";
        }).finally(function () { setTimeout(read, 3000); });
      }
      read();
    })();

    """#
}
