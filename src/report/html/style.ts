/** Colours and fonts. Kinds keep their colour in light, dark and print. */
export const palette = `:root{color-scheme:light dark;
--paper:#fff;--raised:#f7f8f9;--ink:#14171c;--soft:#4b535f;--mute:#69727f;--rule:#e4e7eb;--rule-strong:#c4cad2;
--single:#646a71;--repeated:#1f59ba;--panel:#a95025;--cascade:#08532f;--tree:#852264;
--wash-single:#eef0f3;--wash-repeated:#e4f0f9;--wash-panel:#faeee2;--wash-cascade:#e3f2ec;--wash-tree:#f6e7f2;
--q0:#f1f4f8;--q1:#dbe5f0;--q2:#b9cfe5;--q3:#8db0d4;--q4:#5686ba;--q5:#275a93;--on-q3:#14171c;--on-q5:#fff;
--sans:Inter,"SF Pro Text",ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
--mono:ui-monospace,"SF Mono","Cascadia Mono","JetBrains Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media screen and (prefers-color-scheme:dark){:root{
--paper:#101317;--raised:#171b20;--ink:#e9ecf0;--soft:#b3bbc6;--mute:#8b95a2;--rule:#262c34;--rule-strong:#434c57;
--single:#979ba0;--repeated:#0f94e0;--panel:#f69650;--cascade:#9dfde1;--tree:#f4a8fa;
--wash-single:#20252c;--wash-repeated:#14293a;--wash-panel:#33261a;--wash-cascade:#12302a;--wash-tree:#33202e;
--q0:#1a2027;--q1:#1f2e3f;--q2:#27435f;--q3:#335f8a;--q4:#4f88bd;--q5:#8dbde8;--on-q3:#e9ecf0;--on-q5:#0c1015}}`;

/** Everything inside a picture. */
export const pictures = `svg{display:block;max-width:100%;height:auto;overflow:visible}
svg text{font-family:var(--sans);font-size:12px;fill:var(--soft);font-variant-numeric:tabular-nums}
svg .b{font-weight:600}svg .ink{fill:var(--ink)}svg .mu{fill:var(--mute)}svg .l13{font-size:13px}svg .l11{font-size:11px}svg .tail{font-size:12px;font-weight:400;fill:var(--mute)}
svg .grid{stroke:var(--rule)}svg .axis,svg .tick,svg .lead{stroke:var(--rule-strong)}
svg .ci{stroke:currentColor;stroke-width:1.5;stroke-linecap:round}
svg .soft{opacity:.55;stroke-width:1.25}
svg .m{fill:currentColor;stroke:var(--paper);stroke-width:1.5}
svg g.m{stroke:none;fill:none}
svg .ring{fill:var(--paper);stroke:currentColor;stroke-width:1.8}svg .core{fill:currentColor}
svg .open{fill:var(--paper);stroke:currentColor;stroke-width:1.8}
svg .ghost,svg .ghost .ring{fill:none;stroke:currentColor;stroke-width:1.8;stroke-dasharray:2 2}
svg .far{fill:none;stroke:currentColor;stroke-width:.8;opacity:.3}
.k-single{color:var(--single)}.k-repeated{color:var(--repeated)}.k-panel{color:var(--panel)}.k-cascade{color:var(--cascade)}.k-tree{color:var(--tree)}
svg text[class*=k-]{fill:currentColor}
svg .fill{fill:currentColor}svg .wrong,svg .unknown{fill:var(--rule-strong)}svg .wash{fill:var(--raised)}
svg .drop{stroke:currentColor;stroke-dasharray:2 3}svg .drop:not([class*=k-]){stroke:var(--rule-strong)}
svg .track{fill:var(--wash-cascade)}svg .hatchbox{fill:url(#hatch)}svg .flip{stroke:var(--ink);stroke-width:1.5}
svg .front{fill:none;stroke:var(--mute);stroke-width:1.25}svg .dash{stroke-dasharray:3 3}
svg .rl{fill:none;stroke:currentColor;stroke-width:1.5;opacity:.6}
svg .now{stroke:currentColor;stroke-width:1}
svg .q0{fill:var(--q0)}svg .q1{fill:var(--q1)}svg .q2{fill:var(--q2)}svg .q3{fill:var(--q3)}svg .q4{fill:var(--q4)}svg .q5{fill:var(--q5)}
svg .cell{fill:var(--ink)}svg .t3{fill:var(--on-q3)}svg .t4,svg .t5{fill:var(--on-q5)}
svg .wash-good{fill:var(--wash-cascade)}svg .iso{fill:none;stroke:var(--mute);stroke-width:.75;opacity:.7}svg .bound{fill:none;stroke:var(--ink);stroke-width:1.75}
svg .step{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}svg .cross{stroke:var(--ink);stroke-dasharray:2 3;opacity:.7}
svg .w-single{fill:var(--wash-single)}svg .w-repeated{fill:var(--wash-repeated)}svg .w-panel{fill:var(--wash-panel)}svg .w-cascade{fill:var(--wash-cascade)}svg .w-tree{fill:var(--wash-tree)}
svg .fade{fill:var(--wash-panel)}svg .void{fill:url(#void)}svg .halo{paint-order:stroke;stroke:var(--raised);stroke-width:3px;stroke-linejoin:round;stroke-opacity:.75}svg .key{stroke:var(--rule-strong)}`;

/** Colours, type and layout of the page. */
export const style = `
${palette}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:400 16px/1.6 var(--sans);font-variant-numeric:tabular-nums;-webkit-font-smoothing:antialiased;text-rendering:optimizeLegibility;overflow-wrap:break-word}
a{color:inherit}
:focus-visible{outline:2px solid var(--repeated);outline-offset:2px;border-radius:3px}
code,pre{font-family:var(--mono);font-size:.86em;font-variant-ligatures:none}
.nb{white-space:nowrap}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);margin:0}

header.top,main,footer{max-width:1080px;margin:0 auto;padding:0 24px}
header.top{display:flex;gap:8px 24px;flex-wrap:wrap;align-items:baseline;padding-top:24px;padding-bottom:16px;font-size:13px;color:var(--mute)}
header.top b{color:var(--ink);font-weight:600}
header.top .space{flex:1}
main{border-top:1px solid var(--rule)}
section{display:grid;grid-template-columns:minmax(0,760px) 216px;column-gap:56px;padding:64px 0 8px}
section+section{border-top:1px solid var(--rule);margin-top:56px;padding-top:40px}
section>*{grid-column:1;min-width:0}
section>*+div{margin-top:40px}
section>aside{grid-column:2;align-self:start;font-size:13px;line-height:1.55;color:var(--soft);border-top:1px solid var(--rule-strong);padding-top:8px;overflow-wrap:anywhere}
section>aside+div{grid-row:auto}
aside p{margin:0 0 10px}
aside b{color:var(--ink);font-weight:600}
section.full{grid-template-columns:minmax(0,1fr)}

h1{font-size:min(clamp(29px,4.1vw,40px),calc((100vw - 40px)/(var(--longest)*.62)));line-height:1.14;letter-spacing:-.022em;font-weight:650;margin:0 0 24px;text-wrap:balance}
h2{font-size:13px;line-height:1.4;font-weight:500;color:var(--mute);margin:0 0 10px}
h2 span{color:var(--ink);font-weight:650;margin-right:8px}
h3{font-size:min(22px,calc((100vw - 40px)/(var(--longest)*.62)));line-height:1.28;letter-spacing:-.014em;font-weight:650;margin:0;text-wrap:balance}
h4{font-size:14px;font-weight:600;line-height:1.4;margin:0}
p{margin:0 0 16px;max-width:66ch;text-wrap:pretty}
.lede{font-size:20px;line-height:1.5;color:var(--soft);max-width:58ch;margin-bottom:16px}
.lede b{color:var(--ink);font-weight:650}
.warning{font-size:14px;line-height:1.5;color:var(--soft);border-left:2px solid var(--panel);padding-left:12px;margin:0 0 12px}
.small{font-size:13px;line-height:1.5;color:var(--mute);margin-bottom:8px}

figure{margin:0}
.lede~figure,.warning~figure{margin-top:32px}
figcaption{margin-bottom:18px}
.sub{margin:4px 0 0;font-size:14px;line-height:1.5;color:var(--soft);max-width:72ch}
.source{font-size:12px;line-height:1.55;color:var(--mute);margin:14px 0 0;max-width:none}
.source b{color:var(--soft);font-weight:600;margin-right:10px}
.wide{display:block}.narrow{display:none}
.panels{display:grid;grid-template-columns:1fr 1fr;gap:24px 40px}
.panels.one{grid-template-columns:1fr}
details{font-size:13px;margin-top:4px}
summary{cursor:pointer;color:var(--mute);font-size:12px;padding:6px 0;width:max-content}
summary:hover{color:var(--ink)}

.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px;line-height:1.4}
th,td{text-align:left;padding:7px 14px 7px 0;border-bottom:1px solid var(--rule);font-weight:400;vertical-align:baseline;overflow-wrap:anywhere}
thead th{overflow-wrap:normal;color:var(--mute);font-size:12px;border-bottom:1px solid var(--rule-strong);vertical-align:bottom}
.n{text-align:right;white-space:nowrap}
th.n{white-space:normal}
tbody th{min-width:150px}
tbody th.marked{padding-left:19px;text-indent:-19px}
tr.strong>*{font-weight:600;background:var(--wash-strong)}
h3+.table,.sub+.table,figure+.table{margin-top:16px}
code.id{display:block;color:var(--mute);font-size:11.5px;margin:1px 0 0;font-weight:400;text-indent:0}
tr.strong code.id{color:var(--soft)}
.mark{display:inline-block;width:19px;text-indent:0;vertical-align:-2px}
.mark svg{overflow:visible}
.pill{display:inline-block;font-size:12px;line-height:1;padding:4px 8px;border-radius:99px;border:1px solid transparent;white-space:nowrap;background:var(--raised);color:var(--soft)}
.pill.assumed{background:var(--wash-panel);color:var(--panel)}
.pill.measured,.pill.recorded{background:var(--wash-cascade);color:var(--cascade)}
.pill.not-measured{background:none;border:1px dashed var(--mute)}
pre{background:var(--raised);border:1px solid var(--rule);border-radius:6px;padding:14px 16px;line-height:1.6;font-size:13px;margin:12px 0 16px;white-space:pre-wrap;overflow-wrap:anywhere}

.flips{margin-top:24px;border-top:1px solid var(--rule-strong)}
.flip{display:grid;grid-template-columns:minmax(0,204px) minmax(0,400px) minmax(0,1fr);gap:0 20px;padding:14px 0 10px;border-bottom:1px solid var(--rule);align-items:start}
.flip p{margin:0;font-size:13px;line-height:1.5;color:var(--soft)}
.flip .point{text-align:right;color:var(--mute)}
.flip .point b{color:var(--ink);font-weight:600}

${pictures}
footer{padding-top:40px;padding-bottom:64px;font-size:13px;color:var(--mute)}

@media screen and (max-width:1040px){
section{grid-template-columns:minmax(0,760px);padding-top:40px}
section>aside{grid-column:1;margin-top:24px;max-width:66ch}}
@media screen and (max-width:800px){
.wide{display:none}.narrow{display:block}
header.top,main,footer{padding-left:20px;padding-right:20px}
header.top .space{flex-basis:100%;height:0}
.lede{font-size:18px}
section+section{margin-top:40px}
.panels{grid-template-columns:1fr}
.flip{grid-template-columns:minmax(0,1fr) auto;gap:6px 16px}
.flip .what{grid-column:1}.flip .point{grid-column:2;grid-row:1}.flip .how{grid-column:1/-1}
table.stack thead{display:none}
table.stack tr{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:2px 12px;padding:10px 0;border-bottom:1px solid var(--rule)}
table.stack th,table.stack td{border:0;padding:0;text-align:left;grid-column:1/-1}
table.stack tr:has(.pilled) th{grid-column:1}
table.stack td.pilled{grid-column:2;grid-row:1}
table.stack td:empty,table.stack td.none{display:none}
table.stack td[data-name]:not(.pilled)::before{content:attr(data-name) ": ";color:var(--mute)}
table.big tbody th{min-width:176px}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{
@page{margin:14mm 15mm}
body{font-size:10.5pt;line-height:1.45}
header.top,main,footer{max-width:none;padding:0}
section{display:block;padding:20px 0 0}
section+section{margin-top:20px;padding-top:16px}
section>*+div{margin-top:20px}
section>aside{margin-top:14px;columns:2;column-gap:32px;break-inside:avoid}
aside p,figure,.flip,tr,pre{break-inside:avoid}
h2,h3,h4,figcaption{break-after:avoid}
h1{font-size:24pt}h3{font-size:14pt}.lede{font-size:13pt}
details{display:none}
a{text-decoration:none}
.scroll{overflow:visible}
table.big,table.big thead th{font-size:7.4pt}table.big code.id{font-size:6.2pt}table.big td,table.big th{padding:3px 5px 3px 0}table.big tbody th{min-width:0}table.big tbody th.marked{padding-left:19px}
.flip{grid-template-columns:minmax(0,170px) minmax(0,1fr) 110px}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
