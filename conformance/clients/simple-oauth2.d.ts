/** As much of simple-oauth2 as its test uses: it comes without types. */
declare module "simple-oauth2" {
  interface Token {
    readonly token: Readonly<Record<string, unknown>>;
    refresh(parameters?: Readonly<Record<string, string>>): Promise<Token>;
    revoke(kind: "access_token" | "refresh_token"): Promise<void>;
  }
  export class AuthorizationCode {
    constructor(options: object);
    authorizeURL(parameters: Readonly<Record<string, string>>): string;
    getToken(parameters: Readonly<Record<string, string>>): Promise<Token>;
  }
}
