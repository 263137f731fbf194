import { style as base } from "../style.ts";

/** The stylesheet of the home page: that of the login's pages, on a sheet of its own width. */
export const style = `${base}
body{justify-content:flex-start;gap:0;padding:0 1.25rem 2rem}
header,main{width:100%;max-width:46rem}
header{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.5rem 1.5rem;padding:1.25rem 0}
header strong{font-size:1.0625rem;letter-spacing:-.01em}
header strong::first-letter{text-transform:uppercase}
header form{margin:0 0 0 auto;align-items:center;justify-content:flex-end;gap:.25rem .75rem;font-size:.875rem;color:var(--soft)}
main{padding:0;background:none;border:0;border-radius:0;box-shadow:none;overflow:visible}
h1{margin:1.25rem 0 1.5rem;font-size:2rem;letter-spacing:-.025em}
section{margin-top:2.5rem}
section>h2{margin:0 0 .75rem;font-size:1.125rem;color:var(--ink);letter-spacing:-.01em}
.who h2,.who h3{margin:0;font-size:1rem;font-weight:700;line-height:1.35;color:var(--ink)}
ul.cards{display:grid;gap:.75rem;margin:0}
.offers>li{padding:0;border:0}
ul.offers{grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr))}
.card{padding:1.25rem;background:var(--card);border:1px solid var(--line);border-radius:1.25rem;box-shadow:0 1px 2px #0001;font-size:1rem}
.who{display:flex;align-items:center;gap:.5rem .875rem}
.who>div{flex:1;min-width:0}
.who p{margin:0}
.who+*{margin-top:1rem}
.face{flex:none;width:2.75rem;height:2.75rem}
.soft,.facts{color:var(--soft);font-size:.875rem}
.facts{margin-top:.875rem}
.status{flex:none;display:inline-flex;align-items:center;gap:.4375rem;font-size:.8125rem;font-weight:600;color:var(--accent)}
.status::before{content:"";width:.5rem;height:.5rem;border-radius:50%;background:currentColor}
.status.bad{padding:.1875rem .625rem;border-radius:1rem;background:var(--warn);color:var(--warn-ink)}
.status.idle{color:var(--soft)}
.status.busy::before{animation:beat 1.6s ease-in-out infinite}
@keyframes beat{50%{opacity:.25}}
@media(prefers-reduced-motion:reduce){.status.busy::before{animation:none}}
.card .warn{margin-top:.875rem}
details{margin-top:.375rem;font-size:.875rem;color:var(--soft)}
summary{width:fit-content;padding:.25rem 0;cursor:pointer;border-radius:.25rem}
details ul{margin:.25rem 0 0}
details li{font-family:ui-monospace,monospace;font-size:.8125rem;color:var(--ink)}
.runs{margin-top:.875rem}
.runs li{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .75rem;padding:.75rem 0}
.runs li>div{flex:1;min-width:0}
.runs .bad{padding:0;background:none}
.runs p{margin:0}
.acts,.acts form,.runs form,.offers form{margin:0}
.acts{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem;margin-top:1rem}
.runs+.acts{margin-top:0;padding-top:1rem;border-top:1px solid var(--line)}
form button,.quiet,.plain,.go{flex:none;display:inline-flex;align-items:center;justify-content:center;min-height:2.75rem;padding:.5rem 1.125rem;font-size:.9375rem}
.quiet,.plain{border:1px solid var(--line);border-radius:.75rem;background:none;color:var(--ink);font-weight:600;text-decoration:none;text-align:center;line-height:1.5}
.quiet:hover,.plain:hover{background:var(--page);opacity:1}
form .plain,.plain{min-height:2.75rem;padding:.5rem .75rem;border-color:transparent;color:var(--soft);font-size:.9375rem}
form .plain:hover,.plain:hover{color:var(--ink)}
header form .plain{min-height:2.25rem;padding:.25rem .5rem;margin-right:-.5rem;font-size:.875rem;text-decoration:underline}
.offers .card{display:flex;flex-direction:column}
.offers .who{flex:1}
.fields{display:grid;gap:.875rem;margin-top:1rem}
.fields label,.fields input{font-size:.875rem}
.fields input{min-height:2.75rem;font-size:1rem;font-weight:400;text-transform:none}
.fields small{display:block;margin-top:.25rem;font-weight:400}
[aria-invalid]{border-color:var(--warn-ink)}
.fields+button{align-self:flex-start;margin-top:1rem}
.banner,main>.warn{margin-bottom:.75rem}
.banner{padding:1.25rem 1.5rem;border-radius:1.25rem;border:1px solid var(--accent);background:var(--card);box-shadow:inset .25rem 0 0 var(--accent)}
.banner.bad{border-color:var(--line);box-shadow:inset .25rem 0 0 var(--soft)}
.banner h2{margin:0;font-size:1.125rem;color:var(--ink);letter-spacing:-.01em}
.banner p{margin-top:.375rem}
.banner .go{margin:0}
.empty{padding:2rem 1.25rem;border:1px dashed var(--line);border-radius:1.25rem;color:var(--soft);text-align:center}
.lines{max-height:60vh;margin-top:1rem;padding:.75rem 1rem;overflow:auto;background:var(--card);border:1px solid var(--line);border-radius:1rem;font:.8125rem/1.6 ui-monospace,monospace}
.lines li{display:flex;gap:.875rem;padding:0;border:0;font-size:inherit}
.lines time{flex:none;color:var(--soft)}
.lines .is-debug{color:var(--soft)}
.lines b{font-weight:700}
.sheet{max-width:30rem;margin:12vh auto 0;padding:2rem}
.sheet h1{margin:1.25rem 0 0;font-size:1.5rem}
.back{margin:1rem 0 0;font-size:.9375rem}
.back+h1{margin-bottom:0}
footer{margin-top:2.5rem}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media(max-width:30rem){header form{flex-direction:row}body{padding:0 1rem 2rem}.card{padding:1rem}.sheet{margin-top:2rem;padding:1.5rem 1.25rem}.account .who{flex-wrap:wrap}.account .who>div{flex:1 1 9rem}.account .who .status{margin-left:3.625rem}h1{font-size:1.75rem}}
`;
