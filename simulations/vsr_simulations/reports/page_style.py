"""The look of a study's page, in the light and in the dark, on a screen, a phone and on paper."""

import hashlib
from base64 import b64encode
from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --paper: #fffdf9; --ink: #2a2620; --soft: #655d50; --line: #e4dccd;
  --accent: #1f6b5e; --tint: #f2f5ef; }
@media (prefers-color-scheme: dark) { :root { --paper: #191815; --ink: #ece6da; --soft: #aaa294; --line: #3b372f;
  --accent: #7cc4b2; --tint: #23251f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 400 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 60rem; }
h1, h2, h3 { font-family: ui-serif, Charter, "Noto Serif", Georgia, serif; font-weight: 500; line-height: 1.25;
  margin: 0; text-wrap: balance; }
h1 { font-size: clamp(1.6rem, 5vw, 2.3rem); }
h2 { font-size: 1.45rem; margin-top: 3rem; padding-bottom: .35rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.12rem; margin: 0 0 .6rem; }
p, ul { margin: .8rem 0; max-width: 46rem; }
ul { padding-left: 1.2rem; }
li { margin: .3rem 0; }
.lead { color: var(--soft); font-size: 1.06rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; margin: 1.2rem 0 0; list-style: none; }
a { color: var(--accent); }
section:first-of-type { border-left: 4px solid var(--accent); background: var(--tint); padding: .9rem 1.2rem;
  margin-top: 1.8rem; }
section:first-of-type h2 { margin: 0; border: 0; padding: 0; }
figure { margin: 1.8rem 0 2.2rem; }
figure img { display: block; width: 100%; min-width: 34rem; height: auto; }
figcaption { color: var(--soft); font-size: .9rem; margin-top: .5rem; max-width: 46rem; }
.wide { overflow-x: auto; margin: 1.2rem 0; }
.wide:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
caption span { display: inline-block; position: sticky; left: 0; max-width: min(46rem, calc(100vw - 2.5rem)); }
th, td { padding: .34rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap;
  overflow-wrap: normal; }
thead th { vertical-align: bottom; font-weight: 600; white-space: normal; min-width: 4.2rem; }
th:first-child { text-align: left; padding-left: 0; min-width: 9rem; white-space: normal; }
tbody th { font-weight: 400; position: sticky; left: 0; background: var(--paper); }
tr.strong th, tr.strong td { font-weight: 650; }
footer { margin-top: 3rem; padding-top: .9rem; border-top: 1px solid var(--line); font-size: .88rem;
  color: var(--soft); }
@media print { main { padding: 0; max-width: none; } nav { display: none; } figure, tr { break-inside: avoid; } }
"""
POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src "
    f"'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
"""What a page may load: its own style and the pictures within it, nothing else, wherever it is opened."""
