// Builds what the console serves of others: node build.mjs FOLDER
// package.json overrides the older curves and hashes that post-quantum asks for: two copies of both
// would be half of the bundle again, and the newer Argon2id is more than twice as fast. That they
// fit together is held by tests/console/test_console_sealing.py, against Python, both ways.
// Writes age.js, htmx.min.js, pico.classless.min.css, VENDOR.toml and LICENCES.txt.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = process.argv[2];
if (!out) throw new Error("name the folder to write to");
await mkdir(out, { recursive: true });

const files = [
  {
    file: "age.js",
    packages: [
      "age-encryption",
      "@noble/ciphers",
      "@noble/curves",
      "@noble/hashes",
      "@noble/post-quantum",
      "@scure/base",
    ],
  },
  { file: "htmx.min.js", from: "htmx.org/dist/htmx.min.js", packages: ["htmx.org"] },
  {
    file: "pico.classless.min.css",
    from: "@picocss/pico/css/pico.classless.min.css",
    packages: ["@picocss/pico"],
  },
];

await build({
  absWorkingDir: here,
  entryPoints: ["age.entry.js"],
  outfile: join(out, "age.js"),
  bundle: true,
  format: "esm",
  minify: true,
  charset: "utf8",
  target: "es2022",
  legalComments: "none",
});
for (const { file, from } of files) {
  if (from) await copyFile(join(modules, from), join(out, file));
}

const described = async (name) => JSON.parse(await readFile(join(modules, name, "package.json")));
const licence = async (name) => {
  const entries = await readdir(join(modules, name));
  const found = entries.find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
  return found ? readFile(join(modules, name, found), "utf8") : "";
};

const rows = [
  "# The files in this folder are of others, unchanged or bundled. Do not edit them:",
  "# ./run vendor builds them again, and a test compares byte by byte.",
];
const texts = [];
for (const { file, packages } of files) {
  const digest = createHash("sha256").update(await readFile(join(out, file))).digest("hex");
  rows.push("", "[[file]]", `name = "${file}"`, `sha256 = "${digest}"`);
  for (const name of packages) {
    const { version, license } = await described(name);
    rows.push("[[file.package]]", `name = "${name}"`, `version = "${version}"`);
    rows.push(`licence = "${license}"`);
    texts.push(`${name} ${version} (${license})\n\n${(await licence(name)).trim()}\n`);
  }
}
await writeFile(join(out, "VENDOR.toml"), rows.join("\n") + "\n");
await writeFile(join(out, "LICENCES.txt"), texts.join(`\n${"-".repeat(78)}\n\n`));
