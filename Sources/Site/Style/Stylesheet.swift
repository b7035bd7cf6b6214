/// How the pages look: one pair of accents, baseline and treatment, the same in every chart and on every page.
enum Stylesheet {
  static let text = colors + page + tables + charts + print
}

extension Stylesheet {
  private static let colors = """
    :root {
      color-scheme: light dark;
      --page: #fcfcfa; --card: #ffffff; --ink: #1c2126; --soft: #4a525b; --muted: #69727c; --faint: #e3e5e3; --grid: #ececea;
      --baseline: #2f6fa8; --treatment: #c2501a; --reference: #969da5; --other: #7b6b94; --band: #f1f0ea;
      --sans: "Inter", "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif;
      --serif: "Charter", "Bitstream Charter", "Source Serif 4", Georgia, "Liberation Serif", serif;
      --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #14171a; --card: #1a1e22; --ink: #e7e8e8; --soft: #bcc2c8; --muted: #939ca5; --faint: #2b3137; --grid: #242a2f;
        --baseline: #74aee2; --treatment: #f08a52; --reference: #727b84; --other: #a996c8; --band: #20262b;
      }
    }

    """

  private static let page = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 var(--sans); }
    main { max-width: 1080px; margin: 0 auto; padding: 0 24px 64px; }
    header.site { border-bottom: 1px solid var(--faint); }
    header.site nav { max-width: 1080px; margin: 0 auto; padding: 14px 24px; display: flex; flex-wrap: wrap; gap: 6px 26px;
      align-items: baseline; font-size: 14.5px; }
    header.site a { color: var(--muted); text-decoration: none; padding: 3px 0; }
    header.site a:hover, header.site a[aria-current] { color: var(--ink); }
    header.site a[aria-current] { box-shadow: 0 2px 0 var(--treatment); }
    header.site a.name { font: 600 19px/1 var(--serif); color: var(--ink); margin-right: 10px; }
    footer.site { max-width: 1080px; margin: 0 auto; padding: 0 24px 48px; color: var(--muted); font-size: 13px; }
    footer.site p { max-width: none; border-top: 1px solid var(--faint); padding-top: 18px; }
    .opening { padding: 44px 0 8px; }
    h1 { font: 600 36px/1.18 var(--serif); letter-spacing: -0.01em; margin: 0 0 14px; max-width: 24em; }
    h2 { font: 600 23px/1.3 var(--serif); margin: 56px 0 16px; }
    h3 { font: 600 18px/1.4 var(--serif); margin: 30px 0 8px; }
    h4 { font: 600 14px/1.4 var(--sans); margin: 22px 0 6px; }
    p { margin: 0 0 10px; max-width: 46em; }
    a { color: inherit; text-decoration-color: var(--reference); text-underline-offset: 3px; }
    a:hover { text-decoration-color: var(--treatment); }
    :focus-visible { outline: 2px solid var(--baseline); outline-offset: 2px; border-radius: 2px; }
    code { font: 0.9em var(--mono); }
    .lead { font-size: 18px; color: var(--soft); max-width: 40em; }
    .kicker { color: var(--muted); font-size: 13px; letter-spacing: 0.02em; margin-bottom: 6px; }
    .place, .caption { color: var(--muted); font-size: 13.5px; }
    .caption { margin-top: 10px; }
    .notice { border-left: 3px solid var(--treatment); background: var(--band); padding: 10px 14px; font-size: 14.5px;
      margin: 14px 0; }
    .empty-state { color: var(--muted); border: 1px dashed var(--faint); border-radius: 6px; padding: 22px 20px; max-width: none;
      text-align: center; font-size: 14.5px; }
    .counts { list-style: none; display: flex; flex-wrap: wrap; gap: 8px 30px; margin: 20px 0; padding: 0; font-size: 14.5px;
      color: var(--soft); }
    .counts b { font: 600 25px/1 var(--serif); color: var(--ink); margin-right: 3px; font-variant-numeric: lining-nums; }
    .sign { color: var(--muted); }
    .held .sign { color: var(--treatment); } .opposite .sign { color: var(--baseline); } .equal .sign { color: var(--ink); }
    .verdict { font-weight: 600; font-size: 14.5px; }
    .verdict.open { font-weight: 400; color: var(--muted); }
    .ruling .verdict { font-size: 16px; } h3 .verdict { font: 400 14px/1 var(--sans); margin-left: 6px; }
    .facts { margin: 16px 0; display: grid; gap: 6px; font-size: 14.5px; }
    .facts > div { display: grid; grid-template-columns: 8em 1fr; gap: 12px; }
    .facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; }
    .look { display: inline-block; min-width: 2.1em; text-align: center; border: 1px solid var(--reference); border-radius: 1.2em;
      padding: 0 7px; margin-right: 6px; color: var(--muted); font-variant-numeric: tabular-nums; }
    .look.reached { background: var(--treatment); border-color: var(--treatment); color: var(--page); }
    .claim-card { background: var(--card); border: 1px solid var(--faint); border-radius: 8px; padding: 24px 26px; margin: 18px 0; }
    .claim-card h3 { margin-top: 0; font-size: 20px; max-width: 38em; }
    .checks { list-style: none; padding: 0; margin: 0 0 8px; font-size: 14.5px; }
    .checks li { padding: 3px 0; display: grid; grid-template-columns: 22px minmax(0, 1fr); }
    .checks .failed .sign { color: var(--treatment); font-weight: 700; } .checks .passed .sign { color: var(--ink); }
    figure { margin: 22px 0 0; } figcaption { font-size: 14px; color: var(--soft); }
    .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 22px; padding: 0; margin: 8px 0 10px; font-size: 13.5px;
      color: var(--soft); }
    .key { display: inline-block; vertical-align: middle; margin-right: 7px; color: var(--ink); }
    .key.dot { width: 10px; height: 10px; border-radius: 50%; background: currentColor; }
    .key.line { width: 22px; height: 0; border-top: 2.5px solid currentColor; } .key.line.nth { border-top-style: dashed; }
    .key.published { width: 9px; height: 9px; border: 1.5px solid var(--muted); transform: rotate(45deg); }
    .key.margin { width: 20px; height: 11px; background: var(--band); border: 1px solid var(--faint); }
    .key.treatment { color: var(--treatment); } .key.baseline { color: var(--baseline); }
    .key.reference { color: var(--reference); } .key.other { color: var(--other); }
    pre.command { background: var(--card); border: 1px solid var(--faint); border-radius: 6px; padding: 14px 16px; overflow-x: auto;
      font-size: 14px; line-height: 1.7; }
    details { margin: 14px 0; } summary { cursor: pointer; color: var(--soft); font-size: 14.5px; }
    .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); gap: 22px; }
    .pictures figure { margin: 0; } .pictures img { width: 100%; height: auto; border: 1px solid var(--faint); }
    .choice { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 18px; }
    fieldset { border: 1px solid var(--faint); border-radius: 8px; padding: 10px 16px 14px; margin: 0; background: var(--card);
      min-width: 0; }
    legend { font-size: 14px; padding: 0 6px; } label { display: block; font-size: 13px; color: var(--muted); margin-top: 8px; }
    select { display: block; width: 100%; font: 15px var(--sans); color: var(--ink); background: var(--page); padding: 7px 8px;
      border: 1px solid var(--faint); border-radius: 5px; margin-top: 3px; }
    .progress { height: 6px; border-radius: 3px; background: var(--faint); overflow: hidden; margin: 12px 0 8px; }
    .progress span { display: block; height: 100%; background: var(--treatment); }

    """

  private static let tables = """
    .scroll { overflow-x: auto; max-width: 100%; }
    table { border-collapse: collapse; font-size: 14px; line-height: 1.45; width: max-content; min-width: 100%;
      font-variant-numeric: tabular-nums; }
    th, td { text-align: left; padding: 8px 16px 8px 0; vertical-align: top; border-bottom: 1px solid var(--faint); }
    td { max-width: 24em; overflow-wrap: break-word; } th.number { max-width: 9em; }
    th:last-child, td:last-child { padding-right: 0; }
    th { font-weight: 600; vertical-align: bottom; border-bottom: 1px solid var(--reference); }
    .number { text-align: right; white-space: nowrap; } th.number { white-space: normal; }
    th button { all: unset; cursor: pointer; color: var(--soft); font: 600 13px/1.35 var(--sans); }
    th button:focus-visible { outline: 2px solid var(--baseline); }
    th button:hover { color: var(--ink); }
    th[aria-sort="ascending"] button::after { content: " ↑"; } th[aria-sort="descending"] button::after { content: " ↓"; }
    tr.quiet td { color: var(--muted); } a.quiet { color: var(--muted); }
    abbr { text-decoration: none; cursor: help; color: var(--treatment); }

    """

  private static let charts = """
    .panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(290px, 1fr)); gap: 20px 24px; margin-top: 12px; }
    .panel-title { font-size: 13.5px; color: var(--soft); margin: 0 0 2px; }
    .chart { max-width: 100%; height: auto; display: block; font: 11px var(--sans); color: var(--ink); overflow: visible; }
    .chart text { fill: var(--muted); font-variant-numeric: tabular-nums; } .chart .label { fill: var(--soft); font-size: 11.5px; }
    .chart .empty { font-size: 13px; }
    .chart .grid { stroke: var(--grid); } .chart .axis { stroke: var(--reference); } .chart .guide { stroke: var(--muted); }
    .chart .margin { fill: var(--band); }
    .chart .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    .chart .nth .line { stroke-dasharray: 6 4; }
    .chart .ink .line { stroke: var(--reference); stroke-width: 1; }
    .chart .band { fill: currentColor; opacity: 0.16; }
    .chart .bar { stroke: currentColor; stroke-width: 2.2; stroke-linecap: round; }
    .chart .dot { fill: currentColor; stroke: var(--card); stroke-width: 1; }
    .chart .dot.open { fill: var(--page); stroke: currentColor; stroke-width: 1.8; }
    .chart .treatment { color: var(--treatment); } .chart .baseline { color: var(--baseline); }
    .chart .reference { color: var(--reference); } .chart .other { color: var(--other); } .chart .ink { color: var(--soft); }
    .chart .published { fill: var(--page); stroke: var(--muted); stroke-width: 1.5; }
    .forest-plot { display: grid; grid-template-columns: minmax(0, 1fr) 428px 200px; margin-top: 14px; }
    .forest-plot > div { border-bottom: 1px solid var(--faint); padding: 9px 0; display: flex; flex-direction: column;
      justify-content: center; }
    .forest-plot > .effect { padding: 0 0 0 28px; } .forest-plot > .standing { padding-left: 28px; font-size: 14.5px; }
    .forest-plot > div:nth-last-child(-n+3) { border: 0; }
    .forest-plot .paper { grid-column: 1 / -1; display: block; padding: 26px 0 8px; }
    .forest-plot .paper h3 { margin: 0; } .forest-plot .paper p { margin: 0; color: var(--muted); font-size: 13.5px; }
    .forest-plot .sentence { font-size: 14.5px; line-height: 1.45; margin: 0 0 2px; }
    .forest-plot .sentence a { text-decoration: none; } .forest-plot .sentence a:hover { text-decoration: underline; }
    .forest-plot .place { margin: 0; font-size: 13px; }
    .forest-plot svg { flex: none; }

    @media (max-width: 860px) {
      .forest-plot { grid-template-columns: minmax(0, 1fr); }
      .forest-plot > div { border: 0; padding: 0; }
      .forest-plot > .claim { padding-top: 14px; } .forest-plot > .effect { padding: 4px 0; }
      .forest-plot > .standing { padding: 0 0 14px; border-bottom: 1px solid var(--faint); display: block; }
      .forest-plot .standing .place { margin-left: 10px; }
    }
    @media (max-width: 640px) {
      main, header.site nav, footer.site { padding-left: 16px; padding-right: 16px; }
      .opening { padding-top: 28px; } h1 { font-size: 28px; } h2 { margin-top: 42px; }
      .claim-card { padding: 18px 16px; } .facts > div { grid-template-columns: 1fr; gap: 0; }
      .panels { grid-template-columns: minmax(0, 1fr); }
      header.site nav { gap: 4px 18px; font-size: 14px; } header.site a.name { margin-right: 0; }
    }

    """

  private static let print = """
    @media print {
      :root { --page: #fff; --card: #fff; --ink: #000; --soft: #222; --muted: #555; --faint: #ccc; --grid: #eee;
        --baseline: #2f6fa8; --treatment: #c2501a; --reference: #888; --other: #7b6b94; --band: #f2f2f0; }
      body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
      header.site, form, noscript { display: none; }
      .scroll { overflow: visible; } table { font-size: 8.5pt; }
      details::details-content { content-visibility: visible; }
      section, figure, tr, .panels > div { break-inside: avoid; } section { break-inside: auto; } h2, h3 { break-after: avoid; }
      .claim-card { padding: 0; border: 0; }
      .forest-plot { grid-template-columns: minmax(0, 1fr) 320px 140px; }
    }

    """
}
