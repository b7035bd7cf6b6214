extension ExperimentPage {
  static let template = Template.template(
    """
    <section class="opening">
    <p class="kicker">{{title}} · version {{version}}</p>
    <h1>{{paper}}</h1>
    <p class="place">{{citation}} arXiv:{{arXiv}}</p>
    <dl class="facts"><div><dt>images</dt><dd>{{images}}</dd></div><div><dt>scale</dt><dd>{{scale}}</dd></div>\
    <div><dt>takes</dt><dd>{{cost}}</dd></div></dl>
    {{#outdated}}<p class="notice">{{outdated}}</p>{{/outdated}}
    {{#dataNote}}<p class="notice">{{{dataNote}}}</p>{{/dataNote}}
    </section>

    <h2>Claims</h2>
    {{#claims}}<section class="claim-card" id="{{anchor}}">
    <p class="kicker">{{kind}}</p>
    <h3>{{sentence}}</h3>
    <p class="ruling">{{{verdict}}}</p>
    {{#phrases}}<p>{{.}}.</p>
    {{/phrases}}
    <dl class="facts">
    <div><dt>looks after</dt><dd class="looks">{{#looks}}<span class="look{{#isReached}} reached{{/isReached}}">{{pairs}}</span>{{/looks}} \
    pairs <span class="place">({{pairs}} there{{seedNote}})</span></dd></div>
    <div><dt>published</dt><dd>{{publishedWords}}</dd></div>
    <div><dt>equal within</dt><dd>±{{margin}}: {{reason}}</dd></div>
    <div><dt>digest</dt><dd><code>{{digest}}</code></dd></div>
    </dl>
    {{#hasChecks}}<h4>A test only if</h4>
    <ul class="checks">{{#checks}}<li class="{{state}}"><span class="sign" aria-hidden="true">{{sign}}</span><span>{{condition}} \
    <span class="place">{{numbers}}</span></span></li>
    {{/checks}}</ul>{{/hasChecks}}
    {{#figures}}<figure><figcaption><b>{{heading}}</b><ul class="legend"><li><span class="key dot baseline"></span>{{baseline}}</li>\
    <li><span class="key dot treatment"></span>{{treatment}}</li><li><span class="key margin"></span>±{{limits}}</li></ul></figcaption>
    {{#isEmpty}}<p class="empty-state">No pair yet. The first look is at {{firstLook}} pairs.</p>{{/isEmpty}}
    {{^isEmpty}}<div class="panels"><div><p class="panel-title">both arms, seed by seed (%)</p>{{{levels}}}</div>\
    <div><p class="panel-title">treatment minus baseline (points)</p>{{{differences}}}</div></div>{{/isEmpty}}</figure>
    {{/figures}}
    </section>
    {{/claims}}

    <section>
    <h2>Curves</h2>
    {{#hasCurves}}<ul class="legend">{{#legend}}<li><span class="key line {{kind}}"></span>{{name}}</li>{{/legend}}</ul>
    <div class="panels">{{#curves}}<div><p class="panel-title">{{name}}</p>{{{markup}}}</div>{{/curves}}</div>
    {{#hasOtherCurves}}<details><summary>Further curves</summary><div class="panels">{{#otherCurves}}<div><p class="panel-title">\
    {{name}}</p>{{{markup}}}</div>{{/otherCurves}}</div></details>{{/hasOtherCurves}}
    <p class="caption">Means over seeds, with a band from the lowest to the highest. Other arms, and single runs: \
    <a href="{{compare}}">compare any two</a>.</p>{{/hasCurves}}
    {{^hasCurves}}<p class="empty-state">No run on record yet, so there are no curves.</p>{{/hasCurves}}
    </section>

    <section>
    <h2>Every arm</h2>
    {{{arms}}}
    </section>

    {{#tables}}<section>
    <h2>{{heading}}</h2>
    {{{markup}}}
    <p class="caption">{{{remark}}}</p>
    </section>
    {{/tables}}

    {{#hasPictures}}<section>
    <h2>Pictures</h2>
    <div class="pictures">{{#pictures}}<figure><a href="{{address}}"><img src="{{address}}" alt="{{words}}" loading="lazy"></a>\
    <figcaption>{{words}}</figcaption></figure>{{/pictures}}</div>
    </section>{{/hasPictures}}

    <section>
    <h2>Cost</h2>
    {{#costs}}{{{costs}}}
    <p class="caption">Means over an arm's runs on record. Seconds are of the clock; training holds what waited for images. \
    Multiply-adds are those of pre-training. Energy is a dash where a run has none, and no run's file has it so far.</p>{{/costs}}
    {{^costs}}<p class="empty-state">Nothing measured yet; <code>repro estimate</code> tells what this machine would take.</p>{{/costs}}
    </section>

    <section>
    <h2>Run it yourself</h2>
    <pre class="command"><code>{{commands}}</code></pre>
    </section>

    <section>
    <h2>Where the numbers come from</h2>
    {{#caption}}<p>{{{caption}}}</p>{{/caption}}
    {{#provenance}}<details><summary>Every run</summary>{{{provenance}}}</details>{{/provenance}}
    {{^provenance}}<p class="empty-state">No run is on record yet.</p>{{/provenance}}
    {{#local}}<h3>On this machine, and not on record</h3>
    {{{local}}}
    <p class="caption">No verdict rests on these. <code>repro record</code> takes those that were made from a clean tree.</p>{{/local}}
    </section>
    """)
}
