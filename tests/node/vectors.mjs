// Prints the public C2SP/CCTV age vectors as one JSON object: name to base64.
import * as vectors from "cctv-age";

const named = Object.entries(vectors).filter(([, data]) => data instanceof Uint8Array);
process.stdout.write(
  JSON.stringify(Object.fromEntries(named.map(([name, data]) => [name, Buffer.from(data).toString("base64")]))),
);
