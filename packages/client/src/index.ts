export {
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type LoginOptions,
} from "./client.ts";
export type { Dialect, LoginParameters, MailboxKey, Pending } from "./dialect.ts";
export { type ErrorCode, WillcallError } from "./errors.ts";
export type { State, Status } from "./state.ts";
export type { ClientStorage } from "./storage/storage.ts";
export type { Kept, Tokens } from "./tokens.ts";
