// What the console takes from others for its cryptography; everything else is left out.
export { Decrypter, Encrypter, identityToRecipient } from "age-encryption";
// Not among the package's exports: a reader that knows its place in the header tries it first.
export { HybridIdentity } from "./node_modules/age-encryption/dist/recipients.js";
export { argon2idAsync } from "@noble/hashes/argon2.js";
export { hkdf } from "@noble/hashes/hkdf.js";
export { sha256 } from "@noble/hashes/sha2.js";
export { ed25519 } from "@noble/curves/ed25519.js";
export { bech32 } from "@scure/base";
