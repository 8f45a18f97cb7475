import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

// Imports point one way: cli -> client -> gen; server -> service, compat -> engine -> core.
// Anyone may import contract and, core apart, gen. Each entry lists the folders that its folder may not import.
const forbidden = {
  contract: ["core", "engine", "service", "server", "compat", "client", "cli"],
  core: ["engine", "service", "server", "compat", "client", "cli", "gen"],
  engine: ["service", "server", "compat", "client", "cli"],
  service: ["server", "compat", "client", "cli"],
  compat: ["service", "server", "client", "cli"],
  server: ["client", "cli"],
  client: ["core", "engine", "service", "server", "compat", "cli"],
  cli: ["core", "engine", "service", "compat"],
};

/** The rules that keep files of `src/folder` from importing the other folders, with `import` or `import()`. */
function refuse(folder, others) {
  const message = `src/${folder} may not import that: imports point one way (docs/architecture.md).`;
  const group = others.flatMap((other) => [`**/${other}/*`, `**/${other}/**`]);
  const selector = `ImportExpression[source.value=/\\u002f(${others.join("|")})\\u002f/]`;
  return {
    "no-restricted-imports": ["error", { patterns: [{ group, message }] }],
    "no-restricted-syntax": ["error", { selector, message }],
  };
}

const oneWay = Object.entries(forbidden).map(([folder, others]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: refuse(folder, others),
}));

export default defineConfig(
  { ignores: ["dist", "build", "gen", "coverage", "node_modules"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  ...oneWay,
  {
    // The command line loads the server lazily, in the two commands that run one.
    files: ["src/cli/**/*.ts"],
    ignores: ["src/cli/serve.ts", "src/cli/sidecar.ts"],
    rules: refuse("cli", [...forbidden.cli, "server"]),
  },
  { files: ["examples/**/*.ts"], rules: { "no-console": "off" } },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ["test/**/*.ts", "bench/**/*.ts", "scripts/**"],
    rules: {
      "no-console": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unnecessary-condition": "off",
    },
  },
);
