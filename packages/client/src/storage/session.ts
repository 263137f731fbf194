import type { ClientStorage } from "./storage.ts";
import { webStorage } from "./web.ts";

/** Keeps the record in `sessionStorage`: it ends with the tab. Memory where the browser refuses. */
export function sessionOnly(): ClientStorage {
  return webStorage("sessionStorage");
}
