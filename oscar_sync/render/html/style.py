"""How the page looks: light, dark, narrow and on paper; and its one small script."""

from typing import Final

STYLE: Final = """\
:root { color-scheme: light dark; --fg: #1b1f24; --bg: #ffffff; --soft: #f4f6f8; --rule: #c9d1d9;
  --dim: #505a65; --link: #0550ae; --add: #116329; --addbg: #e3f7e8; --del: #a40e26;
  --delbg: #ffebe9; --warn: #7a4a00; --warnbg: #fff4d6; --tok: #6639ba; --str: #0a3069; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6edf3; --bg: #0d1117; --soft: #161b22;
  --rule: #3d444d; --dim: #a2abb5; --link: #79b8ff; --add: #7ee787; --addbg: #10291a;
  --del: #ffa198; --delbg: #36171a; --warn: #f2cc60; --warnbg: #2f2610; --tok: #d2a8ff;
  --str: #a5d6ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.2rem; max-width: 78rem; background: var(--bg); color: var(--fg);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
.lead { font-size: 1.05rem; margin: .2rem 0; } .dim { color: var(--dim); font-weight: 400; }
.skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
fieldset { border: 1px solid var(--rule); border-radius: 6px; margin: 1rem 0; padding: .4rem .8rem;
  display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; align-items: center; }
input[type=search] { font: inherit; padding: .2rem .5rem; color: inherit; background: var(--soft);
  border: 1px solid var(--dim); border-radius: 4px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem;
  border-bottom: 1px solid var(--rule); }
th { color: var(--dim); font-weight: 600; }
.entry { border: 1px solid var(--rule); border-left-width: 5px; border-radius: 6px;
  margin: .5rem 0; padding: .4rem .8rem; }
.entry > summary { cursor: pointer; }
.badge { display: inline-block; min-width: 6.2em; padding: 0 .5em; margin-right: .5em;
  border: 1px solid currentColor; border-radius: 4px; text-align: center; font-size: .85em;
  color: var(--tone); }
.good { border-left-color: var(--add); --tone: var(--add); }
.warn { border-left-color: var(--warn); --tone: var(--warn); }
.bad { border-left-color: var(--del); --tone: var(--del); }
.erases { background: var(--delbg); color: var(--del); padding: .1rem .5rem; border-radius: 4px; }
.keeps { background: var(--addbg); color: var(--add); padding: .1rem .5rem; border-radius: 4px; }
ul.plain { list-style: none; padding: 0; margin: .4rem 0; } ul.plain li { margin: .2rem 0; }
code, .code td, pre { font: 13px/1.45 ui-monospace, Menlo, Consolas, monospace; }
.scroll { overflow-x: auto; }
pre { overflow-x: auto; }
.code { table-layout: fixed; border: 1px solid var(--rule); }
.two { min-width: 44rem; }
.code td { white-space: pre-wrap; border: 0; padding: 0 .6rem; }
.code .at { width: 4em; text-align: right; color: var(--dim); padding: 0 .4rem;
  user-select: none; }
.code td.del { background: var(--delbg); } .code td.ins { background: var(--addbg); }
.code td.none { background: var(--soft); }
del, ins { text-decoration: none; } del::before { content: "- "; } ins::before { content: "+ "; }
.code td.same { padding-left: calc(.6rem + 2ch); }
.code th { padding: .25rem .6rem; } .code th.at { padding: .25rem .4rem; }
.gap td { color: var(--dim); background: var(--soft); }
.tc { color: var(--dim); font-style: italic; } .ts { color: var(--str); }
.tk, .tv { color: var(--tok); } .tn { color: var(--link); }
.code del .tc, .code ins .tc { color: inherit; }
.flow { border: 1px solid var(--rule); border-radius: 6px; margin: .5rem 0; }
.miss { display: none; }
@media (max-width: 40rem) { body { padding: .7rem; font-size: 14px; }
  .stack thead { display: none; }
  .stack, .stack tbody, .stack tr, .stack td, .stack th { display: block; border: 0; padding: 0; }
  .stack tr { padding: .4rem 0; border-bottom: 1px solid var(--rule); }
  .stack td[data-of]::before { content: attr(data-of) ": "; color: var(--dim); } }
@media print { body { max-width: none; padding: 0; font-size: 11px; }
  code, .code td, pre { font-size: 10px; }
  .filters, .skip { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .scroll { overflow: visible; } .two { min-width: 0; }
  .flow svg { max-width: 100%; height: auto; }
  tr, .entry > summary, h2, h3 { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .code td.del, .code td.ins, .erases, .keeps { print-color-adjust: exact; } }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
"""

SCRIPT: Final = """\
const find = document.getElementById("find"), told = document.getElementById("told");
find.parentElement.hidden = false;
find.addEventListener("input", () => {
  const text = find.value.trim().toLowerCase();
  const entries = [...document.querySelectorAll("[data-name]")];
  for (const entry of entries)
    entry.classList.toggle("miss", !entry.dataset.name.toLowerCase().includes(text));
  const left = entries.filter((entry) => !entry.classList.contains("miss")).length;
  told.textContent = `${left} of ${entries.length} shown`;
});
"""
"""Finding by name is all that needs it: filters, folds and the picture work without."""
