import type { Question } from "../../pick-up-socket.ts";
import { Shard } from "./shard.ts";

/** An object as the tests know it: its clients are answered with what they asked, once it is `answerable`. */
export class TestShard extends Shard<unknown> {
  static answerable = true;

  protected now(): number {
    return Date.now();
  }

  protected async answer({ url }: Question): Promise<string | undefined> {
    return TestShard.answerable ? url : undefined;
  }
}

export default {
  fetch: () => new Response(null, { status: 404 }),
};
