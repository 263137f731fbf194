// Serves https://localhost:8787, with the certificate of `mkcert localhost` where there is one.
import { existsSync } from "node:fs";
import { wrangler } from "./wrangler.mjs";

const certificate = existsSync("localhost.pem") && existsSync("localhost-key.pem");
const files = ["--https-cert-path", "localhost.pem", "--https-key-path", "localhost-key.pem"];
wrangler("dev", ...(certificate ? files : []), ...process.argv.slice(2));
