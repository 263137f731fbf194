const file =
  "works on SQLite's own file; its counterpart for Durable Objects and D1 is in conformance/workers";
const command = "needs a limited operator token, which a command makes that opens SQLite's own file";
const noProcess = "needs a broker that runs connectors, and a Worker starts no process";
const edge = "is the business of Cloudflare's edge, in front of every Worker";

/** Cases of the suite that make no sense inside workerd, by the end of their name, and why: docs/conformance-workers.md. */
export const inapplicable: Readonly<Record<string, string>> = {
  "S9: headers over 16 KiB are 431": edge,
  "S9: a body that never comes: the connection is cut": edge,
  "S9: odd Host headers and absolute forms are answered, and no worse than 4xx": edge,
  "A12: refuses  with 403 before any work": "needs an empty Origin header, which workerd shows to nobody",
  "S11: tokens whose connection dies before a byte of them leaves go back, and that is recorded":
    "pipelines two requests, which workerd takes one after the other; see worker-connection.worker.test.ts",
  "S9, A2: are capped: beyond ten thousand a direct begin is 503 in text, and other apps go on":
    "fills one store; a cap that is shared out is tested in shard.worker.test.ts",
  "S1, S4: no log line and no file of the store holds device code, user code or tokens": file,
  "S1, S4: holds no token, code, key or secret, whatever was done": file,
  "S1: still holds none after the broker has stopped and started again": file,
  "S1: is not logged when the store breaks in the middle of it": file,
  "S1: two boxes that were swapped open for nobody": file,
  "S1: a box with any byte flipped opens for nobody": file,
  "S7: what is past its time is deleted, though nobody ever asks for it again": file,
  "S7: thousands of logins that nobody opens leave nothing behind": file,
  "S11, S3: burns no code: the callback is 503, and works when it is played again": file,
  "S11, A12: loses no tokens: the poll is 503 with CORS, and a later one gets them": file,
  "S11: refreshes nothing that it could not store": file,
  "S11: loses no login that the provider has answered": file,
  "S11: loses no rotated token that the provider has answered": file,
  "A1, A2, A5: begins and pending polls go on; health says what is wrong": file,
  "S1, S4: holds no secret of a document, whatever its member is called": file,
  "S1, S4: stands nowhere in the clear, neither in the store nor in the log": file,
  "is on offer, is run, and its page shows what it said": noProcess,
  "begins an account with the scope that it needs": noProcess,
  "that nobody put on offer is not run, nor connected": noProcess,
  "E: the operator's server, as far as its token allows": command,
  "S1: is made by no token that may not sign people in: whoever is signed in reads tokens": command,
};
