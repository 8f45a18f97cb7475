import { defineConfig } from "vitest/config";

// What goes on for as long as DISTRIBUTEX_SOAK says, in minutes.
export default defineConfig({
  test: {
    include: ["test/**/*.soak.ts", "test/**/model.test.ts"],
    testTimeout: 24 * 3_600_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    passWithNoTests: true,
  },
});
