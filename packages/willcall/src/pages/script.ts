/**
 * The one script of Willcall's pages. It takes `code` and `state` out of the address bar and the history, and
 * closes the window of a login that is done, where the browser lets a page do that.
 */
export const script =
  `if(/[?&](code|state)=/.test(location.search))history.replaceState(null,"",location.pathname);` +
  `if("close"in document.documentElement.dataset)setTimeout(()=>window.close(),1200)`;
