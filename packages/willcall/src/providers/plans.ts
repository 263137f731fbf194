import type { Platform } from "../platform.ts";
import { createDiscovery } from "./discovery.ts";
import { compilePlan, type Plan } from "./plan.ts";
import type { Provider, ProviderFailure } from "./provider.ts";

/** Failures after which what an issuer said of itself may be out of date. */
const doubtful: ReadonlySet<ProviderFailure["reason"]> = new Set([
  "provider_down",
  "misconfigured",
  "bad_answer",
  "wrong_id_token",
]);

/** Compiled definitions, each kept as long as its `Provider`. */
export interface Plans {
  /** The plan, at once or after discovery; undefined when discovery has nothing to say. */
  of(provider: Provider): Plan | undefined | Promise<Plan | undefined>;
  /** A call failed: where endpoints were discovered, they may be looked up again before the next. */
  noteFailure(provider: Provider, failure: ProviderFailure): void;
}

/** Compiles definitions at their first use; one that leaves endpoints open is completed by discovery. */
export function createPlans(platform: Pick<Platform, "fetch" | "now" | "random">): Plans {
  const discovery = createDiscovery(platform.fetch, () => platform.now());
  const plans = new WeakMap<Provider, { metadata: object | undefined; plan: Plan | undefined }>();

  function compile(provider: Provider, metadata: object | undefined): Plan | undefined {
    const known = plans.get(provider);
    if (known !== undefined && known.metadata === metadata) return known.plan;
    const plan = compilePlan(provider, { ...metadata, ...provider.definition }, platform);
    plans.set(provider, { metadata, plan });
    return plan;
  }

  return {
    of(provider) {
      const { issuer, authorization_endpoint, token_endpoint } = provider.definition;
      const isComplete = authorization_endpoint !== undefined && token_endpoint !== undefined;
      if (isComplete || issuer === undefined) return compile(provider, undefined);
      return discovery.read(issuer).then((metadata) => metadata && compile(provider, metadata));
    },
    noteFailure({ definition: { issuer } }, { reason }) {
      if (issuer !== undefined && doubtful.has(reason)) discovery.doubt(issuer);
    },
  };
}
