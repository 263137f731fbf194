/** Written by scripts/catalogue.mjs before each build. */
declare module "*catalogue.json" {
  import type { CataloguePack } from "willcall/worker";
  const pack: CataloguePack;
  export default pack;
}
