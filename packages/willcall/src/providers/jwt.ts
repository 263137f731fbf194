/** The parts of `jose` that are used: whoever loads this module later, in a bundle, leaves the rest of it behind. */
export {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  importPKCS8,
  jwtVerify,
  SignJWT,
} from "jose";
