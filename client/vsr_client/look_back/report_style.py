"""The look of a report, on screen and on paper."""

import hashlib
from base64 import b64encode
from typing import Final

STYLE: Final = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 48rem; background: #fffdf9; color: #2a2620;
  font: 400 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1, h2 { font-family: ui-serif, Charter, "Noto Serif", Georgia, serif; font-weight: 500; line-height: 1.2; margin: 0; }
h1 { font-size: 2rem; }
h2 { font-size: 1.3rem; margin-top: 2.25rem; padding-bottom: .3rem; border-bottom: 1px solid #e4dccd; }
p { margin: .6rem 0; }
.soft { color: #655d50; }
.not { border-left: 4px solid #1f6b5e; background: #f2f5ef; padding: .7rem 1rem; margin: 1.25rem 0; }
.not p { margin: .2rem 0; }
.trend-words { font-size: 1.08rem; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.25rem; margin: .8rem 0; }
dl.facts dt { color: #655d50; }
dl.facts dd { margin: 0; }
figure { margin: 0; }
figcaption { font-size: .85rem; }
svg.timeline { display: block; width: 100%; height: auto; margin: 1rem 0 .5rem; }
.grid { stroke: #e4dccd; }
.axis { font-size: 12px; fill: #655d50; }
.axis.warm { fill: #84490a; } .axis.cool { fill: #2f4f80; }
.band { fill: #d9d2c3; opacity: .75; }
.one { fill: #8d8473; opacity: .7; }
.mean { stroke: #fffdf9; stroke-width: 1; }
.mean.single { fill: #fffdf9; stroke: #6d6557; stroke-width: 1.5; }
.mean.warm { fill: #c97a1e; } .mean.cool { fill: #4a6c9e; }
.trend { stroke: #1f6b5e; stroke-width: 2; } .trend.chance { stroke-dasharray: 5 5; opacity: .6; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
table.month { table-layout: fixed; margin: 1.25rem 0; break-inside: avoid; }
.month caption { text-align: left; font-weight: 600; padding-bottom: .35rem; }
.month th { font-weight: 500; font-size: .8rem; color: #655d50; text-align: left; padding: .2rem .35rem; }
.month td { height: 3.6rem; vertical-align: top; border: 1px solid #e4dccd; padding: .25rem .35rem; font-size: .85rem; }
.month .word { display: block; font-size: .7rem; line-height: 1.25; color: #4c463c; }
.month .date { font-weight: 600; }
td.positive { background: #fbeeda; } td.positive .sign { color: #84490a; }
td.negative { background: #e6edf7; } td.negative .sign { color: #2f4f80; }
td.mixed { background: #f2ece1; }
table.days { font-size: .88rem; }
.days th { text-align: left; font-weight: 600; }
.days th, .days td { padding: .3rem .5rem .3rem 0; border-bottom: 1px solid #e4dccd; }
.days tr, .note { break-inside: avoid; }
.note { margin: .9rem 0; }
.note p { margin: .1rem 0; white-space: pre-line; }
footer { margin-top: 2.5rem; padding-top: .8rem; border-top: 1px solid #e4dccd; font-size: .85rem; color: #655d50; }
.on-screen { background: #e3efe9; border-radius: .6rem; padding: .6rem 1rem; font-size: .92rem; }
@media (max-width: 34rem) {
  .month .word { font-size: .58rem; } .month td { padding: .2rem; }
  .days th:nth-child(4), .days td:nth-child(4) { display: none; }
}
@page { margin: 16mm 14mm; }
@media print {
  body { padding: 0; max-width: none; background: none; font-size: 10pt; }
  .on-screen { display: none; }
  h2 { break-after: avoid; margin-top: 1.6rem; }
  figure, footer, section, .not { break-inside: avoid; }
  .month td { height: 3rem; }
  .days tr:nth-child(-n + 3) { break-after: avoid; }
  footer { margin-top: 1.2rem; break-before: avoid; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""
POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src "
    f"'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
"""What a report may load: its own style and nothing else, wherever it is opened."""
