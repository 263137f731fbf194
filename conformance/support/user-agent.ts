import { type Answer, send } from "./http.ts";

/** A form of a page, as a browser would post it. */
export interface Form {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The values of its buttons, all of them named `action` or as the page says. */
  readonly buttons: readonly { readonly name: string; readonly value: string }[];
}

/** Where a navigation ended. */
export interface Page extends Answer {
  readonly url: string;
  /** The `Location` that was not followed, if the answer has one. */
  readonly location: string | undefined;
  /** Every URL that was asked on the way, the last one included. */
  readonly trail: readonly string[];
  readonly forms: readonly Form[];
  /** The text of its first heading, without tags. */
  readonly heading: string;
  /** Where the page sends the browser by itself (`<meta http-equiv="refresh">`). */
  readonly onward: string | undefined;
}

/** How a navigation comes about. */
export interface Navigation {
  /** The page it comes from; none: a mail, a typed address, `no-referrer`. */
  readonly referer?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form to post. */
  readonly form?: Readonly<Record<string, string>>;
  /** Whether another site posts the form: Lax cookies stay at home then. */
  readonly crossSite?: boolean;
  /** Stops before it asks a URL of which this says true. */
  readonly until?: (url: string) => boolean;
}

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};
const unescape = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (e) => entities[e] ?? e);

/** An attribute of a tag's source. */
function attribute(tag: string, name: string): string | undefined {
  const [, value] = new RegExp(`\\s${name}="([^"]*)"`).exec(tag) ?? [];
  return value === undefined ? undefined : unescape(value);
}

function formsOf(html: string): Form[] {
  return Array.from(html.matchAll(/<form\b[\s\S]*?<\/form>/g), ([source]) => {
    const tags = (name: string) =>
      Array.from(source.matchAll(new RegExp(`<${name}\\b[^>]*>`, "g")), ([tag]) => ({
        name: attribute(tag, "name") ?? "",
        value: attribute(tag, "value") ?? "",
      }));
    return {
      action: attribute(source, "action") ?? "",
      fields: Object.fromEntries(tags("input").map(({ name, value }) => [name, value])),
      buttons: tags("button"),
    };
  });
}

function headingOf(html: string): string {
  const [, heading = ""] = /<h1[^>]*>([\s\S]*?)<\/h1>/.exec(html) ?? [];
  return unescape(heading.replace(/<[^>]*>/g, ""));
}

/** A small browser: one cookie jar, redirects by hand, the headers of a document navigation. */
export class UserAgent {
  /** Cookies by host name (ports share them, RFC 6265 §8.5), in the order in which they were first set. */
  readonly #jar = new Map<string, Map<string, string>>();
  readonly #addresses: Readonly<Record<string, string>>;

  /** `addresses`: where requests for an origin really go, as with a proxy that speaks https in front of a broker. */
  constructor(addresses: Readonly<Record<string, string>> = {}) {
    this.#addresses = addresses;
  }

  /** The names and values of the cookies that a host would get. */
  cookies(url: string): ReadonlyMap<string, string> {
    return this.#jar.get(new URL(url).hostname) ?? new Map();
  }

  /** The oldest of those cookies; throws when there is none. */
  oldestCookie(url: string): { name: string; value: string } {
    const [first] = this.cookies(url);
    if (first === undefined) throw new Error(`no cookie for ${url}`);
    const [name, value] = first;
    return { name, value };
  }

  /** Puts a cookie into the jar as if the host had set it. */
  setCookie(url: string, name: string, value: string): void {
    const { hostname } = new URL(url);
    const cookies = this.#jar.get(hostname) ?? new Map<string, string>();
    this.#jar.set(hostname, cookies.set(name, value));
  }

  /** Opens a URL in a window, and follows it to where it leads. */
  async open(url: string, navigation: Navigation = {}): Promise<Page> {
    const { until = () => false } = navigation;
    const trail: string[] = [];
    let next = url;
    let how = navigation;
    for (;;) {
      trail.push(next);
      const answer = await this.#ask(next, how);
      const location =
        answer.headers.location === undefined ? undefined : new URL(answer.headers.location, next).href;
      const page = { ...answer, url: next, location, trail };
      if (location === undefined || answer.status < 300 || answer.status > 399 || until(location)) {
        const [refresh] = /<meta http-equiv="refresh"[^>]*>/.exec(answer.text) ?? [];
        const onward = refresh && attribute(refresh, "content")?.replace(/^0;url=/, "");
        return { ...page, forms: formsOf(answer.text), heading: headingOf(answer.text), onward };
      }
      if (trail.length > 20) throw new Error("the redirects never end");
      // A redirect keeps the referrer, as browsers do, and turns a posted form into a GET (Fetch, HTTP-redirect).
      const { referer } = how;
      how = { referer };
      next = location;
    }
  }

  /** Presses a button of a page's form; without `value`, its last one. */
  async press(page: Page, value?: string, navigation: Navigation = {}): Promise<Page> {
    const [form] = page.forms;
    const button = form?.buttons.find((one) => value === undefined || one.value === value);
    if (form === undefined || (button === undefined && value !== undefined))
      throw new Error(`no such button on ${page.url}: ${page.text.slice(0, 200)}`);
    const fields = { ...form.fields, ...(button && { [button.name]: button.value }) };
    return this.open(new URL(form.action, page.url).href, { ...navigation, form: fields });
  }

  async #ask(url: string, { referer, headers, form, crossSite = false }: Navigation): Promise<Answer> {
    const { origin, hostname, protocol } = new URL(url);
    const cookies = crossSite && form ? [] : [...(this.#jar.get(hostname) ?? [])];
    const answer = await send((this.#addresses[origin] ?? origin) + url.slice(origin.length), {
      method: form ? "POST" : "GET",
      headers: {
        accept: "text/html",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
        ...(referer !== undefined && { referer }),
        ...(form && { origin: crossSite ? "https://elsewhere.example" : "null" }),
        ...(cookies.length > 0 && { cookie: cookies.map(([name, value]) => `${name}=${value}`).join("; ") }),
        ...headers,
      },
      ...(form && { body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers["set-cookie"] ?? []) this.#keep(url, protocol, line);
    return answer;
  }

  /** RFC 6265 §5.3, and the rules of the `__Host-` prefix. */
  #keep(url: string, protocol: string, line: string): void {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    const has = (wanted: string): boolean => attributes.some((one) => one.toLowerCase() === wanted);
    const isSecure = has("secure");
    if (isSecure && protocol !== "https:") return;
    const domain = attributes.some((one) => /^domain=/i.test(one));
    if (name.startsWith("__Host-") && (!isSecure || domain || !has("path=/"))) return;
    if (has("max-age=0")) this.#jar.get(new URL(url).hostname)?.delete(name);
    else this.setCookie(url, name, pair.slice(at + 1));
  }
}
