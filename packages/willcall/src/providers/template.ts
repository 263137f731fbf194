import { hasOpenHost, placesIn } from "./definition-rules.ts";

/** What may stand for `{name}`: inputs, values kept from the callback, the client id. */
export type Values = Readonly<Record<string, string>>;

/** Fills a template; undefined when a value is missing or leads to a host that is not allowed. */
export type Fill = (values: Values) => string | undefined;

/** Fills a template's places, each value passed through `encode`. */
function filler(template: string, encode: (value: string, position: number) => string): Fill {
  if (placesIn(template).length === 0) return () => template;
  return (values) => {
    let missing = false;
    const filled = template.replace(/\{([^{}]*)\}/g, (_place, name: string, position: number) => {
      const value = values[name];
      // Own members only in effect: what a prototype would lend is no string.
      if (typeof value === "string") return encode(value, position);
      missing = true;
      return "";
    });
    return missing ? undefined : filled;
  };
}

/** A parameter or header: values go in as they are. */
export function compileText(template: string): Fill {
  return filler(template, (value) => value);
}

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const publicName = new RegExp(`^(?:${label}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$`);
const authority = /^https:\/\/([a-z0-9.-]+)(?=[/?]|$)/;

/** Whether `host` is one that a `hosts` entry means: exact, `*.` for one label, or `*` for any public name. */
function hostMatches(pattern: string, host: string): boolean {
  if (pattern === "*") return true;
  if (!pattern.startsWith("*.")) return host === pattern;
  const rest = pattern.slice(1);
  return host.endsWith(rest) && host.length > rest.length && !host.slice(0, -rest.length).includes(".");
}

/**
 * Whether a filled URL leads where the definition allows (security.md, "Templated hosts"). The text is compared,
 * not its parse: whatever a URL parser would normalise away (`\`, `#`, `@`, full-width letters, ports,
 * upper case, numeric hosts) fails here.
 */
export function leadsToAllowedHost(url: string, hosts: readonly string[]): boolean {
  const host = authority.exec(url)?.[1];
  if (host === undefined || host.length > 253 || !publicName.test(host)) return false;
  return hosts.some((pattern) => hostMatches(pattern, host));
}

/**
 * An endpoint. Values in its host go in as they are and the filled URL must lead to one of `hosts`; values in
 * its path and query are escaped, so that they cannot leave their place.
 */
export function compileUrl(template: string, hosts: readonly string[] | undefined): Fill {
  if (!hasOpenHost(template)) return filler(template, encodeURIComponent);
  const slash = template.indexOf("/", template.startsWith("{") ? 0 : "https://".length);
  const hostEnd = slash < 0 ? template.length : slash;
  const fill = filler(template, (value, at) => (at < hostEnd ? value : encodeURIComponent(value)));
  return (values) => {
    const url = fill(values);
    return url !== undefined && leadsToAllowedHost(url, hosts ?? []) ? url : undefined;
  };
}
