import { TOKENS } from './tokens.ts'

/** The page's style sheet, as text. Colours are variables, which the charts use too; contrast is at least 4.5 to 1. */
export const STYLE = `
${TOKENS}*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:62rem;margin:0 auto;padding:3rem 1.25rem 1rem}
h1{font-size:clamp(2rem,5.5vw,3.1rem);line-height:1.12;letter-spacing:-.02em;font-weight:650;margin:.2rem 0 1rem;text-wrap:balance}
h2{font-size:1.4rem;line-height:1.25;letter-spacing:-.01em;font-weight:650;margin:0 0 .5rem}
h3{font-size:1rem;margin:.4rem 0}
p{margin:.4rem 0 .9rem;max-width:46rem}
h1,h2,h3,p,li,dd,pre{overflow-wrap:anywhere}
a{color:var(--first);text-underline-offset:.15em}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9em}
dfn{font-style:normal;font-weight:600}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
h3:focus{outline:none}
.eyebrow{color:var(--ink-soft);margin:0}
.lead{font-size:1.2rem;margin-bottom:.4rem}
.soft{color:var(--ink-soft)}
.note{background:var(--note);padding:.7rem 1rem;border-radius:.6rem}
.skip{position:absolute;left:-99rem;background:var(--sheet);padding:.6rem 1rem}
.skip:focus{left:.5rem;top:.5rem;z-index:2}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.75rem;margin:1.6rem 0 1.2rem}
.card{background:var(--sheet);border:1px solid var(--line);border-radius:.8rem;padding:.8rem 1rem}
.card dt{color:var(--ink-soft);font-size:.85rem}
.card dd{margin:0}
.value{display:block;font-size:1.55rem;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.3}
.remark{display:block;color:var(--ink-soft);font-size:.82rem;line-height:1.35}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;padding:.9rem 0;margin:0 0 1.2rem;border-block:1px solid var(--line);font-size:.92rem}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
section{background:var(--sheet);border:1px solid var(--line);border-radius:1rem;padding:1.5rem 1.5rem 1.3rem;margin:0 0 1.25rem;scroll-margin-top:1rem}
.advice{margin:.4rem 0 0;padding-left:1.2rem;max-width:48rem}
.advice li{margin:.35rem 0}
.scroll{overflow-x:auto;border-radius:.4rem}
.scroll.tall{max-height:24rem;overflow-y:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--ink-soft);font-size:.9rem;padding-bottom:.4rem}
.list{width:100%;font-size:.94rem}
.list th,.list td{padding:.45rem .8rem .45rem 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:middle;font-weight:400}
.list thead th{color:var(--ink-soft);font-size:.84rem;white-space:nowrap}
.list tbody th{font-weight:550}
.list tbody th,.list tbody td{max-width:18rem;overflow-wrap:break-word}
.list .number{text-align:right;padding-right:1.4rem;white-space:nowrap}
.list tbody tr:last-child>*{border-bottom:0}
.bar{display:flex;align-items:center;gap:.6rem;white-space:nowrap}
.track{flex:none;width:5.5rem;height:.5rem;border-radius:.25rem;background:var(--line);overflow:hidden}
.track span{display:block;height:100%;background:var(--first)}
.confusion th{font-weight:500;font-size:.9rem;padding:.3rem .6rem;max-width:12rem;overflow-wrap:break-word}
.confusion thead th{vertical-align:bottom}
.confusion tbody th{text-align:right;max-width:16rem;position:sticky;left:0;background:var(--sheet);z-index:1}
.corner{color:var(--ink-soft);font-size:.78rem;text-align:right;padding:.3rem .6rem;vertical-align:bottom;white-space:nowrap}
.confusion td:not(.corner){padding:2px;min-width:3.6rem;height:2.9rem;text-align:center}
.dense thead th{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;padding:.6rem .3rem;max-height:9rem}
.confusion.dense td:not(.corner){min-width:2.55rem;height:2.5rem}
.dense td button{padding:0 .15rem;min-height:2.3rem}
td button,.zero{display:flex;align-items:center;justify-content:center;width:100%;height:100%;min-height:2.5rem;border:0;border-radius:.45rem;font:inherit;font-variant-numeric:tabular-nums;color:inherit}
td button{cursor:pointer;font-weight:600;text-decoration:underline dotted;text-underline-offset:.25em;background:rgb(var(--right)/calc(var(--share)*.42));padding:0 .7rem}
.wrong button{background:rgb(var(--wrong)/calc(.1 + var(--share)*.6))}
td button:hover{box-shadow:inset 0 0 0 2px currentColor}
td button[aria-expanded=true]{box-shadow:inset 0 0 0 2px var(--focus)}
.zero{color:var(--ink-soft);opacity:.55;background:rgb(var(--right)/.04)}
.panel{margin-top:1rem;padding:1rem 1rem .6rem;border:1px solid var(--line);border-radius:.8rem;background:var(--paper)}
.panel-head{display:flex;justify-content:space-between;align-items:baseline;gap:1rem}
.close{font:inherit;font-size:.9rem;color:var(--ink);background:none;border:1px solid var(--line);border-radius:.5rem;padding:.2rem .8rem;cursor:pointer}
.gallery{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(8.2rem,1fr));gap:1rem .9rem;padding:0;margin:.6rem 0 .4rem}
.tabs{display:flex;flex-wrap:wrap;gap:.4rem;margin:.2rem 0 .9rem}
.tabs button{font:inherit;font-size:.92rem;color:var(--ink);background:none;border:1px solid var(--line);border-radius:.5rem;padding:.3rem .8rem;cursor:pointer}
.tabs button[aria-pressed=true]{border-color:var(--first);box-shadow:inset 0 0 0 1px var(--first);font-weight:600}
[hidden]{display:none}
.gallery.pairs{grid-template-columns:repeat(auto-fill,minmax(16rem,1fr))}
.pairs li{display:grid;grid-template-columns:1fr 1fr;gap:.5rem}
.findings{grid-template-columns:repeat(auto-fill,minmax(11rem,1fr))}
.findings .several{grid-column:span 2}
.findings .pairs{display:grid;grid-template-columns:repeat(auto-fit,minmax(5rem,1fr));gap:.5rem}
.said-of-all{font-size:.84rem;line-height:1.35;margin:.35rem 0 0}
.what{font-weight:600}
figure{margin:0;min-width:0}
.thumb{aspect-ratio:4/3;border-radius:.55rem;overflow:hidden;background:var(--line)}
.thumb a{display:block;height:100%}
.thumb img{width:100%;height:100%;object-fit:contain;display:block;background:#fff}
.thumb.none::after{content:"no preview";display:grid;place-items:center;height:100%;color:var(--ink-soft);font-size:.8rem}
figcaption{font-size:.84rem;line-height:1.35;padding-top:.35rem}
figcaption span{display:block;overflow-wrap:anywhere}
.said{font-weight:600}
.said b{font-weight:600;color:var(--second)}
.path{color:var(--ink-soft);font-size:.78rem;overflow-wrap:anywhere}
.names{columns:16rem;font-size:.85rem;padding-left:1.1rem}
.chart svg{display:block;width:100%;height:auto;max-width:46rem;font-family:inherit}
.chart .narrow{display:none}
.two{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem}
.two .wide{display:none}
.two .narrow{display:block}
details{margin:.5rem 0 .2rem}
summary{cursor:pointer;color:var(--ink-soft);font-size:.92rem;width:max-content}
pre{background:var(--paper);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;overflow-x:auto}
.settings{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:.35rem 1.5rem;margin:1rem 0 0;font-size:.92rem}
.settings div{display:flex;gap:.6rem;border-bottom:1px solid var(--line);padding:.25rem 0;min-width:0}
.settings dt{color:var(--ink-soft);flex:none}
.settings dd{margin:0 0 0 auto;text-align:right;overflow-wrap:anywhere}
footer{max-width:62rem;margin:0 auto;padding:0 1.25rem 3rem;color:var(--ink-soft);font-size:.88rem}
@media (max-width:40rem){body{font-size:16px}.confusion tbody th{min-width:4.5rem;max-width:6.5rem;overflow-wrap:anywhere;font-size:.82rem;padding-inline:0 .4rem}.corner{white-space:normal;padding-inline:0 .4rem}.confusion td:not(.corner){min-width:2.9rem}.track{width:2.5rem}main{padding-top:1.6rem}section{padding:1.1rem 1rem 1rem;border-radius:.8rem}.two{grid-template-columns:1fr}.chart .wide{display:none}.chart .narrow{display:block}.gallery{grid-template-columns:repeat(auto-fill,minmax(7rem,1fr))}.cards{grid-template-columns:1fr 1fr}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media (forced-colors:active){td button{border:1px solid ButtonText}}
@page{margin:14mm}
@media print{:root{--paper:#fff;--sheet:#fff;--ink:#000;--ink-soft:#444;--line:#bbb;--first:#0e6b6f;--second:#a8590b;--band:#0e6b6f40;--right:14 107 111;--wrong:184 80 40;--note:#f4ead8}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:10.5pt}main{padding:0;max-width:none}nav,.skip,.close,.tabs,.screen,footer,summary{display:none}section{border:0;border-top:1px solid var(--line);border-radius:0;padding:1rem 0;margin:0}
h2,h3,p,figure,tr,.card,.chart,.confusion{break-inside:avoid}h2,h3,thead,section>p{break-after:avoid}.gallery{grid-template-columns:repeat(6,1fr)}.gallery.pairs{grid-template-columns:repeat(3,1fr)}.gallery.findings{grid-template-columns:repeat(4,1fr)}li{break-inside:avoid}.scroll,.scroll.tall{overflow:visible;max-height:none}a{color:inherit;text-decoration:none}td button{text-decoration:none}}
`
