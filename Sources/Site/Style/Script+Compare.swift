extension Script {
  /// Two arms or runs over each other. Numbers come from `data/*.js`, each loaded when it is chosen.
  static let compare = #"""
    "use strict";
    var repro = (function () {
      var known = {}, waiting = {}, sides = {}, form = document.getElementById("choice");
      function node(name, text, kind) {
        var made = document.createElement(name);
        if (text !== undefined) made.textContent = text;
        if (kind) made.className = kind;
        return made;
      }
      function load(file, then) {
        if (known[file]) return then(known[file]);
        (waiting[file] = waiting[file] || []).push(then);
        if (waiting[file].length > 1) return;
        var script = node("script");
        script.src = file;
        script.onload = function () {
          known[file] = repro.last;
          waiting[file].splice(0).forEach(function (next) { next(known[file]); });
        };
        document.head.appendChild(script);
      }
      function fill(select, options, wanted) {
        select.replaceChildren.apply(select, options.map(function (option) {
          var made = node("option", option.name);
          made.value = option.value;
          return made;
        }));
        if (wanted !== undefined && options.some(function (option) { return option.value === wanted; })) select.value = wanted;
      }
      function Side(box, wanted, otherwise) {
        var side = this, pick = function (name) { return box.querySelector("[name=" + name + "]"); };
        var experiment = pick("experiment"), arm = pick("arm"), run = pick("run");
        var parts = (wanted || "").split("|");
        Array.from(experiment.options).forEach(function (option) {
          if (option.textContent === parts[0]) experiment.value = option.value;
        });
        function runs() {
          return side.data.runs.map(function (one, place) { return { one: one, place: place }; })
            .filter(function (entry) { return entry.one.arm === arm.value; });
        }
        function chooseRun(name) {
          var found = runs();
          var all = found.length === 1 ? "the only run" : found.length ? "mean of " + found.length + " runs" : "no run yet";
          fill(run, [{ name: all, value: "" }].concat(found.map(function (entry) {
            return { name: entry.one.name, value: String(entry.place) };
          })), name);
          show();
        }
        function chooseArm(name) {
          var arms = side.data.arms;
          fill(arm, arms.map(function (one) { return { name: one.name, value: one.name }; }),
            name || (arms[otherwise] || arms[0] || {}).name);
          chooseRun(parts[2]);
        }
        function chooseExperiment() { load(experiment.value, function (data) { side.data = data; chooseArm(parts[1]); parts = []; }); }
        experiment.onchange = chooseExperiment;
        arm.onchange = function () { chooseRun(); };
        run.onchange = show;
        side.chosen = function () {
          if (!side.data || !arm.value) return null;
          var own = run.value === "" ? runs().map(function (entry) { return entry.one; }) : [side.data.runs[Number(run.value)]];
          var declared = side.data.arms.find(function (one) { return one.name === arm.value; });
          var constants = Object.assign({}, side.data.constants[own.length ? own[0].constants : declared.constants]);
          if (own.length === 1) Object.assign(constants, own[0].facts);
          return { title: arm.value, runs: own, constants: constants,
            address: [experiment.selectedOptions[0].textContent, arm.value, run.value].join("|") };
        };
        chooseExperiment();
      }
      function mean(values) { return values.reduce(function (sum, value) { return sum + value; }, 0) / values.length; }
      function score(side, name) {
        var found = side.runs.map(function (run) { return run.scores[name]; }).filter(function (value) { return value !== undefined; });
        return found.length ? mean(found) : null;
      }
      function curve(side, metric) {
        var byEpoch = new Map();
        side.runs.forEach(function (run) {
          (run.curves[metric] || []).forEach(function (point) {
            if (!byEpoch.has(point[0])) byEpoch.set(point[0], []);
            byEpoch.get(point[0]).push(point[1]);
          });
        });
        return Array.from(byEpoch.keys()).sort(function (a, b) { return a - b; })
          .map(function (epoch) { return [epoch, mean(byEpoch.get(epoch))]; });
      }
      function table(head, rows, empty) {
        if (!rows.length) return node("p", empty, "empty-state");
        var made = node("table", undefined, "sortable"), line = made.createTHead().insertRow(), body = made.createTBody();
        head.forEach(function (text, place) {
          var cell = node("th", undefined, place && head.length === 4 ? "number" : "");
          cell.scope = "col";
          cell.appendChild(node("button", text)).type = "button";
          line.appendChild(cell);
        });
        rows.forEach(function (row) {
          var own = body.insertRow();
          row.forEach(function (text, place) { own.appendChild(node("td", text, place && head.length === 4 ? "number" : "")); });
        });
        var box = node("div", undefined, "scroll");
        box.appendChild(made);
        return box;
      }
      function told(value) {
        return value === null ? "—" : value.toFixed(2).replace(/^-0\.00$/, "0.00").replace("-", "\u2212");
      }
      function signed(value) { return (value > 0.004999 ? "+" : "") + told(value); }
      function keys(objects) { return Array.from(new Set(objects.flatMap(function (one) { return Object.keys(one); }))).sort(); }
      function step(span) {
        var power = Math.pow(10, Math.floor(Math.log10(span)));
        return [1, 2, 5, 10].map(function (factor) { return factor * power; }).find(function (size) { return size >= span * 0.999; });
      }
      function ticks(low, high) {
        var size = step((high - low) / 5 || 1), found = [];
        for (var tick = Math.ceil(low / size); tick * size <= high + 1e-9; tick += 1) found.push(tick * size);
        return found;
      }
      function svg(name, attributes, text) {
        var made = document.createElementNS("http://www.w3.org/2000/svg", name);
        Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
        if (text !== undefined) made.textContent = text;
        return made;
      }
      function chart(metric, lines) {
        var all = lines.flatMap(function (line) { return line.points; });
        var xs = all.map(function (point) { return point[0]; }), ys = all.map(function (point) { return point[1]; });
        var left = Math.min.apply(null, xs), right = Math.max.apply(null, xs);
        var low = Math.min.apply(null, ys), high = Math.max.apply(null, ys), room = 0.06 * (high - low) || 0.5;
        low -= room; high += room;
        if (left === right) { left -= 0.5; right += 0.5; }
        function x(value) { return 46 + (value - left) / (right - left) * 282; }
        function y(value) { return 190 - (value - low) / (high - low) * 180; }
        var made = svg("svg", { "class": "chart", viewBox: "0 0 340 230", width: 340, height: 230, role: "img" });
        made.appendChild(svg("title", {}, metric));
        ticks(low, high).forEach(function (tick) {
          made.appendChild(svg("line", { x1: 46, x2: 328, y1: y(tick), y2: y(tick), "class": "grid" }));
          made.appendChild(svg("text", { x: 40, y: y(tick) + 3.5, "text-anchor": "end" }, String(parseFloat(tick.toPrecision(6)))));
        });
        made.appendChild(svg("line", { x1: 46, x2: 328, y1: 190, y2: 190, "class": "axis" }));
        ticks(left, right).forEach(function (tick) {
          made.appendChild(svg("text", { x: x(tick), y: 205, "text-anchor": "middle" }, String(parseFloat(tick.toPrecision(6)))));
        });
        made.appendChild(svg("text", { x: 187, y: 224, "text-anchor": "middle", "class": "label" }, "epoch"));
        lines.forEach(function (line) {
          var group = svg("g", { "class": line.kind });
          var path = line.points.map(function (point) { return x(point[0]).toFixed(1) + "," + y(point[1]).toFixed(1); }).join("L");
          group.appendChild(line.points.length > 1 ? svg("path", { "class": "line", d: "M" + path })
            : svg("circle", { "class": "dot", r: 3.5, cx: x(line.points[0][0]), cy: y(line.points[0][1]) }));
          made.appendChild(group);
        });
        var box = node("div");
        box.appendChild(node("p", metric, "panel-title"));
        box.appendChild(made);
        return box;
      }
      function show() {
        var a = sides.a && sides.a.chosen(), b = sides.b && sides.b.chosen();
        if (!a || !b) return;
        var constants = keys([a.constants, b.constants]).filter(function (key) { return a.constants[key] !== b.constants[key]; })
          .map(function (key) { return [key, a.constants[key] || "—", b.constants[key] || "—"]; });
        document.getElementById("constants").replaceChildren(
          table(["constant", "first", "second"], constants, "Both have the same constants."));
        var scores = keys(a.runs.concat(b.runs).map(function (run) { return run.scores; })).map(function (name) {
          var own = score(a, name), other = score(b, name);
          return [name, told(own), told(other), own === null || other === null ? "—" : signed(other - own)];
        });
        document.getElementById("scores").replaceChildren(
          table(["measure", "first", "second", "second minus first"], scores, "Neither has been measured yet."));
        var metrics = keys(a.runs.concat(b.runs).map(function (run) { return run.curves; }));
        var first = ["loss", "monitor/knn", "monitor/effective-rank"];
        function rank(metric) { return first.indexOf(metric) < 0 ? first.length : first.indexOf(metric); }
        metrics.sort(function (m, n) { return rank(m) - rank(n) || m.localeCompare(n); });
        var charts = metrics.map(function (metric) {
          return chart(metric, [{ kind: "baseline", points: curve(a, metric) }, { kind: "treatment nth", points: curve(b, metric) }]
            .filter(function (line) { return line.points.length; }));
        });
        document.getElementById("curves").replaceChildren.apply(document.getElementById("curves"),
          charts.length ? charts : [node("p", "Neither has a curve yet.", "empty-state")]);
        history.replaceState(null, "", "?a=" + encodeURIComponent(a.address) + "&b=" + encodeURIComponent(b.address));
      }
      return {
        last: null,
        add: function (data) { this.last = data; },
        start: function () {
          var asked = new URLSearchParams(location.search);
          sides.a = new Side(form.querySelector(".a"), asked.get("a"), 0);
          sides.b = new Side(form.querySelector(".b"), asked.get("b"), 1);
        }
      };
    })();
    if (document.querySelector("#choice option")) repro.start();

    """#
}
