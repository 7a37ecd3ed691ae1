/**
 * Build the page: one script, one style sheet, the notices of what they contain.
 *
 * `node build.mjs` writes src/kedou/assets/lab; the same sources always give the same bytes.
 * `node build.mjs --check` builds into memory and fails where the committed files differ.
 */

import { gzipSync } from "node:zlib";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, "../src/kedou/assets/lab");
const LARGEST = 250 * 1024;
/** The oldest that know container queries: rules in rules are written out for them. */
const BROWSERS = ["chrome106", "firefox110", "safari16.4"];

/** Rules hold inside `.kedou` alone: in a notebook everything else is somebody else's. */
const UNSCOPED = /(tokens|host-page|host-notebook|chapters\/index)\.css$/;

function scoped({ path }) {
  const rules = readFileSync(path, "utf8");
  const contents = UNSCOPED.test(path) ? rules : `.kedou {\n${rules}\n}\n`;
  return { contents, loader: "css" };
}

process.chdir(HERE);
const result = await build({
  entryPoints: { bundle: "hosts/bundle.ts" },
  outdir: OUT,
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: "esm",
  target: ["es2022", ...BROWSERS],
  charset: "utf8",
  legalComments: "none",
  loader: { ".css": "css" },
  plugins: [{ name: "scope", setup: (it) => it.onLoad({ filter: /\.css$/ }, scoped) }],
});

/** The packages whose code is in the bundle, with their licences and notices. */
function notices(outputs) {
  const names = new Set();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
      if (found && bytesInOutput > 0) names.add(found[1]);
    }
  }
  const parts = [...names].sort().map((name) => {
    const folder = join(HERE, "node_modules", name);
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const texts = readdirSync(folder)
      .filter((each) => /^(licen[cs]e|notice)(\.(md|txt))?$/i.test(each))
      .sort()
      .map((each) => readFileSync(join(folder, each), "utf8").replace(/\r\n/g, "\n").trim());
    if (texts.length === 0) throw new Error(`${name} has no licence file`);
    return `${name} ${about.version} (${about.license})\n\n${texts.join("\n\n")}\n`;
  });
  const head = "bundle.js contains code of these packages.\n";
  return [head, ...parts].join(`\n${"-".repeat(72)}\n\n`);
}

const files = new Map(result.outputFiles.map((file) => [relative(OUT, file.path), file.contents]));
files.set("index.html", readFileSync("hosts/index.html"));
files.set("THIRD-PARTY-NOTICES.txt", Buffer.from(notices(result.metafile.outputs)));

let total = 0;
for (const [name, contents] of files) {
  const size = gzipSync(contents, { level: 9 }).length;
  if (!name.endsWith(".txt")) total += size;
  console.log(`${name.padEnd(26)} ${(size / 1024).toFixed(1).padStart(6)} KB gzipped`);
}
console.log(`${"page and bundle".padEnd(26)} ${(total / 1024).toFixed(1).padStart(6)} KB gzipped`);
if (total > LARGEST) throw new Error("the page is larger than 250 KB gzipped");

if (process.argv.includes("--check")) {
  const stale = [...files].filter(
    ([name, contents]) =>
      !existsSync(join(OUT, name)) || !readFileSync(join(OUT, name)).equals(Buffer.from(contents)),
  );
  if (stale.length > 0) {
    console.error(`not what the sources give: ${stale.map(([name]) => name).join(", ")}`);
    console.error("run `npm run build` in web/ and commit src/kedou/assets/lab");
    process.exitCode = 1;
  }
} else {
  mkdirSync(OUT, { recursive: true });
  for (const [name, contents] of files) writeFileSync(join(OUT, name), contents);
}
