/**
 * The one stylesheet of Willcall's pages. Cancel and Continue look equally strong, and can't be pressed in the
 * first half second: a page that opens this one under a double click must not get a click on Continue.
 */
export const style = `
:root{color-scheme:light dark;--page:#f3f4f1;--card:#fff;--ink:#1b1e1d;--soft:#585e5b;--line:#e0e3df;--accent:#17604f;--on:#fff;--warn:#fdf3dc;--warn-ink:#5a3d05}
@media(prefers-color-scheme:dark){:root{--page:#101312;--card:#1a1e1d;--ink:#eef1ef;--soft:#a7aeab;--line:#303634;--accent:#7fd6bd;--on:#0b1b16;--warn:#33290f;--warn-ink:#f5dfa8}}
*{box-sizing:border-box;margin:0}
body{min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;justify-content:center;align-items:center;gap:1rem;padding:1.25rem 1rem;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{width:100%;max-width:27rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:1.25rem;box-shadow:0 1px 2px #0001,0 1rem 3rem -1.5rem #0003;overflow:hidden}
.mark{display:block;height:3rem;margin-bottom:1.5rem}
.tile{fill:var(--page);stroke:var(--line)}
.tile+text{fill:var(--ink);font:600 20px system-ui,sans-serif;text-anchor:middle}
.way{fill:none;stroke:var(--soft);stroke-width:2;stroke-linecap:round;stroke-dasharray:0 6}
.sign circle{fill:var(--accent)}
.sign path{fill:none;stroke:var(--on);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.stop circle{fill:var(--soft)}
.stop path{stroke:var(--card)}
h1{font-size:1.5rem;line-height:1.25;letter-spacing:-.015em;text-wrap:balance}
p{margin-top:.75rem;text-wrap:pretty}
h2{margin-top:1.5rem;font-size:.875rem;font-weight:600;color:var(--soft)}
ul{padding:0;margin-top:.375rem;list-style:none}
li{padding:.25rem 0;font-size:.9375rem;border-top:1px solid var(--line)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin-top:1.25rem;font-size:.875rem}
dt{color:var(--soft)}
.code{font:600 1.75rem/1.5 ui-monospace,monospace;letter-spacing:.12em}
label{flex:1 0 100%;font-size:.875rem;color:var(--soft)}
input{display:block;width:100%;padding:.25rem .75rem;border:1px solid var(--soft);border-radius:.75rem;background:var(--page);color:var(--ink);text-transform:uppercase}
form:has(label){flex-wrap:wrap}
.warn{margin-top:1.25rem;padding:.75rem 1rem;border-radius:.75rem;background:var(--warn);color:var(--warn-ink);font-size:.875rem}
form{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}
form button{animation:arm .5s step-end}
@keyframes arm{from{pointer-events:none;opacity:.85}}
label{flex:1 0 100%;font-size:.875rem;font-weight:600;color:var(--soft)}
input{display:block;width:100%;margin-top:.375rem;padding:.25rem .875rem;border:1px solid var(--soft);border-radius:.75rem;background:var(--page);color:var(--ink);text-transform:uppercase}
a{color:var(--accent)}
button,.go{flex:1;min-height:3rem;padding:.625rem 1rem;border:1px solid transparent;border-radius:.75rem;background:var(--accent);color:var(--on);font:600 1rem/1.5 system-ui,sans-serif;text-align:center;text-decoration:none;cursor:pointer}
.go{display:block;margin-top:1.5rem}
button[value=cancel]{background:var(--ink);color:var(--card)}
button:hover,.go:hover{opacity:.88}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
small{color:var(--soft);font-size:.8125rem}
@media(max-width:22rem){main{padding:1.5rem 1.25rem}form{flex-direction:column}}
`;
