// Padding, so that the length of a sealed thing tells little: the twin of bot/sealing/padding.py.

const MINIMUM = 1024;
const PREFIX = 4;

/** The next length that Padmé allows. */
export function padme(length) {
  if (length < 2) return length;
  const exponent = Math.floor(Math.log2(length));
  const free = exponent - (Math.floor(Math.log2(exponent)) + 1);
  const step = 2 ** Math.max(free, 0);
  return Math.ceil(length / step) * step;
}

export const caseSize = (length) => Math.max(MINIMUM, padme(length + PREFIX));

/** `u32 length || content || zeros`. */
export function pad(content) {
  const padded = new Uint8Array(caseSize(content.length));
  new DataView(padded.buffer).setUint32(0, content.length);
  padded.set(content, PREFIX);
  return padded;
}

/** The content; throws for anything `pad` would not have made. */
export function unpad(padded) {
  if (padded.length < PREFIX) throw new Error("the padding is not as it should be");
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  const right = padded.length === caseSize(length);
  if (!right || padded.subarray(PREFIX + length).some((byte) => byte !== 0)) {
    throw new Error("the padding is not as it should be");
  }
  return padded.subarray(PREFIX, PREFIX + length);
}
