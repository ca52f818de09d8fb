/** The style of the HTML page: light, dark, narrow, on paper. Its hash stands in the page's policy. */
export const reportStyle = `
:root{color-scheme:light dark;--line:#d0d7de;--dim:#59636e;--bad:#cf222e;--paper:#fff;--ink:#1f2328;--code:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--line:#3d444d;--dim:#9198a1;--bad:#ff7b72;--paper:#0d1117;--ink:#e6edf3;--code:#151b23}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:74rem;padding:1.5rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.verdict{font-size:1.25rem;line-height:1.4;margin:1rem 0;padding:.75rem 1rem;border-left:4px solid var(--bad);overflow-wrap:anywhere}
.dim{color:var(--dim);overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.2rem .75rem .2rem 0;overflow-wrap:anywhere}
th{font-weight:normal;color:var(--dim);width:11rem}
pre,code{font:13px/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;background:var(--code)}
code{padding:.1rem .3rem}
pre{margin:.5rem 0;padding:.75rem;border:1px solid var(--line)}
img{max-width:100%;height:auto;background:#fff;border:1px solid var(--line);display:block}
img.medium,img.narrow{display:none}
ol,ul{padding-left:1.5rem}li{overflow-wrap:anywhere;margin:.25rem 0}
@media(max-width:1000px),print{img.wide{display:none}img.medium{display:block}}
@media(max-width:640px){body{padding:1rem}img.medium{display:none}img.narrow{display:block}
table,tbody,tr,th,td{display:block;width:auto}th{padding:.35rem 0 0}td{padding:0}td:empty,th:empty{display:none}}
@media print{:root{--line:#d0d7de;--dim:#59636e;--bad:#cf222e;--paper:#fff;--ink:#1f2328;--code:#fff}
body{max-width:none;padding:0;font-size:11pt}h2{break-after:avoid}pre,img,tr,li{break-inside:avoid}}
`;
