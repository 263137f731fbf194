const meanings: Readonly<Record<string, string>> = {
  openid: "Know who you are",
  profile: "See your name",
  email: "See your email address",
};

const style = `
:root{color-scheme:light dark;--sky:#dceaf5;--card:#fff;--ink:#17263b;--soft:#52627a;--line:#d5deea;--blue:#1c56c4;--on:#fff}
@media(prefers-color-scheme:dark){:root{--sky:#0d1522;--card:#172233;--ink:#e8eef8;--soft:#a3b1c6;--line:#2b3a52;--blue:#8db4ff;--on:#0b1830}}
*{box-sizing:border-box;margin:0}
body{min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--sky);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:24rem;padding:2rem;background:var(--card);border-radius:.5rem;border-top:.375rem solid var(--blue)}
.brand{font-weight:700;color:var(--blue);letter-spacing:-.01em}
h1{margin:1rem 0 .25rem;font-size:1.375rem}
p,li{color:var(--soft)}
.who{display:flex;gap:.75rem;align-items:center;margin:1.25rem 0;padding:.75rem;border:1px solid var(--line);border-radius:.5rem;color:var(--ink)}
.who svg{flex:none;width:2.25rem;height:2.25rem}
.who small{display:block;color:var(--soft)}
ul{padding-left:1.25rem;margin:.5rem 0 1.5rem}
form{display:flex;gap:.75rem}
button{flex:1;min-height:2.75rem;border:1px solid var(--line);border-radius:.5rem;background:none;color:inherit;font:600 1rem system-ui,sans-serif;cursor:pointer}
button[value=allow]{background:var(--blue);border-color:var(--blue);color:var(--on)}
:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
`;

const layout = (title: string, main: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} · Meadow ID</title>
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body><main><p class="brand">Meadow ID</p>${main}</main></body>
</html>
`;

/** Asks the one user. `scopes` are those of the request; unknown ones have no words here and are left out. */
export function consentPage(scopes: readonly string[]): string {
  const items = scopes.flatMap((scope) => meanings[scope] ?? []).map((meaning) => `<li>${meaning}</li>`);
  return layout(
    "Log in",
    `<h1>Fieldnotes wants to come in</h1>
<p>Continue as the demo user and let Fieldnotes:</p>
<div class="who"><svg viewBox="0 0 36 36" aria-hidden="true"><circle cx="18" cy="18" r="18" fill="#e6a93c"/><text x="18" y="24" text-anchor="middle" font-family="system-ui" font-weight="600" fill="#3d2a05">A</text></svg><span>Ada Lovelace<small>ada@meadow.example</small></span></div>
<ul>${items.join("")}</ul>
<form method="post"><button name="answer" value="deny">Refuse</button><button name="answer" value="allow">Allow</button></form>`,
  );
}

/** A page that says one sentence of our own. */
export function errorPage(sentence: string): string {
  return layout("Sorry", `<h1>That didn’t work</h1><p>${sentence}</p>`);
}
