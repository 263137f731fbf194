import * as client from "openid-client";
import { renderUnicodeCompact } from "uqr";

// `node examples/device-cli/tool.ts`: a login from a machine without a browser (RFC 8628), as any OAuth library does it.

const { ISSUER = "http://localhost:8787", CLIENT_ID = "root" } = process.env;
const issuer = new URL(ISSUER);
const config = await client.discovery(issuer, CLIENT_ID, undefined, client.None(), {
  algorithm: "oauth2",
  // On your own machine there is no https.
  execute: issuer.protocol === "http:" ? [client.allowInsecureRequests] : [],
});

const device = await client.initiateDeviceAuthorization(config, {});
const link = device.verification_uri_complete ?? device.verification_uri;
console.log(renderUnicodeCompact(link));
console.log(`\nScan this with your phone, or open ${link}`);
console.log(`Continue there if it shows the code ${device.user_code}.`);

try {
  const { scope } = await client.pollDeviceAuthorizationGrant(config, device);
  console.log(`\nYou are logged in. This tool may use: ${scope ?? "what it was made for"}.`);
} catch (error) {
  if (!(error instanceof client.ResponseBodyError)) throw error;
  console.error(`\n${error.error_description ?? error.error}`);
  process.exitCode = 1;
}
