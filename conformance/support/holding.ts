import type { Script } from "./scripted-provider.ts";

/** A provider that holds its answer until it is told to go on. */
export interface Holding {
  readonly script: Script;
  /** Resolves when it was called. */
  readonly asked: Promise<void>;
  /** Lets it answer as it would have. */
  readonly release: () => void;
}

/** A script that holds the provider's answers. */
export function holding(): Holding {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const script: Script = async (_response, _request, normally) => {
    ask();
    await released;
    await normally();
  };
  return { script, asked, release };
}
