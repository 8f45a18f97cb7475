import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandName, COMMANDS } from "../../src/cli/commands.js";
import { EXIT, EXIT_MEANINGS } from "../../src/cli/exit-codes.js";
import { run } from "../process/cli.js";

const document = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");

describe("docs/cli.md", () => {
  it.each(COMMANDS.map(commandName))("describes %s", (name) => {
    expect(document).toMatch(new RegExp(`^##+ ${name}\\b`, "m"));
  });

  it("has the exit codes as the code has them", () => {
    const rows = [...document.matchAll(/^\| `(\d[^`]*)` +\| (.*?) +\|$/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    expect(rows).toEqual(EXIT_MEANINGS);
    const numbers = EXIT_MEANINGS.map(([code]) => Number(code)).filter((code) => !Number.isNaN(code));
    expect(numbers).toEqual(Object.values(EXIT));
  });

  it.each(COMMANDS.map(commandName).filter((name) => name !== "serve"))(
    "names every flag of %s, and --help shows the exit codes",
    async (name) => {
      const { stdout, code } = await run([name, "-h"]);
      expect(code).toBe(0);
      for (const [, flag] of stdout.matchAll(/^ +(?:-\w, )?(--[a-z-]+) /gm)) {
        if (flag !== "--version" && flag !== "--help") expect(document).toContain(flag);
      }
      for (const [, meaning] of EXIT_MEANINGS) expect(stdout.replaceAll(/\s+/g, " ")).toContain(meaning);
    },
  );
});

it("serve --help has no flags that say which server to ask", async () => {
  const { stdout } = await run(["serve", "--help"]);
  expect(stdout).toContain("--listen");
  expect(stdout).not.toMatch(/--(?:server|host|port|connect-timeout)\b/);
});

it("--help lists every command", async () => {
  const { stdout } = await run(["--help"]);
  for (const entry of COMMANDS) expect(stdout).toContain(`distributex ${entry.usage}`);
});

it("--version is that of the package", async () => {
  const url = new URL("../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(url, "utf8")) as { version: string };
  expect(await run(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n` });
});
