/** Colours of masks: Okabe and Ito's palette, distinguishable with colour-blind eyes. */
const MASK_COLOURS = ['#e69f00', '#56b4e9', '#cc79a7', '#f0e442', '#d55e00', '#0072b2'];
/** Masks that have a check box; an output has hardly more names than two or three. */
const MAX_MASK_NAMES = 24;

const maskRules = Array.from({ length: MAX_MASK_NAMES }, (_, i) => {
  const colour = MASK_COLOURS[i % MASK_COLOURS.length];
  return `.mask-${i}{fill:${colour};stroke:${colour};background:${colour}}body:has(#show-mask-${i}:checked) path.mask-${i}{display:inline}`;
}).join('\n');

/** The page's own style. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--bg:#f5f6f8;--card:#fff;--ink:#1b2130;--muted:#596273;--line:#dde1e8;--accent:#2a62b8;--pale:#b9cdec;--bad:#b3261e;--bad-bg:#fbe9e7;--good:#1d6f42;--good-bg:#e3f3ea;--warn:#7a5200;--warn-bg:#fdf0d2;--empty:#e6e9ee;--shade:0 1px 2px rgb(20 30 50/.06)}
@media (prefers-color-scheme:dark){:root{--bg:#11141a;--card:#191e26;--ink:#e6e9ef;--muted:#9ba5b4;--line:#2b323d;--accent:#7fb0ff;--pale:#33496e;--bad:#ff9e94;--bad-bg:#3d1d1b;--good:#85d6a7;--good-bg:#173325;--warn:#f3cf7a;--warn-bg:#392d10;--empty:#262c36;--shade:none}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:3.5rem}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:80rem;padding:1.5rem clamp(.9rem,3vw,2.5rem) 3rem;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
h1,h2,h3,p,dl,dd,ol,ul,figure{margin:0;padding:0}
h1{font-size:1.75rem;line-height:1.25;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.75rem 0 .35rem}
h3{font-size:1rem}
ol,ul{list-style:none}
a{color:var(--accent)}
code,.code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em;overflow-wrap:anywhere}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.4rem .8rem;z-index:3}
.brand{color:var(--muted);font-size:.8rem;letter-spacing:.06em;text-transform:uppercase}
.meta{color:var(--muted);overflow-wrap:anywhere;margin-top:.3rem}
.lead{color:var(--muted);margin-bottom:.9rem;max-width:60rem}
.note{color:var(--muted);font-size:.84rem}
.state,.badge{display:inline-block;border-radius:1rem;padding:.02rem .6rem;font-size:.82rem;font-weight:600;background:var(--warn-bg);color:var(--warn)}
.state.complete{background:var(--good-bg);color:var(--good)}
.remark{margin-top:.8rem;padding:.6rem .9rem;border-radius:.5rem;background:var(--warn-bg);color:var(--warn);max-width:60rem}
.remark.warning{background:var(--bad-bg);color:var(--bad)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.65rem;padding:1rem 1.1rem;box-shadow:var(--shade)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.8rem;margin-top:1.3rem}
.number{display:flex;flex-direction:column;padding:.8rem 1.1rem}
.number .title{color:var(--muted);font-size:.84rem}
.number .value{font-size:1.7rem;line-height:1.3;font-weight:650;letter-spacing:-.01em}
nav{position:sticky;top:0;z-index:2;margin-top:1.2rem;background:var(--bg);border-bottom:1px solid var(--line)}
nav ul{display:flex;gap:.2rem 1.3rem;padding:.6rem 0;overflow-x:auto}
nav a{text-decoration:none;font-weight:550;white-space:nowrap}
nav a:hover{text-decoration:underline}
.controls{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;justify-content:space-between;margin-bottom:.9rem}
fieldset{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;align-items:center;border:0;margin:0;padding:0;min-width:0}
legend{float:left;padding:0;margin-right:1rem;color:var(--muted)}
label{display:inline-flex;align-items:center;gap:.4rem;cursor:pointer}
input[type=checkbox]{width:1.05rem;height:1.05rem;margin:0;accent-color:var(--accent)}
.swatch{width:.8rem;height:.8rem;border-radius:.2rem}
.swatch.landmarks{display:inline-block;background:#2fe0a2}
select,button{font:inherit;color:inherit}
select,.more button,.steps button,dialog form button{background:var(--card);border:1px solid var(--line);border-radius:.45rem;padding:.3rem .7rem;cursor:pointer}
select:hover,.more button:hover,.steps button:hover:not(:disabled){border-color:var(--accent)}
.sort{color:var(--muted)}
.sort select{color:var(--ink);max-width:15rem}
[hidden]{display:none!important}
.sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.4rem,1fr));gap:.9rem .8rem}
.face{min-width:0;content-visibility:auto;contain-intrinsic-size:auto 8.4rem auto 11.2rem}
.folded .rest{display:none}
.face button{display:block;width:100%;padding:0;border:0;background:none;cursor:zoom-in;position:relative;aspect-ratio:1;border-radius:.5rem;overflow:hidden}
.face button:hover{filter:brightness(1.06)}
.face button:focus-visible{outline-offset:-3px;outline-width:3px}
.face img,.face svg,.nothing{position:absolute;inset:0;width:100%;height:100%;display:block;background:var(--empty)}
.face svg,.picture svg{background:none;overflow:hidden}
.face .name{display:block;margin-top:.3rem;font-size:.8rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.face .facts{display:block;color:var(--muted);font-size:.76rem}
.landmarks{display:none}
.landmarks path{fill:none;stroke-linecap:round;stroke-linejoin:round;stroke:#2fe0a2}
.landmarks .lines{stroke-width:2.5;stroke-opacity:.75}
.landmarks .dots{stroke-width:8}
.picture .lines{stroke-width:1.3}
.picture .dots{stroke-width:4.5}
body:has(#show-landmarks:checked) g.landmarks{display:inline}
path.mask{display:none;fill-opacity:.22;fill-rule:evenodd;stroke-width:4;stroke-linejoin:round}
.picture path.mask{stroke-width:2}
${maskRules}
.more{text-align:center;margin-top:1.2rem}
.more button{padding:.5rem 1.3rem}
dialog{width:min(56rem,calc(100vw - 1.5rem));max-height:calc(100vh - 1.5rem);border:1px solid var(--line);border-radius:.8rem;padding:1.1rem 1.3rem;background:var(--card);color:var(--ink)}
dialog::backdrop{background:rgb(8 10 14/.7)}
dialog form{display:flex;justify-content:space-between;align-items:start;gap:1rem;margin-bottom:.8rem}
dialog h3{overflow-wrap:anywhere}
dialog[open]{display:grid;grid-template-columns:minmax(0,1.25fr) minmax(12rem,1fr);gap:0 1.4rem;align-content:start}
dialog form{grid-column:1/-1}
.picture{position:relative;aspect-ratio:1;border-radius:.5rem;overflow:hidden;grid-row:2/4}
.picture>*{position:absolute;inset:0;width:100%;height:100%}
dialog dl{display:grid;align-content:start}
dialog dl div{display:grid;grid-template-columns:6.2rem 1fr;gap:.6rem;padding:.36rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--muted)}
dd{overflow-wrap:anywhere}
.steps{display:flex;gap:.6rem;align-self:end;margin-top:1rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19.5rem),1fr));gap:.9rem;margin-bottom:.9rem}
.chart figcaption{display:flex;flex-wrap:wrap;gap:.2rem 1rem;justify-content:space-between;align-items:baseline}
.chart .facts{display:flex;flex-wrap:wrap;gap:0 .8rem;font-size:.8rem}
.chart .facts div{display:flex;gap:.3rem}
.plot{display:block;width:100%;height:auto;margin:.5rem 0 .3rem}
.bar{fill:var(--accent)}
.most{fill:var(--pale)}
rect.failed,.key.failed{fill:var(--bad);background:var(--bad)}
.bar:hover{opacity:.75}
.key{display:inline-block;width:.8rem;height:.4rem;margin-left:.5rem}
.axis{stroke:var(--muted);stroke-width:1}
.grid{stroke:var(--line);stroke-width:1}
.tick{fill:var(--muted);font-size:10.5px}
.wide .tick{font-size:11px}
.tick.end{text-anchor:end}
.tick.middle{text-anchor:middle}
.empty{color:var(--muted);padding:2rem 0;text-align:center}
details{margin-top:.5rem;font-size:.84rem}
summary{color:var(--muted);cursor:pointer}
table{border-collapse:collapse;width:100%;font-size:.88rem}
th,td{text-align:left;vertical-align:top;padding:.36rem .9rem .36rem 0;border-bottom:1px solid var(--line)}
tbody th{font-weight:500}
thead th{color:var(--muted);font-weight:500;font-size:.8rem}
tbody tr:last-child>*{border-bottom:0}
th .note{display:block;font-weight:400}
td{overflow-wrap:anywhere}
details table{width:auto}
details td{text-align:right;padding-left:1rem}
.pairs td{text-align:left}
.pairs th{color:var(--muted);font-weight:400}
.scroll{overflow-x:auto}
.failure{margin-bottom:.8rem}
.failure h3{display:flex;flex-wrap:wrap;gap:.1rem .6rem;align-items:baseline}
.failure .code{color:var(--bad)}
.failure .count{margin-left:auto;font-size:1.1rem}
.failure tbody th{max-width:18rem;overflow-wrap:anywhere;min-width:8rem}
.failure td{min-width:10rem}
.hint{margin:.2rem 0 .6rem}
.passes{display:grid;gap:.8rem}
.stages{display:flex;flex-wrap:wrap;gap:.8rem;margin-top:.6rem}
.stage{border:1px solid var(--line);border-left:3px solid var(--accent);border-radius:.4rem;padding:.6rem .9rem}
.roles{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin-bottom:.25rem}
.roles li:not(:last-child)::after{content:"→";margin-left:1.2rem;color:var(--muted)}
.role{color:var(--muted)}
.reasons{margin-top:.8rem;font-size:.9rem}
.reasons .code{color:var(--muted)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:.9rem;margin:.9rem 0;align-items:start}
footer{margin-top:3rem;color:var(--muted);font-size:.84rem;border-top:1px solid var(--line);padding-top:1rem}
@media (max-width:40rem){.sheet{grid-template-columns:repeat(auto-fill,minmax(6.4rem,1fr));gap:.7rem .5rem}dialog[open]{display:block}.picture{max-width:26rem;margin:0 auto .6rem}.number .value{font-size:1.4rem}.cards{grid-template-columns:repeat(2,1fr)}.roles li:not(:last-child)::after{margin-left:.6rem}.wide .plot{min-width:34rem}.wide{overflow-x:auto}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--muted:#444;--line:#bbb;--accent:#2a62b8;--pale:#b9cdec;--bad:#b3261e;--good:#1d6f42;--good-bg:#fff;--warn:#5a3d00;--warn-bg:#fff;--bad-bg:#fff;--empty:#eee;--shade:none}body{max-width:none;padding:0;font-size:10pt}nav,.controls,.more,.skip,dialog,details{display:none}.face{content-visibility:visible;break-inside:avoid}.sheet{grid-template-columns:repeat(7,1fr)}.card,.chart{break-inside:avoid}h2{break-after:avoid}.bar,.most,path,.failed{print-color-adjust:exact}}
`;
