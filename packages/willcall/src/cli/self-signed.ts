import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** DER tags (ITU-T X.690) that a certificate needs. */
const tag = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One DER element: tag, length, content. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...contents: readonly Uint8Array[]) => der(tag.sequence, ...contents);
const hex = (text: string) => Buffer.from(text, "hex");
const oid = (text: string) => der(tag.oid, hex(text));

/** The object identifiers, as the bytes that DER makes of them. */
const ids = {
  ecdsaWithSha256: "2a8648ce3d040302",
  commonName: "550403",
  basicConstraints: "551d13",
  keyUsage: "551d0f",
  extendedKeyUsage: "551d25",
  serverAuth: "2b06010505070301",
  subjectAltName: "551d11",
} as const;

/** RFC 5280 §4.1.2.5: two digits for the year until 2049, four from 2050. */
function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds)
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replace(/[-:T]/g, "");
  const long = Number(digits.slice(0, 4)) >= 2050;
  return long ? der(tag.time, Buffer.from(digits)) : der(tag.utcTime, Buffer.from(digits.slice(2)));
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  const flag = critical ? [der(tag.boolean, hex("ff"))] : [];
  return sequence(oid(id), ...flag, der(tag.octets, value));
}

const extensions = sequence(
  extension(ids.basicConstraints, true, sequence()),
  // digitalSignature alone: the first bit of eight, seven unused.
  extension(ids.keyUsage, true, der(tag.bits, hex("0780"))),
  extension(ids.extendedKeyUsage, false, sequence(oid(ids.serverAuth))),
  extension(
    ids.subjectAltName,
    false,
    sequence(
      der(0x82, Buffer.from("localhost")),
      der(0x87, Buffer.from([127, 0, 0, 1])),
      der(0x87, hex("00000000000000000000000000000001")),
    ),
  ),
);

/**
 * A fresh P-256 key and a self-signed certificate (RFC 5280) for localhost, 127.0.0.1 and ::1, as one PEM text.
 * `notBefore` and `notAfter` are milliseconds since the epoch.
 */
export function selfSignedPem(notBefore: number, notAfter: number): string {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid(ids.ecdsaWithSha256));
  const name = sequence(
    der(
      tag.set,
      sequence(oid(ids.commonName), der(tag.utf8, Buffer.from("localhost (Willcall development)"))),
    ),
  );
  const serial = randomBytes(16);
  // Positive and without a leading zero byte, as DER wants its integers.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const facts = sequence(
    der(0xa0, der(tag.integer, hex("02"))),
    der(tag.integer, serial),
    algorithm,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = sign("sha256", facts, privateKey);
  const certificate = sequence(facts, algorithm, der(tag.bits, hex("00"), signature));
  const lines = certificate.toString("base64").replace(/(.{64})(?=.)/g, "$1\n");
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  return `${key}-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
