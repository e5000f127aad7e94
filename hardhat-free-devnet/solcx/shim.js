"use strict";
// solc's own command line, as much of it as py-solc-x and forge use, over npm's WebAssembly build of the same compiler.
// npm's `solcjs` will not do: it prints notices on stdout and exits 0 whatever happens.

const fs = require("fs");
const path = require("path");

class UsageError extends Error {}

const OPTIONS_WITH_VALUE = new Set(["--base-path", "--include-path", "--allow-paths"]);

function parse(argv) {
  const options = { action: null, input: null, basePath: null, includePaths: [], allowPaths: [] };
  for (let i = 0; i < argv.length; i++) {
    const equals = argv[i].indexOf("=");
    const name = argv[i].startsWith("--") && equals > 0 ? argv[i].slice(0, equals) : argv[i];
    let value = name === argv[i] ? null : argv[i].slice(equals + 1);
    if (OPTIONS_WITH_VALUE.has(name)) {
      if (value === null) value = argv[++i];
      if (value === undefined) throw new UsageError(`the required argument for option '${name}' is missing`);
    }
    if (name === "--version" || name === "--standard-json") options.action = name;
    else if (name === "--base-path") options.basePath = value;
    else if (name === "--include-path") options.includePaths.push(value);
    else if (name === "--allow-paths") options.allowPaths.push(...value.split(",").filter((entry) => entry !== ""));
    else if (options.action === "--standard-json" && options.input === null && (name === "-" || !name.startsWith("-")))
      options.input = name;
    else throw new UsageError(`unrecognised option '${argv[i]}'`);
  }
  if (options.action === null) throw new UsageError("No input: this compiler takes --version or --standard-json [FILE|-].");
  if (options.includePaths.length > 0 && options.basePath === null)
    throw new UsageError("--include-path option requires a non-empty base path.");
  return options;
}

// Imports and `urls` are read from the base path, then the include paths; nothing outside these and --allow-paths
// is readable, links followed.
function reader(options) {
  const base = path.resolve(options.basePath ?? ".");
  const roots = [base, ...options.includePaths.map((entry) => path.resolve(entry))];
  const readable = [...roots, ...options.allowPaths.map((entry) => path.resolve(base, entry))]
    .filter((entry) => fs.existsSync(entry))
    .map((entry) => fs.realpathSync(entry));
  return (name) => {
    const plain = name.startsWith("file://") ? name.slice("file://".length) : name;
    for (const root of roots) {
      const candidate = path.resolve(root, plain);
      if (!fs.existsSync(candidate) || !fs.statSync(candidate).isFile()) continue;
      const real = fs.realpathSync(candidate);
      const allowed = readable.some((entry) => real === entry || real.startsWith(path.join(entry, path.sep)));
      if (!allowed) return { error: "File outside of allowed directories." };
      return { contents: fs.readFileSync(real, "utf8") };
    }
    return { error: "File not found." };
  };
}

// forge hands over a non-blocking pipe, on which readFileSync fails with EAGAIN.
async function readInput(file) {
  if (file !== null && file !== "-") return fs.readFileSync(file, "utf8");
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function main(argv) {
  const options = parse(argv);
  const input = options.action === "--standard-json" ? await readInput(options.input) : null;
  const solc = require("solc"); // 9 MB of WebAssembly: only now that the command line is right
  if (input === null) return `solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`;
  return solc.compile(input, { import: reader(options) }) + "\n";
}

main(process.argv.slice(2)).then(
  (output) => process.stdout.write(output, () => process.exit(0)),
  (error) => {
    const text = error instanceof UsageError || error.code ? error.message : error.stack;
    process.stderr.write(`Error: ${text}\n`, () => process.exit(1));
  },
);
